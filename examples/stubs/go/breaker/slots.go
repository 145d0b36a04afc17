// Coalescing: while one monitor is being read, later callers wait and share the next reading.

package breaker

import (
	"sync"
	"sync/atomic"
)

// slot is one monitor's. A reading serves a caller only if it began after the caller came: an earlier one may have missed the
// cause.
type slot struct {
	tickets atomic.Int64
	mu      sync.Mutex
	// The last ticket that the last reading serves, and its result.
	served  int64
	monitor Monitor
	err     error
}

type slots struct{ byKey sync.Map }

// share runs read for key, or shares the result of another caller's run that began after this call.
func (s *slots) share(key string, read func() (Monitor, error)) (Monitor, error) {
	found, _ := s.byKey.LoadOrStore(key, &slot{})
	mine := found.(*slot)
	ticket := mine.tickets.Add(1)
	mine.mu.Lock()
	defer mine.mu.Unlock()
	if mine.served < ticket {
		mine.served = mine.tickets.Load()
		mine.monitor, mine.err = read()
	}
	return mine.monitor, mine.err
}

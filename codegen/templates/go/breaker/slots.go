// Coalescing: while something is being read, later callers wait and share the next reading.

package breaker

import (
	"sync"
	"sync/atomic"
)

// slot is of one thing to read. A reading serves a caller only if it began after the caller came: an earlier one may have missed
// the cause.
type slot struct {
	tickets atomic.Int64
	mu      sync.Mutex
	// The last ticket that the last reading serves, and its result.
	served  int64
	monitor Monitor
	err     error
}

// share runs read, or shares the result of another caller's run that began after this call.
func (s *slot) share(read func() (Monitor, error)) (Monitor, error) {
	ticket := s.tickets.Add(1)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.served < ticket {
		s.served = s.tickets.Load()
		s.monitor, s.err = read()
	}
	return s.monitor, s.err
}

// slots is a slot for each monitor.
type slots struct{ byID sync.Map }

func (s *slots) of(id string) *slot {
	found, _ := s.byID.LoadOrStore(id, &slot{})
	return found.(*slot)
}

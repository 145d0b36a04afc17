// The one clock every timer follows: system time plus an offset that only the conformance port moves.

package breaker

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// Clock tells milliseconds since 1970, shiftable; signatures alone are checked against the wall clock.
type Clock struct {
	offset atomic.Int64
	mu     sync.Mutex
	moved  chan struct{}
}

// Now is lock-free: the guard calls it on every request.
func (c *Clock) Now() int64 { return time.Now().UnixMilli() + c.offset.Load() }

// Advance moves the clock forward and wakes every sleeper, so that whatever became due happens now.
func (c *Clock) Advance(ms int64) {
	c.offset.Add(ms)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.moved != nil {
		close(c.moved)
		c.moved = nil
	}
}

// Wait returns true once wake received, false after ms of this clock's time or when ctx ends; a nil wake never comes.
func (c *Clock) Wait(ctx context.Context, ms int64, wake <-chan struct{}) bool {
	for until := c.Now() + ms; ; {
		moved := c.nextMove() // Before the look at the time: no move is missed.
		left := time.NewTimer(time.Duration(until-c.Now()) * time.Millisecond)
		select {
		case <-wake:
			left.Stop()
			return true
		case <-ctx.Done():
			left.Stop()
			return false
		case <-left.C:
			return false
		case <-moved:
			left.Stop()
		}
	}
}

func (c *Clock) nextMove() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.moved == nil {
		c.moved = make(chan struct{})
	}
	return c.moved
}

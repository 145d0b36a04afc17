// The parts of the service and what they share. Each part's behaviour lives in its own file as methods of Service.

package breaker

import (
	"context"
	"log/slog"
)

// Service is what a service is made of; tests bring their own parts.
type Service struct {
	// Name is that of the tag `service:NAME`.
	Name     string
	Settings *Settings
	Clock    *Clock
	Store    Store
	Source   Source
	Hooks    Hooks
	// Chance draws from 0 up to 1.
	Chance func() float64
	Guard  *Guard

	metrics   metrics
	slots     slots
	started   int64
	reloading slot
}

// New completes the parts with a guard.
func New(parts *Service) *Service {
	parts.Guard = newGuard(parts.Settings, parts.Clock, parts.Chance, &parts.metrics)
	parts.started = parts.Clock.Now()
	return parts
}

// reload reads the store into the guard's snapshot; one at a time, so that an older one cannot win, and a burst shares a few.
func (s *Service) reload(ctx context.Context) {
	_, _ = s.reloading.share(func() (Monitor, error) { return Monitor{}, s.load(ctx) }) // Logged and counted there.
}

func (s *Service) load(ctx context.Context) error {
	at, contents := s.Clock.Now(), &Contents{}
	err := s.Store.Run(ctx, Op{Op: "load"}, contents)
	if err != nil {
		s.metrics.add(storeFailed)
		slog.Warn("the snapshot was not reloaded", "error", err.Error())
		contents = nil
	}
	s.Guard.replace(contents, at)
	return err
}

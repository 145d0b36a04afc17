// From a committed event to its hook: timeout, retries, acknowledgement. A failing hook changes neither state nor answer.

package breaker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
)

const (
	// Tries before an entry is left to whoever asks for orphans.
	tries = 6
	// Pending for so many milliseconds, an entry belongs to nobody. Longer than all tries take with the default timeout.
	orphaned = 180_000
)

// deliver runs the hooks of items in their order, in the background.
func (s *Service) deliver(ctx context.Context, items []Item) {
	ctx = context.WithoutCancel(ctx)
	go func() {
		for _, item := range items {
			s.deliverOne(ctx, item)
		}
	}()
}

// adopt takes over what another instance, or an earlier life of this one, left undone.
func (s *Service) adopt(ctx context.Context) {
	var items []Item
	if err := s.Store.Run(ctx, Op{Op: "orphans", Idle: orphaned}, &items); err != nil {
		slog.Warn("the outbox was not looked through", "error", err.Error())
	}
	s.deliver(ctx, items)
}

func (s *Service) deliverOne(ctx context.Context, item Item) {
	for attempt := 0; attempt < tries; attempt++ {
		err := s.attempt(ctx, item)
		if err == nil {
			s.metrics.add(hookDone)
			if err := s.Store.Run(ctx, Op{Op: "ack", ID: item.ID}, nil); err != nil {
				slog.Warn("a hook ran but may run again", "entry", item.ID, "error", err.Error())
			}
			return
		}
		s.metrics.add(hookFailed)
		slog.Warn("a hook failed", "entry", item.ID, "attempt", attempt, "error", err.Error())
		s.Clock.Wait(ctx, 1000<<attempt, nil)
	}
}

// attempt runs the hook in a goroutine of its own: one that hangs is given up, one that panics fails like any other.
func (s *Service) attempt(ctx context.Context, item Item) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	result, done := errors.New("the hook did not return"), make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			if panicked := recover(); panicked != nil {
				result = fmt.Errorf("panic: %v", panicked)
			}
		}()
		result = s.runHook(ctx, item.Event)
	}()
	if s.Clock.Wait(ctx, s.Settings.HookTimeout, done) {
		return result
	}
	return errors.New("timed out")
}

func (s *Service) runHook(ctx context.Context, data []byte) error {
	var kind struct{ Kind string }
	if err := json.Unmarshal(data, &kind); err != nil {
		return err
	}
	if kind.Kind == "notification" {
		var event notified
		if err := json.Unmarshal(data, &event); err != nil {
			return err
		}
		return s.Hooks.OnNotification(ctx, event.Notification, LazyEvent{event.Notification.EventID, s.Source}, event.Monitor)
	}
	if kind.Kind != "change" {
		return nil
	}
	var change Change
	if err := json.Unmarshal(data, &change); err != nil {
		return err
	}
	switch change.To {
	case Open:
		return s.Hooks.OnOpen(ctx, change)
	case Degraded:
		return s.Hooks.OnDegraded(ctx, change)
	}
	return s.Hooks.OnClose(ctx, change)
}

// notified is the event of a callback.
type notified struct {
	Kind         string       `json:"kind"`
	Notification Notification `json:"notification"`
	Monitor      Monitor      `json:"monitor"`
}

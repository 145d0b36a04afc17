// Yours: what this service does, beyond the breaker, when a monitor speaks. Written once and never overwritten.
package main

import (
	"context"
	"log/slog"

	"funds/breaker"
)

// Each hook runs at least once, after the state is stored: make them idempotent. An error, a panic or a timeout, which ends
// the context, is retried.
type hooks struct{}

// For every callback that is no test, whether its monitor feeds a breaker or not. event.Get(ctx) asks Datadog for the event's
// text, tags and alert type; it may be late, so do not depend on it.
func (hooks) OnNotification(_ context.Context, n breaker.Notification, event breaker.LazyEvent, m breaker.Monitor) error {
	slog.Info("notified", "monitor", m.ID, "name", m.Name, "group", n.Group, "transition", n.Transition)
	return nil
}

func (hooks) OnOpen(_ context.Context, c breaker.Change) error {
	slog.Warn("breaker opened", "breaker", c.Breaker, "group", c.Group, "monitor", c.Monitor)
	return nil
}

func (hooks) OnDegraded(_ context.Context, c breaker.Change) error {
	slog.Warn("breaker degraded", "breaker", c.Breaker, "group", c.Group, "monitor", c.Monitor)
	return nil
}

func (hooks) OnClose(_ context.Context, c breaker.Change) error {
	slog.Info("breaker closed", "breaker", c.Breaker, "group", c.Group, "monitor", c.Monitor)
	return nil
}

// The seam between the mechanism and the service's own reaction: what a hook is given. The reactions live in hooks.go.

package breaker

import "context"

// Hooks are called at least once, after the commit, on the instance that committed. An error is logged, counted and retried.
type Hooks interface {
	// OnNotification: every verified callback except a test, whether the monitor feeds a breaker or not.
	OnNotification(context.Context, Notification, LazyEvent, Monitor) error
	// OnOpen: a group opened.
	OnOpen(context.Context, Change) error
	// OnDegraded: a group is let through in part.
	OnDegraded(context.Context, Change) error
	// OnClose: a group closed.
	OnClose(context.Context, Change) error
}

// LazyEvent is the event behind a notification, looked up only when asked for.
type LazyEvent struct {
	id     *string
	source Source
}

// Get answers title, text, tags, time, alert type; nil if the notification names no event. A late event is an error.
func (l LazyEvent) Get(ctx context.Context) (map[string]any, error) {
	if l.id == nil {
		return nil, nil
	}
	return l.source.Event(ctx, *l.id)
}

// Where breakers are kept: the operations of apply.lua, which two stores run. What is open, and why, is decided elsewhere.

package breaker

import (
	"context"
	"encoding/json"
)

// Store runs operations, each atomic.
type Store interface {
	// Run answers as apply.lua says, by JSON into answer unless it is nil.
	Run(ctx context.Context, op Op, answer any) error
	// Changed receives when the contents may have changed: a hint, not a promise.
	Changed() <-chan struct{}
}

// Op is an operation of apply.lua by its name Op; each uses the fields that its comment there names.
type Op struct {
	Op          string          `json:"op"`
	Monitor     string          `json:"monitor"`
	Breaker     string          `json:"breaker"`
	Seq         int64           `json:"seq"`
	Now         int64           `json:"now"`
	Lease       int64           `json:"lease"`
	AbsentAfter int64           `json:"absent_after"`
	Source      string          `json:"source"`
	Complete    bool            `json:"complete"`
	Groups      map[string]Want `json:"groups"`
	Why         string          `json:"why"`
	Event       string          `json:"event"`
	ID          string          `json:"id"`
	Idle        int64           `json:"idle"`
	TTL         int64           `json:"ttl"`
	Group       string          `json:"group"`
	Mode        string          `json:"mode"`
	Actor       string          `json:"actor"`
	Reason      string          `json:"reason"`
	Until       int64           `json:"until"`
}

func (o Override) op() Op {
	return Op{Op: "override", Breaker: o.Breaker, Group: o.Group, Mode: o.Mode, Actor: o.Actor, Reason: o.Reason, Until: o.Until}
}

// Outcome is what became of an apply: done with these changes, or rejected as stale (then the monitor is dirty).
type Outcome struct {
	Applied bool   `json:"applied"`
	Items   []Item `json:"items"`
}

// Item is an entry of the outbox, pending for this instance until acknowledged.
type Item struct {
	ID    string          `json:"id"`
	Event json.RawMessage `json:"event"`
}

// Contents is all that is stored; the key of an override is its breaker and its group.
type Contents struct {
	Monitors  map[string]MonitorState `json:"monitors"`
	Overrides map[string]Override     `json:"overrides"`
}

// notify leaves a hint in a channel of one place, if none is there yet.
func notify(hint chan struct{}) {
	select {
	case hint <- struct{}{}:
	default:
	}
}

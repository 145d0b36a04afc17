// The store of one process, for a laptop: the rules of apply.lua on maps. A restart forgets it; the known monitors heal it.

package breaker

import (
	"context"
	"encoding/json"
	"strconv"
	"sync"
)

type memoryStore struct {
	clock    *Clock
	hint     chan struct{}
	mu       sync.Mutex
	seq      int64
	emitted  int
	contents Contents
	// What no hook has acknowledged, in order, and when it was last handed out.
	pending []*pendingItem
}

type pendingItem struct {
	Item
	since int64
}

func newMemoryStore(clock *Clock) *memoryStore {
	contents := Contents{Monitors: map[string]MonitorState{}, Overrides: map[string]Override{}}
	return &memoryStore{clock: clock, hint: make(chan struct{}, 1), contents: contents}
}

func (m *memoryStore) Changed() <-chan struct{} { return m.hint }

// Run passes the answer through JSON, as Redis does, so that nobody shares a map with the store.
func (m *memoryStore) Run(_ context.Context, op Op, answer any) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	data, err := json.Marshal(m.run(op))
	if err == nil && answer != nil {
		err = json.Unmarshal(data, answer)
	}
	return err
}

func (m *memoryStore) run(op Op) any {
	state := m.contents.Monitors[op.Monitor]
	switch op.Op {
	case "fence":
		m.seq = max(m.seq+1, m.clock.Now()*1000)
		return m.seq
	case "load":
		return m.contents
	case "lead":
		return op.TTL > 0
	case "emit":
		return m.emit([]byte(op.Event))
	case "ack":
		m.ack(op.ID)
		return nil
	case "orphans":
		return m.orphans(op.Idle)
	}
	// The rest changes what a snapshot holds.
	defer notify(m.hint)
	switch op.Op {
	case "override":
		return m.override(op)
	case "apply":
		return m.apply(op)
	case "forget":
		delete(m.contents.Monitors, op.Monitor)
		return nil
	case "dirty":
		state.Dirty = op.Now
	case "failed":
		state.Tried, state.Fails, state.Source = op.Now, state.Fails+1, op.Why
	}
	m.contents.Monitors[op.Monitor] = state
	return nil
}

func (m *memoryStore) emit(event []byte) Item {
	m.emitted++
	item := Item{ID: strconv.Itoa(m.emitted), Event: event}
	m.pending = append(m.pending, &pendingItem{item, m.clock.Now()})
	return item
}

func (m *memoryStore) ack(id string) {
	for i, item := range m.pending {
		if item.ID == id {
			m.pending = append(m.pending[:i], m.pending[i+1:]...)
			return
		}
	}
}

func (m *memoryStore) orphans(idle int64) []Item {
	items, now := []Item{}, m.clock.Now()
	for _, item := range m.pending {
		if now-item.since >= idle {
			item.since = now
			items = append(items, item.Item)
		}
	}
	return items
}

func (m *memoryStore) override(op Op) Item {
	field, o := op.Breaker+" "+op.Group, Override{op.Breaker, op.Group, op.Mode, op.Actor, op.Reason, op.Until}
	if op.Mode == "clear" {
		delete(m.contents.Overrides, field)
	} else {
		m.contents.Overrides[field] = o
	}
	event, _ := json.Marshal(struct { // Plain data: it cannot fail.
		Kind string `json:"kind"`
		Override
	}{"override", o})
	return m.emit(event)
}

func (m *memoryStore) apply(op Op) Outcome {
	state, outcome := m.contents.Monitors[op.Monitor], Outcome{Items: []Item{}}
	defer func() { m.contents.Monitors[op.Monitor] = state }()
	state.Tried = op.Now
	if op.Seq <= state.Applied {
		state.Dirty = op.Now
		return outcome
	}
	if state.Groups == nil || state.Breaker != op.Breaker {
		state.Groups = map[string]Entry{}
	}
	outcome.Applied, state.Applied, state.Breaker, state.Source, state.Fails = true, op.Seq, op.Breaker, op.Source, 0
	put := func(group string, entry Entry, level Level) {
		if level != entry.Level {
			entry.Was, entry.Level, entry.Since = entry.Level, level, op.Now
			event, _ := json.Marshal(Change{"change", op.Breaker, op.Monitor, group, entry.Was, level, op.Now})
			outcome.Items = append(outcome.Items, m.emit(event))
		}
		entry.Lease = op.Now + op.Lease
		state.Groups[group] = entry
	}
	for group, entry := range state.Groups {
		if _, named := op.Groups[group]; named || !op.Complete {
			continue
		}
		if next, level, kept := absent(op, entry); kept {
			put(group, next, level)
		} else {
			delete(state.Groups, group)
		}
	}
	for group, want := range op.Groups {
		entry, stored := state.Groups[group]
		if !stored {
			entry = Entry{Level: Closed, Was: Closed, Since: op.Now}
		}
		entry.Absent = 0
		// A level of nil holds the stored one; without Raise a group may close or ease, but not get worse.
		level := entry.Level
		if want.Level != nil && (want.Raise || *want.Level <= level) {
			level = *want.Level
		}
		put(group, entry, level)
	}
	return outcome
}

// absent: an open group that a complete answer does not name is held for AbsentAfter, then closed, and later dropped.
func absent(op Op, entry Entry) (next Entry, level Level, kept bool) {
	if entry.Absent == 0 {
		entry.Absent = op.Now
	}
	if op.Now-entry.Absent < op.AbsentAfter {
		return entry, entry.Level, true
	}
	entry.Absent = op.Now
	return entry, Closed, entry.Level != Closed
}

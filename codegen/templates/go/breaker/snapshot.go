// What the guard looks at: everything stored, arranged for reading without a lock. Built here, judged in guard.go.

package breaker

import (
	"slices"
	"strings"
	"sync/atomic"
)

// appendTags appends the tags of a group as a set; `*` is the empty one.
func appendTags(to []string, group string) []string {
	for more := true; more; {
		var tag string
		tag, group, more = strings.Cut(group, ",")
		if tag = strings.TrimSpace(tag); tag != "" && tag != "*" {
			to = append(to, tag)
		}
	}
	return to
}

// match compares tags as sets: one holds all of the other.
func match(stored, asked []string) bool { return holdsAll(stored, asked) || holdsAll(asked, stored) }

func holdsAll(set, some []string) bool {
	for _, tag := range some {
		if !slices.Contains(set, tag) {
			return false
		}
	}
	return true
}

// flag is one group of one monitor, with the moment its last timed probe went through on this instance.
type flag struct {
	Entry
	tags   []string
	probed *atomic.Int64
}

type forced struct {
	Override
	tags []string
}

type breakerState struct {
	// Groups that are not simply closed: the few that a call is compared with.
	hot []flag
	// Closed groups, of interest only once a lease has run out: the first at coldLease.
	cold      []flag
	coldLease int64
	// Some monitor feeds it; false if only an override names it.
	fed       bool
	overrides []forced
	// When the last timed probe of a group went through, whichever monitors know the group.
	probed map[string]*atomic.Int64
}

// overrideOf answers the override in force: the one with the most tags among those that match.
func (b *breakerState) overrideOf(asked []string, now int64) (found *forced) {
	for i := range b.overrides {
		o := &b.overrides[i]
		if o.Until > now && match(o.tags, asked) && (found == nil || len(o.tags) > len(found.tags)) {
			found = o
		}
	}
	return found
}

// snapshot: loaded is when the store was last read, in milliseconds; 0 before the first time.
type snapshot struct {
	loaded   int64
	contents Contents
	breakers map[string]*breakerState
}

// newSnapshot arranges contents, where a group closed for ramp is cold; the moments of probes are carried over from former.
func newSnapshot(contents Contents, loaded, ramp int64, former *snapshot) *snapshot {
	s := &snapshot{loaded, contents, map[string]*breakerState{}}
	for _, monitor := range contents.Monitors {
		if monitor.Applied == 0 {
			continue
		}
		b := s.breaker(monitor.Breaker)
		b.fed = true
		for group, entry := range monitor.Groups {
			f := flag{entry, appendTags(nil, group), b.probed[group]}
			if old := former.breakers[monitor.Breaker]; f.probed == nil && old != nil {
				f.probed = old.probed[group]
			}
			if f.probed == nil {
				f.probed = &atomic.Int64{}
			}
			b.probed[group] = f.probed
			if entry.Level != Closed || entry.Was != Closed && loaded-entry.Since < ramp {
				b.hot = append(b.hot, f)
				continue
			}
			if b.cold == nil || entry.Lease < b.coldLease {
				b.coldLease = entry.Lease
			}
			b.cold = append(b.cold, f)
		}
	}
	for _, o := range contents.Overrides {
		b := s.breaker(o.Breaker)
		b.overrides = append(b.overrides, forced{o, appendTags(nil, o.Group)})
	}
	return s
}

func (s *snapshot) breaker(name string) *breakerState {
	if s.breakers[name] == nil {
		s.breakers[name] = &breakerState{probed: map[string]*atomic.Int64{}}
	}
	return s.breakers[name]
}

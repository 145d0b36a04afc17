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

// flags finds those that match by their tags: a call costs the same with ten groups and with thousands.
type flags struct {
	all []flag
	// Where in all the flags that bear a tag stand. rarest names each flag once: under its tag that the fewest bear, "" without tags.
	with, rarest map[string][]int
}

func (f *flags) index() {
	f.with, f.rarest = map[string][]int{}, map[string][]int{}
	for at := range f.all {
		for _, tag := range f.all[at].tags {
			f.with[tag] = append(f.with[tag], at)
		}
	}
	for at := range f.all {
		rarest := ""
		for _, tag := range f.all[at].tags {
			if rarest == "" || len(f.with[tag]) < len(f.with[rarest]) {
				rarest = tag
			}
		}
		f.rarest[rarest] = append(f.rarest[rarest], at)
	}
}

// matching shows look each flag that matches, some twice. All tags of one that asked holds are asked for, its rarest too; one that
// holds all of asked bears also that tag of asked which the fewest bear.
func (f *flags) matching(asked []string, look func(*flag)) {
	if len(asked) == 0 {
		for at := range f.all {
			look(&f.all[at])
		}
		return
	}
	each := func(places []int) {
		for _, at := range places {
			if match(f.all[at].tags, asked) {
				look(&f.all[at])
			}
		}
	}
	fewest := f.with[asked[0]]
	for _, tag := range asked {
		if with := f.with[tag]; len(with) < len(fewest) {
			fewest = with
		}
		each(f.rarest[tag])
	}
	each(f.rarest[""])
	each(fewest)
}

type forced struct {
	Override
	tags []string
}

type breakerState struct {
	// Groups that are not simply closed: the few that a call is compared with.
	hot flags
	// Closed groups, of interest only once a lease has run out: the first at coldLease.
	cold      flags
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
				b.hot.all = append(b.hot.all, f)
				continue
			}
			if b.cold.all == nil || entry.Lease < b.coldLease {
				b.coldLease = entry.Lease
			}
			b.cold.all = append(b.cold.all, f)
		}
	}
	for _, b := range s.breakers {
		b.hot.index()
		b.cold.index()
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

// From a monitor as read to what each group should be. Pure: no store, no clock, no I/O.

package breaker

import (
	"slices"
	"strings"
)

// mapped is what a reading says; complete if every group there is was named, capped if more was alerting than
// CB_MAX_OPEN_PERCENT lets open.
type mapped struct {
	groups           map[string]Want
	complete, capped bool
}

// mapReading: a grouped monitor speaks for each group, any other by its overall state as `*`. now is in milliseconds.
func mapReading(r *Reading, s *Settings, now int64) mapped {
	levels, open := map[string]Level{"*": levelOf(r.OverallState, s)}, 0
	if r.Grouped() {
		clear(levels)
		for group, seen := range r.State.Groups {
			levels[group] = levelOf(seen.Status, s)
			if levels[group] == Open {
				open++
			}
		}
	}
	m := mapped{map[string]Want{}, len(levels) > 0, float64(open) > s.MaxOpenShare*float64(len(levels))}
	for group, level := range levels {
		muted := r.mutes(group, now)
		held := muted && s.OnMuted == "hold" || m.capped && level == Open
		want := Want{Raise: !held}
		if level != "" && !(muted && s.OnMuted == "ignore") {
			want.Level = &level
		}
		m.groups[group] = want
	}
	return m
}

// levelOf answers "" where the stored level is to be held.
func levelOf(status string, s *Settings) Level {
	switch status {
	case "Alert":
		return Open
	case "Warn":
		return Degraded
	case "OK":
		return Closed
	case "No Data":
		return map[string]Level{"open": Open, "closed": Closed}[s.OnNoData]
	}
	return ""
}

func (r *Reading) mutes(group string, now int64) bool {
	for _, downtime := range r.Downtimes {
		if !slices.ContainsFunc(downtime.Scope, func(scope string) bool { return !covers(scope, group) }) {
			return true
		}
	}
	for scope, until := range r.Options.Silenced {
		if (until == nil || int64(*until)*1000 > now) && covers(scope, group) {
			return true
		}
	}
	return false
}

func covers(scope, group string) bool {
	for _, part := range strings.Split(strings.ReplaceAll(scope, " AND ", ","), ",") {
		if !coversPart(strings.TrimSpace(part), group) {
			return false
		}
	}
	return true
}

// coversPart is false only where the scope plainly names another value of one of the group's own keys: Datadog said that the
// downtime matches the monitor, so a part that says nothing of this group, or is more than `key:value`, counts as covering.
func coversPart(part, group string) bool {
	key, value, pair := strings.Cut(part, ":")
	if !pair || strings.ContainsAny(part, "() ") || part[0] == '-' || part[0] == '!' {
		return true
	}
	start, open := strings.CutSuffix(value, "*")
	other := false
	for _, tag := range strings.Split(group, ",") {
		own, same := strings.CutPrefix(tag, key+":")
		if same && (own == value || open && strings.HasPrefix(own, start)) {
			return true
		}
		other = other || same
	}
	return !other
}

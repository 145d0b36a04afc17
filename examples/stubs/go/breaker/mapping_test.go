// From Datadog's words to the levels wanted: statuses, groups, downtimes, the cap.

package breaker

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// mappedWords gives `group=level` for each group, with `?` for held and `!` for may not get worse.
func mappedWords(t *testing.T, monitor map[string]any, changes ...string) string {
	t.Helper()
	settings, err := ReadSettings(table(changes...))
	must(t, err)
	text, err := json.Marshal(monitor)
	must(t, err)
	var reading Reading
	must(t, json.Unmarshal(text, &reading))
	m, words := mapReading(&reading, settings, 1_000_000), []string{}
	for group, want := range m.groups {
		word := group + "=?"
		if want.Level != nil {
			word = group + "=" + string(*want.Level)
		}
		if !want.Raise {
			word += "!"
		}
		words = append(words, word)
	}
	slices.Sort(words)
	if !m.complete {
		words = append(words, "incomplete")
	}
	if m.capped {
		words = append(words, "capped")
	}
	return strings.Join(words, " ")
}

func TestEveryStatusHasItsLevel(t *testing.T) {
	all := bank("11", "a:1=Alert", "a:2=Warn", "a:3=OK", "a:4=No Data", "a:5=Ignored", "a:6=Skipped", "a:7=Unknown", "a:8=New")
	for policy, level := range map[string]string{"hold": "?", "open": "open", "closed": "closed"} {
		expected := "a:1=open a:2=degraded a:3=closed a:4=" + level + " a:5=? a:6=? a:7=? a:8=?"
		equal(t, mappedWords(t, all, "CB_ON_NO_DATA="+policy), expected)
	}
}

func TestAnUngroupedMonitorSpeaksAsAWholeAndAnEmptyOneNotAtAll(t *testing.T) {
	empty := map[string]any{"groups": map[string]any{}}
	for _, c := range []struct {
		multi    any
		overall  string
		state    any
		expected string
	}{
		{false, "Alert", empty, "*=open"},
		{false, "OK", nil, "*=closed"},
		{true, "Alert", empty, "incomplete"},
		{true, "Alert", nil, "incomplete"},
		{nil, "Warn", map[string]any{"groups": map[string]any{"*": map[string]any{"status": "OK"}}}, "*=degraded"},
	} {
		m := map[string]any{"multi": c.multi, "overall_state": c.overall, "state": c.state, "tags": nil}
		equal(t, mappedWords(t, m), c.expected, m)
	}
}

func TestADowntimeMutesTheGroupsItCovers(t *testing.T) {
	two := bank("11", "bank:1,env:prod=Alert", "bank:2,env:prod=Warn")
	is := func(first, second string) string { return "bank:1,env:prod=" + first + " bank:2,env:prod=" + second }
	for _, c := range []struct {
		scope         []string
		first, second string
	}{
		{[]string{"*"}, "open!", "degraded!"},
		{[]string{"bank:1"}, "open!", "degraded"},
		{[]string{"bank:1", "env:dev"}, "open", "degraded"},
		{[]string{"bank:1,env:prod"}, "open!", "degraded"},
		{[]string{"bank:1 AND env:dev"}, "open", "degraded"},
		{[]string{"bank:*"}, "open!", "degraded!"},
		{[]string{"host:a"}, "open!", "degraded!"},
		{[]string{"bank:(1 OR 3)"}, "open!", "degraded!"},
		{[]string{""}, "open!", "degraded!"},
	} {
		muted := with(two, "matching_downtimes", []any{map[string]any{"id": 1, "scope": c.scope, "start": 1, "end": nil}})
		equal(t, mappedWords(t, muted), is(c.first, c.second), c.scope)
		equal(t, mappedWords(t, muted, "CB_ON_MUTED=follow"), is("open", "degraded"))
		ignored := func(word string) string {
			if strings.HasSuffix(word, "!") {
				return "?"
			}
			return word
		}
		equal(t, mappedWords(t, muted, "CB_ON_MUTED=ignore"), is(ignored(c.first), ignored(c.second)), c.scope)
	}
	silenced := map[string]any{"silenced": map[string]any{"bank:1": nil, "bank:2": 999}}
	equal(t, mappedWords(t, with(two, "options", silenced)), is("open!", "degraded"), "999 s is past")
}

func TestAboveTheCapNothingMoreOpens(t *testing.T) {
	half := bank("11", "a:1=Alert", "a:2=Alert", "a:3=Warn", "a:4=OK")
	equal(t, mappedWords(t, half, "CB_MAX_OPEN_PERCENT=50"), "a:1=open a:2=open a:3=degraded a:4=closed")
	equal(t, mappedWords(t, half, "CB_MAX_OPEN_PERCENT=49"), "a:1=open! a:2=open! a:3=degraded a:4=closed capped")
	alone := map[string]any{"multi": false, "overall_state": "Alert"}
	equal(t, mappedWords(t, alone, "CB_MAX_OPEN_PERCENT=49"), "*=open", "there is no share of one")
}

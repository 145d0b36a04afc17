// The guard over snapshots made by hand: sets of tags, shares, probes, policies, and what a question costs.

package breaker

import (
	"fmt"
	"testing"
)

func newTestGuard(t testing.TB, changes ...string) *Guard {
	settings, err := ReadSettings(table(changes...))
	if err != nil {
		t.Fatal(err)
	}
	return newGuard(settings, &Clock{}, newChance(), &metrics{})
}

// seen is a group: its level, its former level, and since how many seconds.
type seen struct {
	group      string
	level, was Level
	ago        int64
}

// load gives the guard monitors of breaker `bank`, each with one group.
func load(g *Guard, groups ...seen) Contents {
	now, contents := g.clock.Now(), Contents{Monitors: map[string]MonitorState{}}
	for id, s := range groups {
		entry := Entry{Level: s.level, Was: s.was, Since: now - s.ago*1000, Lease: now + 900_000}
		contents.Monitors[fmt.Sprint(id)] = MonitorState{Breaker: "bank", Applied: 1, Groups: map[string]Entry{s.group: entry}}
	}
	g.replace(&contents, now)
	return contents
}

func counts(g *Guard, group string) (seen [3]int) {
	for i := 0; i < 10_000; i++ {
		seen[g.Allow("bank", group)]++
	}
	return seen
}

func TestTagsAreComparedAsSets(t *testing.T) {
	g := newTestGuard(t)
	load(g, seen{"env:prod,bank:1", Open, Closed, 0})
	for asked, open := range map[string]bool{
		"bank:1,env:prod": true, "bank:1": true, "bank:1, env:prod,host:a": true, "*": true, "": true,
		"bank:2": false, "bank:1,env:dev": false, "bank:11": false, "bank:2,env:prod": false,
	} {
		equal(t, g.Allow("bank", asked) != Allow, open, asked)
	}
	load(g, seen{"*", Open, Closed, 0})
	equal(t, g.Allow("bank", "bank:2") != Allow && g.Allow("bank", "*") != Allow, true)
}

func TestTheWorstOfTwoMonitorsDecides(t *testing.T) {
	g := newTestGuard(t, "CB_PROBE_RATIO=0")
	load(g, seen{"bank:1", Degraded, Closed, 0}, seen{"bank:1", Open, Closed, 0}, seen{"bank:1", Closed, Closed, 0})
	equal(t, counts(g, "bank:1"), [3]int{0, 1, 9_999})
}

func TestOpenLetsAShareAndOneEachIntervalThrough(t *testing.T) {
	g := newTestGuard(t, "CB_PROBE_RATIO=0")
	load(g, seen{"bank:1", Open, Closed, 0})
	equal(t, counts(g, "bank:1"), [3]int{0, 1, 9_999})
	load(g, seen{"bank:1", Open, Closed, 0})
	equal(t, counts(g, "bank:1"), [3]int{0, 0, 10_000}, "a reload is no new interval")
	g.clock.Advance(10_000)
	equal(t, counts(g, "bank:1"), [3]int{0, 1, 9_999})
	g = newTestGuard(t, "CB_PROBE_RATIO=0.02")
	load(g, seen{"bank:1", Open, Closed, 0})
	if probes := counts(g, "bank:1")[Probe]; probes < 150 || probes > 250 {
		t.Fatalf("%d probes", probes)
	}
}

func TestDegradedAndTheRampArePercentages(t *testing.T) {
	g := newTestGuard(t, "CB_DEGRADED_PERCENT=20", "CB_RAMP_S=100", "CB_PROBE_RATIO=0")
	for s, share := range map[seen]int{
		{"bank:1", Degraded, Closed, 50}: 2_000, {"bank:1", Closed, Open, 75}: 7_500,
		{"bank:1", Closed, Degraded, 50}: 6_000, {"bank:1", Closed, Open, 101}: 10_000,
	} {
		load(g, s)
		if allowed := counts(g, "bank:1")[Allow]; allowed < share-300 || allowed > share+300 {
			t.Errorf("%v: %d, not %d", s, allowed, share)
		}
	}
	load(g, seen{"bank:1", Degraded, Closed, 0})
	sides := 0
	for i := 0; i < 1_000; i++ {
		equal(t, g.AllowKey("bank", "bank:1", "ann"), g.AllowKey("bank", "bank:1", "ann"), "a key stays on its side")
		if g.AllowKey("bank", "bank:1", fmt.Sprint(i)) == Allow {
			sides++
		}
	}
	if sides < 130 || sides > 270 {
		t.Errorf("%d of 1000 keys", sides)
	}
}

func TestEachCauseHasItsPolicy(t *testing.T) {
	for _, c := range []struct {
		change       string
		hours        int64
		answers      bool
		open, closed bool // What an open group and a closed one let through.
	}{
		{"CB_ON_SOURCE_DOWN=last_known", 1, true, false, true},
		{"CB_ON_SOURCE_DOWN=last_known", 2, true, true, true},
		{"CB_ON_SOURCE_DOWN=last_known:open", 2, true, false, false},
		{"CB_ON_SOURCE_DOWN=open", 1, true, false, false},
		{"CB_ON_SOURCE_DOWN=closed", 1, true, true, true},
		{"CB_ON_STORE_DOWN=last_known", 0, false, false, true},
		{"CB_ON_STORE_DOWN=last_known", 2, false, true, true},
		{"CB_ON_STORE_DOWN=last_known:open", 2, false, false, false},
		{"CB_ON_STORE_DOWN=open", 1, false, false, false},
		{"CB_ON_STORE_DOWN=closed", 1, false, true, true},
	} {
		g := newTestGuard(t, c.change, "CB_PROBE_RATIO=0")
		contents := load(g, seen{"bank:1", Open, Closed, 0}, seen{"bank:2", Closed, Closed, 0})
		g.probe(&g.snapshot.Load().breakers["bank"].hot.all[0])
		g.clock.Advance(c.hours*3_600_000 + 100_000)
		if c.answers {
			g.replace(&contents, g.clock.Now())
		} else {
			g.replace(nil, g.clock.Now())
		}
		equal(t, g.Allow("bank", "bank:1") == Allow, c.open, c)
		equal(t, g.Allow("bank", "bank:2") == Allow, c.closed, c)
	}
}

func TestAnUnknownBreakerIsCountedAndFollowsItsPolicy(t *testing.T) {
	for policy, verdict := range map[string]Verdict{"allow": Allow, "reject": Reject} {
		g := newTestGuard(t, "CB_ON_UNKNOWN_BREAKER="+policy)
		load(g)
		equal(t, g.Allow("nope", "*"), verdict)
		equal(t, g.Allow("nope", "*"), verdict)
		equal(t, g.metrics[guardUnknown].Load(), 2)
		equal(t, g.logged.Load(), 1)
	}
}

func TestAskingAllocatesNothing(t *testing.T) {
	g := newTestGuard(t)
	load(g, seen{"bank:1", Degraded, Closed, 0}, seen{"bank:2", Open, Closed, 0}, seen{"bank:3", Closed, Closed, 0})
	g.chance = func() float64 { return 0.5 }
	for _, group := range []string{"bank:1", "bank:2,env:prod", "bank:3", "*"} {
		equal(t, testing.AllocsPerRun(100, func() { g.Allow("bank", group); g.AllowKey("bank", group, "ann") }), 0, group)
	}
}

func BenchmarkGuard(b *testing.B) {
	g := newTestGuard(b)
	load(g, seen{"bank:1", Degraded, Closed, 0}, seen{"bank:2", Open, Closed, 0}, seen{"bank:3", Closed, Closed, 0})
	g.chance = func() float64 { return 0.5 }
	for _, group := range []string{"bank:1,env:prod", "bank:2,env:prod", "bank:3,env:prod"} {
		b.Run(group, func(b *testing.B) {
			b.RunParallel(func(loop *testing.PB) {
				for loop.Next() {
					g.Allow("bank", group)
				}
			})
		})
	}
}

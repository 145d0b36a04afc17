// The rules of apply.lua, played on both stores: what an update may change, and what it announces.

package breaker

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

type bench struct {
	Store
	t *testing.T
}

func (b bench) ask(op Op, answer any) {
	b.t.Helper()
	must(b.t, b.Run(context.Background(), op, answer))
}

// apply applies groups, written `name=level` with `?` for held and a `!` behind what may not get worse, with the fence and the
// time at; answers the announced changes.
func (b bench) apply(at int64, name, groups string) string {
	b.t.Helper()
	op := Op{Op: "apply", Monitor: "11", Breaker: name, Seq: at, Now: at, Lease: 1000, AbsentAfter: 100, Source: "ok",
		Complete: groups != "", Groups: map[string]Want{}}
	for _, word := range strings.Fields(groups) {
		group, level, _ := strings.Cut(word, "=")
		level, held := strings.CutSuffix(level, "!")
		want := Want{Raise: !held}
		if level := Level(level); level != "?" {
			want.Level = &level
		}
		op.Groups[group] = want
	}
	var outcome Outcome
	b.ask(op, &outcome)
	words := []string{}
	for _, item := range outcome.Items {
		var c Change
		must(b.t, json.Unmarshal(item.Event, &c))
		equal(b.t, fmt.Sprint(c.Kind, c.Breaker, c.Monitor, c.At), fmt.Sprint("change", name, "11", at))
		words = append(words, fmt.Sprintf("%s:%s>%s", c.Group, c.From, c.To))
	}
	slices.Sort(words)
	if !outcome.Applied {
		words = append(words, "rejected")
	}
	return strings.Join(words, " ")
}

func (b bench) load() (contents Contents) {
	b.t.Helper()
	b.ask(Op{Op: "load"}, &contents)
	return contents
}

func onBothBenches(t *testing.T, test func(*testing.T, bench, backend)) {
	onBothStores(t, func(t *testing.T, b backend) { test(t, bench{b.store(t, &Clock{}, "one"), t}, b) })
}

func TestHeldAndMutedGroupsDoNotGetWorse(t *testing.T) {
	onBothBenches(t, func(t *testing.T, b bench, _ backend) {
		equal(t, b.apply(1, "b", "a=open b=? c=open!"), "a:closed>open")
		equal(t, b.apply(2, "b", "a=? b=closed c=degraded!"), "")
		equal(t, b.apply(3, "b", "a=degraded! b=open c=closed"), "a:open>degraded b:closed>open")
		equal(t, b.apply(4, "b", "a=open! b=open! c=closed"), "")
		equal(t, b.load().Monitors["11"].Groups["a"], Entry{Level: Degraded, Was: Open, Since: 3, Lease: 1004})
	})
}

func TestOnlyANewerFenceIsApplied(t *testing.T) {
	onBothBenches(t, func(t *testing.T, b bench, _ backend) {
		b.apply(10, "b", "a=open")
		equal(t, b.apply(9, "b", "a=closed"), "rejected")
		equal(t, b.apply(10, "b", "a=closed"), "rejected")
		state := b.load().Monitors["11"]
		equal(t, fmt.Sprint(state.Groups["a"].Level, state.Applied, state.Dirty), "open10 10")
		equal(t, b.apply(100, "b", "a=closed"), "a:open>closed", "compared as numbers: as text, 9 would be more than 10")
	})
}

func TestAFenceOnlyGrows(t *testing.T) {
	onBothBenches(t, func(t *testing.T, b bench, redis backend) {
		last := int64(0)
		for i := 0; i < 100; i++ {
			if i == 50 && redis.folder != "" {
				redis.command(t, "FLUSHALL")
			}
			var seq int64
			b.ask(Op{Op: "fence"}, &seq)
			if seq <= last || seq >= 1<<53 {
				t.Fatalf("%d after %d", seq, last)
			}
			last = seq
		}
	})
}

func TestAnAbsentGroupIsHeldClosedAndDropped(t *testing.T) {
	onBothBenches(t, func(t *testing.T, b bench, _ backend) {
		b.apply(1, "b", "a=open b=closed")
		equal(t, b.apply(10, "b", "b=closed"), "")
		equal(t, b.apply(50, "b", "a=open b=closed"), "", "back again: the wait starts anew")
		equal(t, b.apply(60, "b", "b=closed"), "")
		equal(t, b.apply(159, "b", "b=closed"), "")
		equal(t, b.apply(160, "b", "b=closed"), "a:open>closed")
		equal(t, b.load().Monitors["11"].Groups["a"].Was, Open, "it ramps")
		b.apply(260, "b", "b=closed")
		_, there := b.load().Monitors["11"].Groups["a"]
		equal(t, there, false)
	})
}

func TestARenamedBreakerLeavesNothingBehind(t *testing.T) {
	onBothBenches(t, func(t *testing.T, b bench, _ backend) {
		b.apply(1, "old", "a=open")
		equal(t, b.apply(2, "new", "b=open"), "b:closed>open")
		equal(t, b.apply(3, "old", "b=closed"), "")
		state := b.load().Monitors["11"]
		equal(t, fmt.Sprint(state.Breaker, len(state.Groups)), "old1")
		b.ask(Op{Op: "forget", Monitor: "11"}, nil)
		equal(t, len(b.load().Monitors), 0)
	})
}

func TestAnIncompleteAnswerRenewsNothing(t *testing.T) {
	onBothBenches(t, func(t *testing.T, b bench, _ backend) {
		b.apply(1, "b", "a=open")
		equal(t, b.apply(500, "b", ""), "")
		equal(t, b.load().Monitors["11"].Groups["a"], Entry{Level: Open, Was: Closed, Since: 1, Lease: 1001})
	})
}

func TestOddNamesAndAnEmptyStoreSurviveTheTrip(t *testing.T) {
	onBothBenches(t, func(t *testing.T, b bench, _ backend) {
		equal(t, len(b.load().Monitors)+len(b.load().Overrides), 0)
		var seq int64
		b.ask(Op{Op: "fence"}, &seq)
		name, group, now, open := "b:1 {x}", "bank:\"みずほ\\,a b<&>", (&Clock{}).Now(), Open
		b.ask(Op{Op: "apply", Monitor: "11", Breaker: name, Seq: seq, Now: now, Lease: 3_600_000, AbsentAfter: 1, Source: "ok",
			Complete: true, Groups: map[string]Want{group: {&open, true}}}, nil)
		state := b.load().Monitors["11"]
		equal(t, fmt.Sprint(state.Applied, state.Breaker), fmt.Sprint(seq, name), "all sixteen digits")
		equal(t, state.Groups[group], Entry{Level: Open, Was: Closed, Since: now, Lease: now + 3_600_000}, "to the millisecond")
	})
}

func TestOneInstancePolls(t *testing.T) {
	redis, ctx := startRedis(t), context.Background()
	one, two := redis.store(t, &Clock{}, "one"), redis.store(t, &Clock{}, "two")
	lead := func(store Store, ttl int64) (leads bool) {
		t.Helper()
		must(t, store.Run(ctx, Op{Op: "lead", TTL: ttl}, &leads))
		return leads
	}
	equal(t, lead(one, 60_000) && lead(one, 60_000), true)
	equal(t, lead(two, 60_000), false, "the lease is held")
	equal(t, lead(two, 0) || lead(two, 60_000), false, "and only its holder gives it up")
	lead(one, 0)
	equal(t, lead(two, 60_000), true)
}

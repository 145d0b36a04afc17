// The service's own reactions: when they run, how often, and what their failure changes (nothing).

package breaker

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

func pending(a *app) (items []Item) {
	must(a.t, a.Store.Run(context.Background(), Op{Op: "orphans"}, &items))
	return items
}

func TestChangesReachTheirHooksAndAreAcknowledged(t *testing.T) {
	onBothStores(t, func(t *testing.T, b backend) {
		d := startDatadog(t)
		a := start(t, b, d)
		for _, c := range [][2]string{{"Alert", "open"}, {"Warn", "degraded"}, {"OK", "close"}} {
			d.set("11", "bank_code:0001="+c[0], "bank_code:0002=OK")
			before := len(a.hooks.seen())
			equal(t, a.callback("11"), 200)
			now := a.hooks.wait(t, before+2)[before:]
			if !slices.Contains(now, c[1]+" bank bank_code:0001") ||
				!slices.Contains(now, "notified bank 11 bank_code:0001 event 9007199254740993") {
				t.Fatal(now)
			}
		}
		equal(t, a.callback("11"), 200)
		equal(t, len(a.hooks.wait(t, 7)), 7, "no change, no hook but the notification's")
		until(t, "an empty outbox", func() bool { return len(pending(a)) == 0 })
	})
}

func TestAFailingHookIsRetriedAndChangesNothingElse(t *testing.T) {
	onBothStores(t, func(t *testing.T, b backend) {
		d := startDatadog(t)
		a := start(t, b, d)
		d.set("11", "bank_code:0001=Alert")
		a.hooks.failures = 3
		status, _ := a.send(with(request("11"), "test", true), key, 0)
		equal(t, status, 200)
		equal(t, a.open("bank_code:0001"), true)
		// A panic, an error, a hang, and then success.
		for tries := 1; tries <= 4; tries++ {
			a.hooks.wait(t, tries)
			a.Clock.Advance(20_000)
		}
		for _, call := range a.hooks.wait(t, 4) {
			equal(t, call, "open bank bank_code:0001")
		}
		until(t, "success", func() bool { return a.metrics[hookDone].Load() == 1 })
		equal(t, a.metrics[hookFailed].Load(), 3)
	})
}

func TestAMonitorOfNoBreakerNotifiesToo(t *testing.T) {
	onBothStores(t, func(t *testing.T, b backend) {
		d := startDatadog(t)
		a := start(t, b, d)
		d.put("12", map[string]any{"id": 12, "name": "disk", "multi": false, "overall_state": "Alert", "tags": nil})
		status, _ := a.send(with(with(request("12"), "event_id", "404"), "group", nil), key, 0)
		equal(t, status, 200)
		seen := a.hooks.wait(t, 2)
		equal(t, slices.Contains(seen, "notified disk - event late"), true, "a missing event stops nothing: ", seen)
		equal(t, slices.Contains(seen, "open 12 *"), true, "an untagged monitor is the breaker of its id: ", seen)
	})
}

func TestATestNotificationReconcilesAndSkipsTheHook(t *testing.T) {
	onBothStores(t, func(t *testing.T, b backend) {
		d := startDatadog(t)
		a := start(t, b, d)
		d.set("11", "bank_code:0001=Alert")
		status, _ := a.send(with(request("11"), "test", true), key, 0)
		equal(t, status, 200)
		equal(t, a.open("bank_code:0001"), true, "what is true stays true")
		equal(t, a.callback("11"), 200)
		seen := strings.Join(a.hooks.wait(t, 2), "\n")
		equal(t, strings.Count(seen, "notified"), 1, seen)
	})
}

func TestWhatNobodyAcknowledgedIsTakenOver(t *testing.T) {
	onBothStores(t, func(t *testing.T, b backend) {
		a := start(t, b, startDatadog(t))
		event, err := json.Marshal(map[string]any{"kind": "notification", "notification": request("11"),
			"monitor": Monitor{ID: "11", Name: "bank 11", Tags: []string{}}})
		must(t, err)
		var item Item
		must(t, a.Store.Run(context.Background(), Op{Op: "emit", Event: string(event)}, &item))
		orphans := pending(a)
		equal(t, len(orphans), 1)
		equal(t, orphans[0].ID, item.ID)
		a.deliver(context.Background(), orphans)
		equal(t, a.hooks.wait(t, 1)[0], "notified bank 11 bank_code:0001 event 9007199254740993")
		until(t, "an empty outbox", func() bool { return len(pending(a)) == 0 })
	})
}

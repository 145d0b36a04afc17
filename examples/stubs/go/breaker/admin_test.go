// The operator's side: what is shown, who may override, and that an override wins while it lasts.

package breaker

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func (a *app) order(breaker, token string, body any) int {
	a.t.Helper()
	header := http.Header{"Authorization": {"Bearer " + token}}
	status, _, _ := a.do("POST", "/breakers/"+breaker+"/override", header, body)
	return status
}

func TestAnOverrideWinsUntilItEnds(t *testing.T) {
	onBothStores(t, func(t *testing.T, b backend) {
		d := startDatadog(t)
		a := start(t, b, d, "CB_ADMIN_TOKEN=right")
		d.set("11", "bank_code:0001=Alert", "bank_code:0002=OK")
		equal(t, a.callback("11"), 200)
		order := map[string]any{"mode": "force_open", "actor": "ann", "reason": "drill", "ttl_s": 60}
		one := with(order, "group", "bank_code:0001")
		equal(t, a.order("bank", "wrong", order), 401)
		equal(t, a.order("bank", "rigth", order), 401)
		status, _, _ := a.do("GET", "/breakers", nil, "")
		equal(t, status, 401, "the token guards the list too")
		equal(t, a.order("bank", "right", with(order, "ttl_s", 0)), 400, "an override ends")
		equal(t, a.order("bank", "right", with(order, "actor", " ")), 400, "and is someone's")
		equal(t, a.order("bank", "right", with(order, "mode", "open")), 400)
		equal(t, a.order("bank", "right", "{"), 400)
		equal(t, a.order("bank", "right", order), 200)
		for i := 0; i < 100; i++ {
			equal(t, a.Guard.Allow("bank", "bank_code:0002"), Reject, "not even a probe")
		}
		equal(t, a.order("bank", "right", with(one, "mode", "force_closed")), 200)
		equal(t, a.open("bank_code:0001"), false, "the narrower override decides")
		equal(t, a.order("bank", "right", with(one, "mode", "clear")), 200)
		equal(t, a.Guard.Allow("bank", "bank_code:0001"), Reject)
		a.Clock.Advance(61_000)
		equal(t, a.open("bank_code:0001") && !a.open("bank_code:0002"), true, "ended: the monitor decides again")
	})
}

func TestBreakersAreShownWithTheWorstOfTheirMonitors(t *testing.T) {
	onBothStores(t, func(t *testing.T, b backend) {
		d := startDatadog(t)
		a := start(t, b, d)
		d.set("11", "bank_code:0001=Alert")
		d.set("12", "bank_code:0001=Warn", "bank_code:0002=OK")
		for _, id := range []string{"11", "12"} {
			equal(t, a.callback(id), 200)
		}
		show := func() (shown struct {
			Now      int64  `json:"now_ms"`
			Age      *int64 `json:"snapshot_age_ms"`
			Breakers map[string]shownBreaker
		}) {
			status, _, text := a.do("GET", "/breakers", nil, "")
			equal(t, status, 200)
			must(t, json.Unmarshal(text, &shown))
			return shown
		}
		shown := show()
		group := shown.Breakers["bank"].Groups["bank_code:0001"]
		equal(t, fmt.Sprint(group.State, group.Monitors), "open[11 12]")
		equal(t, group.Lease > shown.Now && shown.Age != nil, true)
		equal(t, shown.Breakers["bank"].Groups["bank_code:0002"].State, Closed)
		equal(t, shown.Breakers["bank"].Monitors["11"].Source, "ok")
		d.set("11", "bank_code:0001=OK")
		equal(t, a.callback("11"), 200)
		equal(t, show().Breakers["bank"].Groups["bank_code:0001"].State, Degraded)
		_, _, metrics := a.do("GET", "/metrics", nil, "")
		for _, line := range []string{`cb_groups{state="degraded"} 1`, `cb_groups{state="closed"} 2`, `cb_callbacks_total{result="done"} 3`} {
			if !strings.Contains("\n"+string(metrics), "\n"+line+"\n") {
				t.Errorf("%s in %s", line, metrics)
			}
		}
	})
}

func TestWithoutATokenOverridesDoNotExistAndReadingIsFree(t *testing.T) {
	a := start(t, backend{}, startDatadog(t), "CB_CONFORMANCE=0")
	equal(t, a.order("bank", "", map[string]any{"mode": "clear", "actor": "a", "reason": "b"}), 404)
	for path, expected := range map[string]int{"/breakers": 200, "/healthz": 200, "/metrics": 200, "/readyz": 200, "/nowhere": 404} {
		status, _, _ := a.do("GET", path, nil, "")
		equal(t, status, expected, path)
	}
	status, _, _ := a.do("POST", "/_conformance/clock", nil, map[string]any{"advance_ms": 1})
	equal(t, status, 404, "off by default")
}

func TestReadyWaitsForTheStoreOrForThePolicy(t *testing.T) {
	redis, d := startRedis(t), startDatadog(t)
	redis.stop()
	ready := func(a *app) int {
		status, _, _ := a.do("GET", "/readyz", nil, "")
		return status
	}
	clock := &Clock{}
	waits := startWith(t, redis.store(t, clock, "one"), clock, d)
	decided := startWith(t, redis.store(t, clock, "two"), clock, d, "CB_ON_STORE_DOWN=open")
	equal(t, fmt.Sprint(ready(waits), ready(decided)), "503 200")
	equal(t, fmt.Sprint(waits.open("x"), decided.open("x")), "false true")
	redis.start(t)
	waits.Clock.Advance(5_000)
	until(t, "a load", func() bool { return ready(waits) == 200 })
}

// The callback endpoint through the real routes: what it commits, and each of its answers.

package breaker

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestAnAlertOpensItsGroupAloneAndARecoveryClosesIt(t *testing.T) {
	onBothStores(t, func(t *testing.T, b backend) {
		d := startDatadog(t)
		a := start(t, b, d)
		d.set("11", "bank_code:0001=Alert", "bank_code:0002=OK", "bank_code:0003=Warn")
		equal(t, a.callback("11"), 200)
		// Committed and loaded before the answer: no waiting here.
		equal(t, a.Guard.Allow("bank", "bank_code:0001"), Probe, "the first call of an interval")
		equal(t, a.Guard.Allow("bank", "bank_code:0001"), Reject)
		equal(t, a.Guard.Allow("bank", "bank_code:0002"), Allow)
		_, _, text := a.do("POST", "/_conformance/allow", nil, map[string]any{"breaker": "bank", "group": "bank_code:0003", "n": 1000})
		var asked struct{ Allow, Probe, Reject int }
		must(t, json.Unmarshal(text, &asked))
		if asked.Allow < 400 || asked.Allow > 600 || asked.Allow+asked.Reject != 1000 {
			t.Errorf("degraded lets half through: %+v", asked)
		}
		d.set("11", "bank_code:0001=OK", "bank_code:0002=OK", "bank_code:0003=OK")
		equal(t, a.callback("11"), 200)
		equal(t, a.open("bank_code:0001") || a.open("bank_code:0003"), false)
	})
}

func TestEveryAnswerHasItsStatus(t *testing.T) {
	onBothStores(t, func(t *testing.T, b backend) {
		d := startDatadog(t)
		a := start(t, b, d, "CB_SIGNING_KEYS="+otherKey+" "+key, "CB_MONITORS=11,12,13", "CB_REQUIRE_SERVICE_TAG=1")
		d.set("11", "bank_code:0001=OK")
		d.put("13", with(bank("13", "bank_code:0001=Alert"), "tags", []string{"circuit_breaker:bank", "service:other"}))
		good := request("11")
		for _, c := range []struct {
			what   string
			body   map[string]any
			key    string
			age    time.Duration
			status int
		}{
			{"signed", good, key, 0, 200},
			{"a key being rotated in", good, otherKey, 0, 200},
			{"a stranger's key", good, "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 0, 401},
			{"an old signature", good, key, 400 * time.Second, 401},
			{"a signature of the future", good, key, -400 * time.Second, 401},
			{"fields missing", map[string]any{"monitor_id": "11"}, key, 0, 400},
			{"ids are text", with(good, "monitor_id", 11), key, 0, 400},
			{"an id is no path", with(good, "monitor_id", "../v2/x"), key, 0, 400},
			{"outside CB_MONITORS", with(good, "monitor_id", "99"), key, 0, 404},
			{"without this service's tag", request("13"), key, 0, 404},
			{"longer than 64 KiB", with(good, "group", strings.Repeat("x", 65*1024)), key, 0, 413},
		} {
			status, _ := a.send(c.body, c.key, c.age)
			equal(t, status, c.status, c.what)
		}
		status, _, _ := a.do("POST", CallbackPath, nil, good)
		equal(t, status, 401, "no signature")
		equal(t, a.open("bank_code:0001"), false, "and nothing of it was kept")
		for _, fault := range []int{500, 503, 429, 403, 404, 302, html} {
			d.fail(fault)
			status, header := a.send(good, key, 0)
			equal(t, status, 503, "Datadog answered ", fault)
			equal(t, header.Get("retry-after"), "5")
		}
	})
}

func TestNoDedupeBeforeTheCommit(t *testing.T) {
	onBothStores(t, func(t *testing.T, b backend) {
		d := startDatadog(t)
		a := start(t, b, d)
		d.set("11", "bank_code:0001=Alert")
		d.fail(503)
		equal(t, a.callback("11"), 503)
		equal(t, a.open("bank_code:0001"), false)
		d.fail(0)
		equal(t, a.callback("11"), 200, "the retry has the same webhook-id")
		equal(t, a.open("bank_code:0001"), true)
	})
}

func TestAStoreThatIsDownIs503AndTheSnapshotGoesOn(t *testing.T) {
	redis, d := startRedis(t), startDatadog(t)
	a := start(t, redis, d, "CB_MAX_STALE_S=600")
	d.set("11", "bank_code:0001=Alert", "bank_code:0002=OK")
	equal(t, a.callback("11"), 200)
	redis.stop()
	status, header := a.send(request("11"), key, 0)
	equal(t, status, 503)
	equal(t, header.Get("retry-after"), "5")
	equal(t, a.open("bank_code:0001") && !a.open("bank_code:0002"), true, "the last known state")
	redis.start(t)
	before := a.Clock.Now()
	a.Clock.Advance(60_000)
	// The state is gone with Redis; the known monitors bring it back without any callback.
	until(t, "a new reading", func() bool { return a.state("11").Tried > before && a.open("bank_code:0001") })
	equal(t, a.callback("11"), 200)
}

func TestAnotherMethodIsNotTheCallback(t *testing.T) {
	a := start(t, backend{}, startDatadog(t))
	if status, _, _ := a.do("GET", CallbackPath, nil, ""); status != http.StatusNotFound && status != http.StatusMethodNotAllowed {
		t.Fatal(status)
	}
}

// What heals without anyone's help: lagging reads, outages, lost callbacks, lost state. Time is moved, never waited for.

package breaker

import (
	"context"
	"fmt"
	"testing"
)

var (
	bad  = []string{"bank_code:0001=Alert", "bank_code:0002=OK"}
	good = []string{"bank_code:0001=OK", "bank_code:0002=OK"}
)

// reads gives the seconds of all reads after a callback, where every read but the first fails succeeds.
func reads(fails int) (seen []int64) {
	const dirty, idle, most = 1_000_000, 300_000, 60_000
	for m := (MonitorState{Dirty: dirty, Tried: dirty}); m.Tried < dirty+200_000; fails-- {
		if m.Fails++; fails <= 0 {
			m.Fails = 0
		}
		m.Tried = next(m, m.Tried+idle, most)
		seen = append(seen, (m.Tried-dirty)/1000)
	}
	return seen
}

func TestTheStepsAfterACallbackAndTheRetriesOfFailures(t *testing.T) {
	equal(t, fmt.Sprint(reads(0)), "[5 15 30 60 120 420]")
	equal(t, fmt.Sprint(reads(3)), "[5 15 30 60 120 420]", "the steps are as close as any retry")
	equal(t, fmt.Sprint(reads(9)[4:]), "[120 180 240]")
	equal(t, fmt.Sprint(backoff(1, 60_000), backoff(3, 60_000), backoff(40, 60_000)), "5000 20000 60000")
}

func TestAFirstReadThatLagsIsMendedWithinThirtySeconds(t *testing.T) {
	onBothStores(t, func(t *testing.T, b backend) {
		d := startDatadog(t)
		a := start(t, b, d)
		d.set("11", good...)
		equal(t, a.callback("11"), 200)
		equal(t, a.open("bank_code:0001"), false)
		for _, step := range []int64{5_000, 10_000} {
			before := d.reads("11")
			a.Clock.Advance(step)
			d.readTimes(t, "11", before+1)
		}
		d.set("11", bad...)
		a.Clock.Advance(15_000)
		a.becomes("bank_code:0001", true)
	})
}

func TestDatadogDownThroughAllAttemptsHealsWithoutAReplay(t *testing.T) {
	onBothStores(t, func(t *testing.T, b backend) {
		d := startDatadog(t)
		a := start(t, b, d)
		d.set("11", bad...)
		d.fail(503)
		for i := 0; i < 3; i++ {
			equal(t, a.callback("11"), 503)
			a.Clock.Advance(90_000)
		}
		before := d.reads("11")
		a.Clock.Advance(600_000)
		d.readTimes(t, "11", before+1)
		equal(t, a.open("bank_code:0001"), false)
		d.fail(0)
		a.Clock.Advance(300_000) // However long it lasted, the next try is at most an idle poll away.
		a.becomes("bank_code:0001", true)
	})
}

func TestALostRecoveryIsPolled(t *testing.T) {
	onBothStores(t, func(t *testing.T, b backend) {
		d := startDatadog(t)
		a := start(t, b, d)
		d.set("11", bad...)
		equal(t, a.callback("11"), 200)
		before := d.reads("11")
		a.Clock.Advance(200_000)
		d.readTimes(t, "11", before+1)
		d.set("11", good...)
		a.Clock.Advance(60_000)
		a.becomes("bank_code:0001", false)
	})
}

func TestALostAlertIsPolledEvenOfAMonitorNeverHeardOf(t *testing.T) {
	onBothStores(t, func(t *testing.T, b backend) {
		d := startDatadog(t)
		a := start(t, b, d)
		d.readTimes(t, "list", 1)
		d.set("11", bad...)
		d.put("12", with(bank("12", "bank_code:0002=Alert"), "tags", []string{"circuit_breaker:bank", "service:another"}))
		a.Clock.Advance(300_000)
		a.becomes("bank_code:0001", true)
		equal(t, d.reads("12"), 0, "another service's monitor is not ours to read")
	})
}

func TestAFreshStartReadsTheKnownMonitors(t *testing.T) {
	onBothStores(t, func(t *testing.T, b backend) {
		d := startDatadog(t)
		d.set("11", bad...)
		a := start(t, b, d)
		a.becomes("bank_code:0001", true)
		a.stop()
		if b.folder != "" { // The lease of an instance that was killed keeps nobody from reading at the start.
			b.command(t, "FLUSHALL")
			b.command(t, "SET", "cb:{"+service+"}:poller", "a dead instance")
		}
		start(t, b, d).becomes("bank_code:0001", true)
	})
}

func TestTheEndGivesUpTheLease(t *testing.T) {
	redis, d := startRedis(t), startDatadog(t)
	a := start(t, redis, d)
	d.readTimes(t, "list", 1)
	a.stop()
	var leads bool
	must(t, redis.store(t, &Clock{}, "two").Run(context.Background(), Op{Op: "lead", TTL: 1000}, &leads))
	equal(t, leads, true)
}

func TestASourceThatStaysAwayFollowsItsPolicy(t *testing.T) {
	onBothStores(t, func(t *testing.T, b backend) {
		d := startDatadog(t)
		a := start(t, b, d, "CB_MAX_STALE_S=3600", "CB_ON_SOURCE_DOWN=last_known:open")
		d.set("11", bad...)
		equal(t, a.callback("11"), 200)
		d.fail(500)
		a.Clock.Advance(900_000 + 3_000_000)
		equal(t, a.open("bank_code:0001") && !a.open("bank_code:0002"), true, "the last known state, past its lease")
		a.Clock.Advance(700_000)
		a.becomes("bank_code:0002", true)
		d.fail(0)
		a.Clock.Advance(300_000)
		a.becomes("bank_code:0002", false)
	})
}

func TestAGroupThatVanishedIsHeldThenRampsToClosed(t *testing.T) {
	onBothStores(t, func(t *testing.T, b backend) {
		d := startDatadog(t)
		a := start(t, b, d, "CB_RAMP_S=100", "CB_ABSENT_AFTER_S=600")
		d.set("11", bad...)
		equal(t, a.callback("11"), 200)
		d.set("11", "bank_code:0002=OK")
		equal(t, a.callback("11"), 200)
		a.Clock.Advance(590_000)
		equal(t, a.callback("11"), 200)
		equal(t, a.open("bank_code:0001"), true, "held")
		a.Clock.Advance(11_000)
		equal(t, a.callback("11"), 200)
		a.Clock.Advance(50_000)
		allowed := 0
		for i := 0; i < 1000; i++ {
			if !a.open("bank_code:0001") {
				allowed++
			}
		}
		if allowed < 400 || allowed > 600 {
			t.Errorf("half way up the ramp %d of 1000", allowed)
		}
		a.Clock.Advance(50_000)
		for i := 0; i < 1000; i++ {
			equal(t, a.open("bank_code:0001"), false)
		}
	})
}

func TestAFlushHealsWithoutACallback(t *testing.T) {
	redis, d := startRedis(t), startDatadog(t)
	d.set("11", bad...)
	a := start(t, redis, d)
	a.becomes("bank_code:0001", true)
	reads := d.reads("11")
	redis.command(t, "FLUSHALL")
	a.Clock.Advance(5_000)
	d.readTimes(t, "11", reads+1)
	a.becomes("bank_code:0001", true)
}

func TestAChangeOnOneInstanceReachesTheOther(t *testing.T) {
	redis, d := startRedis(t), startDatadog(t)
	one, clock := start(t, redis, d), &Clock{}
	listening := redis.store(t, clock, "three").Changed()
	<-listening // The subscription.
	two := startWith(t, redis.store(t, clock, "two"), clock, d)
	d.set("11", bad...)
	equal(t, one.callback("11"), 200)
	<-listening
	two.becomes("bank_code:0001", true)
}

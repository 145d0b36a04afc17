// Races between readings: what a slow, late or repeated reading may do.

package breaker

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
)

// slow is a source of one reading, which is handed out when the test says so.
type slow struct {
	status      string
	asked, goOn chan struct{}
}

func (s *slow) Monitor(context.Context, string) (*Reading, error) {
	r := &Reading{ID: "11", Tags: []string{"circuit_breaker:bank"}}
	r.State.Groups = map[string]struct{ Status string }{"bank_code:0001": {s.status}}
	s.asked <- struct{}{}
	<-s.goOn
	return r, nil
}

func (s *slow) Known(context.Context, string) ([]string, error) { return nil, nil }

func (s *slow) Event(context.Context, string) (map[string]any, error) {
	return nil, errors.New("no events here")
}

func TestASlowOldReadingLoses(t *testing.T) {
	onBothStores(t, func(t *testing.T, b backend) {
		settings, err := ReadSettings(table("CB_RAMP_S=0"))
		must(t, err)
		clock, ctx := &Clock{}, context.Background()
		store := b.store(t, clock, "one")
		instance := func(status string) (*Service, *slow) {
			source := &slow{status, make(chan struct{}, 1), make(chan struct{})}
			return New(&Service{Name: service, Settings: settings, Clock: clock, Store: store, Source: source, Hooks: &recorder{},
				Chance: rand.Float64}), source
		}
		first, old := instance("Alert")
		second, young := instance("OK")
		done := make(chan error)
		go func() { _, err := first.reconcile(ctx, "11"); done <- err }()
		<-old.asked
		close(young.goOn)
		_, err = second.reconcile(ctx, "11")
		must(t, err)
		close(old.goOn)
		must(t, <-done)
		for _, s := range []*Service{first, second} {
			equal(t, s.Guard.Allow("bank", "bank_code:0001"), Allow, "the alert was read before the recovery and came after it")
		}
		state := first.Guard.snapshot.Load().contents.Monitors["11"]
		equal(t, state.Dirty > 0 && state.Dirty >= state.Tried, true, "and the monitor is read again")
		equal(t, first.metrics[writeRejected].Load(), 1)
	})
}

func TestAReadingThatBeganBeforeACallbackDoesNotServeIt(t *testing.T) {
	onBothStores(t, func(t *testing.T, b backend) {
		d := startDatadog(t)
		a := start(t, b, d)
		d.readTimes(t, "list", 1)
		d.set("11", good...)
		d.hold()
		first, second := make(chan int, 1), make(chan int, 1)
		go func() { first <- a.callback("11") }()
		d.readTimes(t, "11", 1)
		d.set("11", bad...)
		go func() { second <- a.callback("11") }()
		d.release()
		equal(t, <-first, 200)
		equal(t, <-second, 200)
		equal(t, a.open("bank_code:0001"), true)
	})
}

func TestCallersShareAReadingThatBeganAfterTheyCame(t *testing.T) {
	var s slots
	var callers sync.WaitGroup
	began, gate := make(chan int, 10), make(chan struct{})
	reads := 0
	read := func() (Monitor, error) {
		reads++ // Readings of one slot never overlap.
		began <- reads
		<-gate
		return Monitor{}, nil
	}
	call := func() {
		defer callers.Done()
		s.of("11").share(read)
	}
	callers.Add(3)
	go call()
	<-began
	go call()
	go call()
	until(t, "three callers", func() bool { return s.of("11").tickets.Load() == 3 })
	other := false
	s.of("12").share(func() (Monitor, error) { other = true; return Monitor{}, nil })
	equal(t, other, true, "another key is read at once")
	close(gate)
	callers.Wait()
	equal(t, reads, 2, "two and three share the second reading")
	s.of("11").share(read)
	equal(t, reads, 3, "a later caller reads anew")
}

func TestAFlushWhileAReadIsInFlightDoesNotBlockTheNextAlert(t *testing.T) {
	redis, d := startRedis(t), startDatadog(t)
	a := start(t, redis, d)
	d.set("11", good...)
	equal(t, a.callback("11"), 200)
	d.hold()
	answered, before := make(chan int, 1), d.reads("11")
	go func() { answered <- a.callback("11") }()
	d.readTimes(t, "11", before+1)
	redis.command(t, "FLUSHALL")
	d.release()
	equal(t, <-answered, 200)
	d.set("11", bad...)
	equal(t, a.callback("11"), 200)
	equal(t, a.open("bank_code:0001"), true)
}

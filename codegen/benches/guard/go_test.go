// What one question to the guard costs inside this service: its snapshot read from the store, its reload running beside it. Prints
// `cost CASE GROUPS OPEN THREADS NANOSECONDS`. With COST_DOWN the store named by REDIS_URL answers nobody, from the start to the end.

package breaker

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"
)

const (
	calls   = 20_000
	batches = 7
	// Longer than the guard takes to call the store down, in milliseconds.
	later = 20_000
)

func TestGuardCost(t *testing.T) {
	// Groups in the snapshot, and each how manieth of them is open.
	for _, size := range [][2]int{{1, 1}, {100, 10}, {10_000, 10}} {
		groups, every := size[0], size[1]
		ctx, cancel := context.WithCancel(context.Background())
		service := serviceWith(ctx, t, groups, every)
		go service.refresh(ctx)
		cases := []struct {
			name string
			at   int
		}{{"open", (groups - 1) / every * every}, {"closed", 1}, {"unknown", 99_999}}
		for _, c := range cases {
			if every == 1 && c.name == "closed" {
				continue
			}
			for _, threads := range []int{1, 4} {
				fmt.Printf("cost %s %d %d %d %.1f\n", c.name, groups, (groups+every-1)/every, threads, cost(service.Guard, bankCode(c.at), threads))
			}
		}
		cancel()
	}
}

func bankCode(at int) string { return fmt.Sprintf("bank_code:%04d", at) }

// cost is the median over batches of the time of a core that one call takes.
func cost(guard *Guard, group string, threads int) float64 {
	cores, all := min(threads, runtime.GOMAXPROCS(0)), make([]float64, batches)
	for i := range all {
		start := time.Now()
		var running sync.WaitGroup
		for range threads {
			running.Add(1)
			go func() {
				defer running.Done()
				for range calls {
					guard.Allow("bank", group)
				}
			}()
		}
		running.Wait()
		all[i] = float64(time.Since(start).Nanoseconds()) * float64(cores) / float64(calls*threads)
	}
	slices.Sort(all)
	return all[batches/2]
}

func serviceWith(ctx context.Context, t *testing.T, groups, every int) *Service {
	own := map[string]string{"DD_API_KEY": "a", "DD_APP_KEY": "b", "CB_SIGNING_KEYS": key}
	settings, err := ReadSettings(func(name string) string { return own[name] })
	must(t, err)
	clock := &Clock{}
	store, err := newRedisStore(ctx, Secret(os.Getenv("REDIS_URL")), "funds", "cost")
	must(t, err)
	s := New(&Service{Name: "funds", Settings: settings, Clock: clock, Store: store, Source: newDatadog(settings), Chance: rand.Float64})
	if os.Getenv("COST_DOWN") == "" {
		fill(t, store, clock, groups, every)
		s.reload(ctx)
		return s
	}
	memory := newMemoryStore(clock)
	contents := fill(t, memory, clock, groups, every)
	s.Guard.replace(&contents, clock.Now())
	clock.Advance(later)
	s.reload(ctx)
	return s
}

func fill(t *testing.T, store Store, clock *Clock, groups, every int) (contents Contents) {
	open, closed := Open, Closed
	wants := map[string]Want{}
	for at := range groups {
		wants[bankCode(at)] = Want{Level: &closed, Raise: true}
		if at%every == 0 {
			wants[bankCode(at)] = Want{Level: &open, Raise: true}
		}
	}
	var seq int64
	ctx := context.Background()
	must(t, store.Run(ctx, Op{Op: "fence"}, &seq))
	must(t, store.Run(ctx, Op{Op: "apply", Monitor: "1", Breaker: "bank", Seq: seq, Now: clock.Now(), Lease: 900_000, Source: "ok",
		Complete: true, Groups: wants}, nil))
	must(t, store.Run(ctx, Op{Op: "load"}, &contents))
	return contents
}

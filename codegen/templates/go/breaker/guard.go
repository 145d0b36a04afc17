// The one question a request asks: may this call go out? Answered from the snapshot alone: no lock, no I/O.

package breaker

import (
	"log/slog"
	"sync"
	"sync/atomic"
)

// Verdict of the guard. Probe is a call that goes out although the breaker is open, so that the monitor has something to see.
type Verdict int

const (
	Allow Verdict = iota
	Probe
	Reject
)

const (
	// Three reloads missed: the store counts as down.
	stale = 15_000
	// Names of unknown breakers that are logged before the guard only counts.
	maxLogged = 100
)

// Guard answers from the last snapshot.
type Guard struct {
	settings   *Settings
	clock      *Clock
	chance     func() float64
	metrics    *metrics
	snapshot   atomic.Pointer[snapshot]
	storeFails atomic.Bool
	unknown    sync.Map
	logged     atomic.Int64
}

func newGuard(settings *Settings, clock *Clock, chance func() float64, metrics *metrics) *Guard {
	g := &Guard{settings: settings, clock: clock, chance: chance, metrics: metrics}
	g.snapshot.Store(&snapshot{})
	return g
}

// Allow asks for one call to group (`bank_code:0001,env:prod`, or `*`) of breaker; shares are drawn at random.
func (g *Guard) Allow(breaker, group string) Verdict {
	return g.count(g.judge(breaker, group, g.chance))
}

// AllowKey is Allow, but the caller with this key always falls on the same side of a percentage.
func (g *Guard) AllowKey(breaker, group, key string) Verdict {
	return g.count(g.judge(breaker, group, func() float64 { return ofKey(key) }))
}

// replace takes what the store held at that time, or with nil notes that it did not answer.
func (g *Guard) replace(contents *Contents, at int64) {
	g.storeFails.Store(contents == nil)
	if contents != nil {
		g.snapshot.Store(newSnapshot(*contents, at, g.settings.Ramp, g.snapshot.Load()))
	}
}

func (g *Guard) count(v Verdict) Verdict {
	g.metrics.add(guardAllow + counter(v))
	return v
}

func (g *Guard) judge(name, group string, draw func() float64) Verdict {
	snap, now := g.snapshot.Load(), g.clock.Now()
	var space [8]string // On the stack: asking allocates nothing.
	asked, b := appendTags(space[:0], group), snap.breakers[name]
	if b != nil {
		if o := b.overrideOf(asked, now); o != nil {
			return rejectIf(o.Mode == "force_open")
		}
	}
	down, policy := snap.loaded == 0 || g.storeFails.Load() && now-snap.loaded > stale, g.settings.OnStoreDown
	if down && !policy.holds(now-snap.loaded, g.settings.MaxStale) {
		return rejectIf(policy.ThenOpen)
	}
	if b == nil || !b.fed {
		return g.nobodyFeeds(name)
	}
	if down { // No lease can be renewed: entries are judged as of the last load.
		now = snap.loaded
	}
	return g.weigh(b, asked, now, draw)
}

// weigh lets the worst of all matching groups decide: the smallest share of calls that may go out.
func (g *Guard) weigh(b *breakerState, asked []string, at int64, draw func() float64) Verdict {
	least, worst := 1.0, (*flag)(nil)
	look := func(f *flag) {
		if share := g.share(f, at); share < least {
			least, worst = share, f
		}
	}
	b.hot.matching(asked, look)
	if at >= b.coldLease {
		b.cold.matching(asked, look)
	}
	switch {
	case least <= 0:
		return g.probe(worst)
	case least < 1 && draw() >= least:
		return Reject
	}
	return Allow
}

// share is that of the calls which one group lets out at this moment.
func (g *Guard) share(f *flag, at int64) float64 {
	policy, s, start := g.settings.OnSourceDown, g.settings, 0.0
	if at >= f.Lease && !policy.holds(at-f.Lease, s.MaxStale) {
		if policy.ThenOpen {
			return 0
		}
		return 1
	}
	if f.Level == Open {
		return 0
	}
	if f.Level == Degraded {
		return s.DegradedShare
	}
	if f.Was == Closed || at-f.Since >= s.Ramp {
		return 1
	}
	if f.Was == Degraded {
		start = s.DegradedShare
	}
	return start + (1-start)*float64(max(at-f.Since, 0))/float64(s.Ramp)
}

// probe: open, and yet a few, a share of all calls, and one each interval if that share has sent none.
func (g *Guard) probe(f *flag) Verdict {
	now, last := g.clock.Now(), f.probed.Load()
	due := now-last >= g.settings.ProbeInterval && f.probed.CompareAndSwap(last, now)
	if due || g.chance() < g.settings.ProbeRatio {
		return Probe
	}
	return Reject
}

// nobodyFeeds this breaker: counted always, logged once.
func (g *Guard) nobodyFeeds(name string) Verdict {
	g.metrics.add(guardUnknown)
	if _, known := g.unknown.Load(name); !known && g.logged.Load() < maxLogged {
		if _, known = g.unknown.LoadOrStore(name, true); !known {
			g.logged.Add(1)
			slog.Warn("no monitor feeds this breaker: check its tag `circuit_breaker:NAME`", "breaker", name)
		}
	}
	return rejectIf(g.settings.RejectUnknown)
}

// holds is true while the last known state still stands, age milliseconds after it was last confirmed.
func (f Fallback) holds(age, maxStale int64) bool { return f.LastKnown && age < maxStale }

// ofKey is a stable number from 0 up to 1: FNV-1a, then the finaliser of SplitMix64, which spreads what FNV leaves in clumps.
func ofKey(key string) float64 {
	z := uint64(14695981039346656037)
	for i := 0; i < len(key); i++ {
		z = (z ^ uint64(key[i])) * 1099511628211
	}
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return float64((z^z>>31)>>11) / (1 << 53)
}

func rejectIf(condition bool) Verdict {
	if condition {
		return Reject
	}
	return Allow
}

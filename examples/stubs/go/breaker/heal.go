// Nothing is believed for ever: dirty monitors are read again, open ones often, all known ones now and then.

package breaker

import (
	"context"
	"errors"
	"log/slog"
	"sync"
)

// Re-reads after the last callback, in milliseconds: Datadog's own state may lag its notification.
var steps = [...]int64{5_000, 15_000, 30_000, 60_000, 120_000}

const (
	tick = 1_000
	// The poller's lease; another instance takes over after so long.
	lead        = 5_000
	reloadEvery = 5_000
	readsAtOnce = 4
)

// refresh keeps the snapshot fresh: at every hint, and every five seconds without one.
func (s *Service) refresh(ctx context.Context) {
	for ctx.Err() == nil {
		s.reload(ctx)
		s.Clock.Wait(ctx, reloadEvery, s.Store.Changed())
	}
}

// poller is what is remembered between two rounds.
type poller struct {
	*Service
	known map[string]bool
	// When the list of known monitors is due; 0 until it was read for the first time.
	listDue   int64
	listFails int
	// For each monitor, the reading after which its next poll was drawn, and that poll.
	polls map[string]poll
}

type poll struct{ read, due int64 }

// poll for ever. The first round is every instance's own, so that a fresh start heals by itself; then one leads.
func (s *Service) poll(ctx context.Context) {
	p := &poller{Service: s, known: map[string]bool{}, polls: map[string]poll{}}
	s.reload(ctx)
	for ctx.Err() == nil {
		leads := false
		if err := s.Store.Run(ctx, Op{Op: "lead", TTL: lead}, &leads); err != nil {
			slog.Debug("no poller without the store", "error", err.Error())
		}
		if leads || p.listDue == 0 {
			p.round(ctx)
		}
		s.Clock.Wait(ctx, tick, nil)
	}
}

func (p *poller) round(ctx context.Context) {
	now := p.Clock.Now()
	if now >= p.listDue {
		p.list(ctx, now)
		p.adopt(ctx)
	}
	due := p.due(p.Guard.snapshot.Load().contents, now)
	var reads sync.WaitGroup
	places, results := make(chan struct{}, readsAtOnce), make([]error, len(due))
	for i, id := range due {
		places <- struct{}{}
		reads.Add(1)
		go func() {
			defer reads.Done()
			_, results[i] = p.reconcile(ctx, id)
			<-places
		}()
	}
	reads.Wait()
	for i, err := range results {
		if errors.Is(err, errNotOurs) {
			delete(p.known, due[i])
		}
	}
	if len(due) > 0 {
		p.reload(ctx)
	}
}

// list reads the service's own list, else the monitors tagged with its name and a breaker.
func (p *poller) list(ctx context.Context, now int64) {
	ids, err := p.Settings.Monitors, error(nil)
	if ids == nil {
		ids, err = p.Source.Known(ctx, p.Name)
	}
	if err != nil {
		slog.Warn("the known monitors were not listed", "error", err.Error())
		p.listFails++
		p.listDue = now + backoff(p.listFails, p.Settings.Poll)
		return
	}
	clear(p.known)
	for _, id := range ids {
		p.known[id] = true
	}
	p.listFails, p.listDue = 0, now+p.Settings.IdlePoll
}

// due answers the monitors to read now.
func (p *poller) due(contents Contents, now int64) (due []string) {
	polls := map[string]poll{}
	look := func(id string) {
		if _, seen := polls[id]; seen {
			return
		}
		m, plan := contents.Monitors[id], p.polls[id]
		if plan.read != m.Tried {
			plan = poll{m.Tried, m.Tried + p.interval(m)}
		}
		polls[id] = plan
		// Never read, plan is long past: due at once, as after a fresh start or a flush of the store.
		if now >= next(m, plan.due, p.Settings.Poll) {
			due = append(due, id)
		}
	}
	for id := range p.known {
		look(id)
	}
	for id := range contents.Monitors {
		look(id)
	}
	p.polls = polls
	return due
}

// interval is the time until the next poll, shortened by up to a tenth so that monitors spread out.
func (p *poller) interval(m MonitorState) int64 {
	full := p.Settings.IdlePoll
	for _, entry := range m.Groups {
		if entry.Level != Closed {
			full = p.Settings.Poll
		}
	}
	return full - int64(float64(full)/10*p.Chance())
}

// next tells when a monitor is to be read: by its poll, the steps after its last callback, or the retry of a failure.
func next(m MonitorState, poll, most int64) int64 {
	if m.Fails > 0 {
		poll = min(poll, m.Tried+backoff(m.Fails, most))
	}
	for _, step := range steps {
		if m.Dirty > 0 && m.Dirty+step > m.Tried {
			return min(poll, m.Dirty+step)
		}
	}
	return poll
}

// backoff: 5, 10, 20 … seconds after the first, second, third … failure, but never more than most.
func backoff(fails int, most int64) int64 { return min(5_000<<min(max(fails-1, 0), 10), most) }

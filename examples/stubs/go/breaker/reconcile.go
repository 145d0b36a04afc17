// The one way a monitor's truth reaches the store: fence, read, map, apply. Whoever asks, and however often.

package breaker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
)

// errNotOurs: a monitor without the tag `service:NAME`.
var errNotOurs = errors.New("add the tag of this service, or unset CB_REQUIRE_SERVICE_TAG")

// reconcile reads and applies monitor id; callers that come while it is being read share the next reading.
func (s *Service) reconcile(ctx context.Context, id string) (Monitor, error) {
	return s.slots.of(id).share(func() (Monitor, error) { return s.readAndApply(ctx, id) })
}

func (s *Service) readAndApply(ctx context.Context, id string) (Monitor, error) {
	now, seq := s.Clock.Now(), int64(0)
	// The fence comes first: whatever is read after it is at least as new as the number says.
	if err := s.Store.Run(ctx, Op{Op: "fence"}, &seq); err != nil {
		return Monitor{}, err
	}
	reading, err := s.Source.Monitor(ctx, id)
	if err != nil {
		s.metrics.add(readFailed)
		slog.Warn("the monitor was not read: its state is held and it will be read again", "monitor", id, "error", err.Error())
		return Monitor{}, errors.Join(err, s.Store.Run(ctx, Op{Op: "failed", Monitor: id, Now: now, Why: err.Error()}, nil))
	}
	s.metrics.add(readDone)
	if tag := "service:" + s.Name; s.Settings.RequireServiceTag && !slices.Contains(reading.Tags, tag) {
		if err := s.Store.Run(ctx, Op{Op: "forget", Monitor: id}, nil); err != nil {
			return Monitor{}, err
		}
		return Monitor{}, fmt.Errorf("monitor `%s` lacks the tag `%s`: %w", id, tag, errNotOurs)
	}
	monitor := Monitor{ID: id, Name: reading.Name, Tags: append([]string{}, reading.Tags...)} // Never null in JSON.
	return monitor, s.apply(ctx, reading, seq, now)
}

func (s *Service) apply(ctx context.Context, reading *Reading, seq, now int64) error {
	id, m, source := reading.ID.String(), mapReading(reading, s.Settings, now), "ok"
	name, tagged := reading.Tag("circuit_breaker")
	if !tagged {
		name = id
	}
	if m.capped {
		s.metrics.add(capped)
		slog.Error("more groups alert than CB_MAX_OPEN_PERCENT allows: nothing more opens", "monitor", id, "breaker", name)
	}
	if !m.complete {
		source = "unknown: a grouped monitor without groups"
	}
	op := Op{Op: "apply", Monitor: id, Breaker: name, Seq: seq, Now: now, Lease: s.Settings.Lease,
		AbsentAfter: s.Settings.AbsentAfter, Source: source, Complete: m.complete, Groups: m.groups}
	var outcome Outcome
	if err := s.Store.Run(ctx, op, &outcome); err != nil {
		return err
	}
	if !outcome.Applied {
		s.metrics.add(writeRejected)
		slog.Info("a newer reading was there already: the monitor will be read again", "monitor", id)
	}
	s.deliver(ctx, outcome.Items)
	s.reload(ctx)
	return nil
}

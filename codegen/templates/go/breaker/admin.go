// For operators: what is open and why, overrides, health, metrics. CB_ADMIN_TOKEN guards the first two.

package breaker

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"slices"
	"strings"
)

// authorized tells whether the caller gave the token; the comparison's time tells nothing of it but its length.
func (s *Service) authorized(r *http.Request) bool {
	given, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return bearer && subtle.ConstantTimeCompare([]byte(given), []byte(s.Settings.AdminToken)) == 1
}

type shownBreaker struct {
	Monitors  map[string]shownMonitor `json:"monitors,omitempty"`
	Groups    map[string]shownGroup   `json:"groups,omitempty"`
	Overrides map[string]Override     `json:"overrides,omitempty"`
}

type shownMonitor struct {
	Source   string `json:"source"`
	Read     int64  `json:"read_ms"`
	Callback int64  `json:"last_callback_ms"`
	Failures int    `json:"failures"`
}

type shownGroup struct {
	State    Level    `json:"state"`
	Since    int64    `json:"since_ms"`
	Lease    int64    `json:"lease_expires_ms"`
	Monitors []string `json:"monitors"`
}

// breakers shows per breaker and group the worst of the monitors that know it, each monitor's source, the overrides in force.
func (s *Service) breakers(w http.ResponseWriter, r *http.Request) {
	if s.Settings.AdminToken != "" && !s.authorized(r) {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	snap, now, shown, age := s.Guard.snapshot.Load(), s.Clock.Now(), map[string]shownBreaker{}, any(nil)
	at := func(name string) shownBreaker {
		if _, there := shown[name]; !there {
			shown[name] = shownBreaker{map[string]shownMonitor{}, map[string]shownGroup{}, map[string]Override{}}
		}
		return shown[name]
	}
	for id, m := range snap.contents.Monitors {
		name := m.Breaker
		if m.Applied == 0 { // Until it is read for the first time, nobody knows which breaker it feeds.
			name = id
		}
		at(name).Monitors[id] = shownMonitor{m.Source, m.Tried, m.Dirty, m.Fails}
		for group, entry := range m.Groups {
			g := at(name).Groups[group]
			if entry.Level > g.State {
				g.State, g.Since, g.Lease = entry.Level, entry.Since, entry.Lease
			}
			g.Monitors = append(g.Monitors, id)
			slices.Sort(g.Monitors)
			at(name).Groups[group] = g
		}
	}
	for _, o := range snap.contents.Overrides {
		if o.Until > now {
			at(o.Breaker).Overrides[o.Group] = o
		}
	}
	if snap.loaded > 0 {
		age = now - snap.loaded
	}
	answer(w, http.StatusOK, map[string]any{"now_ms": now, "snapshot_age_ms": age, "breakers": shown})
}

// override takes a mode, an owner and an end. Without group: the whole breaker.
func (s *Service) override(w http.ResponseWriter, r *http.Request) {
	if s.Settings.AdminToken == "" {
		http.NotFound(w, r)
		return
	}
	if !s.authorized(r) {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	ask := struct {
		Mode, Group, Actor, Reason string
		TTL                        uint32 `json:"ttl_s"`
	}{Group: "*"}
	err := json.NewDecoder(io.LimitReader(r.Body, maxBody)).Decode(&ask)
	if err == nil && !slices.Contains([]string{"force_open", "force_closed", "clear"}, ask.Mode) {
		err = errors.New("mode is one of force_open, force_closed, clear")
	}
	if strings.TrimSpace(ask.Actor) == "" || strings.TrimSpace(ask.Reason) == "" || ask.TTL == 0 && ask.Mode != "clear" {
		err = errors.Join(err, errors.New("give actor, reason and ttl_s: an override is owned and ends"))
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	o := Override{r.PathValue("name"), ask.Group, ask.Mode, ask.Actor, ask.Reason, s.Clock.Now() + int64(ask.TTL)*1000}
	slog.Warn("an operator overrides a breaker", "override", o)
	var item Item
	ctx := context.WithoutCancel(r.Context())
	if err := s.Store.Run(ctx, o.op(), &item); err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	s.deliver(ctx, []Item{item})
	s.reload(ctx)
	answer(w, http.StatusOK, o)
}

// ready once the store was read, or once the policy for a store that is down has decided without it.
func (s *Service) ready(w http.ResponseWriter, _ *http.Request) {
	waited := s.Clock.Now() - s.started
	if s.Guard.snapshot.Load().loaded == 0 && s.Settings.OnStoreDown.holds(waited, s.Settings.MaxStale) {
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprint(w, "the store was not read yet")
		return
	}
	fmt.Fprint(w, "ready")
}

func (s *Service) showMetrics(w http.ResponseWriter, _ *http.Request) {
	snap, groups, failing, age := s.Guard.snapshot.Load(), map[Level]int{}, 0, math.NaN()
	for _, m := range snap.contents.Monitors {
		failing += min(m.Fails, 1)
		for _, entry := range m.Groups {
			groups[entry.Level]++
		}
	}
	if snap.loaded > 0 {
		age = float64(s.Clock.Now()-snap.loaded) / 1000
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	s.metrics.write(w)
	for _, level := range []Level{Open, Degraded, Closed} {
		fmt.Fprintf(w, "cb_groups{state=%q} %d\n", level, groups[level])
	}
	fmt.Fprintf(w, "cb_monitors_failing %d\ncb_snapshot_age_seconds %v\n", failing, age)
}

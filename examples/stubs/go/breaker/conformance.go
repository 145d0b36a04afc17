// Served with CB_CONFORMANCE=1 only: asks the real guard and moves the clock, so that any language's stub is tested alike.

package breaker

import (
	"encoding/json"
	"net/http"
)

func (s *Service) conformanceAllow(w http.ResponseWriter, r *http.Request) {
	var ask struct {
		Breaker, Group string
		N              int
	}
	if err := json.NewDecoder(r.Body).Decode(&ask); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	var seen [3]int
	for i := 0; i < min(ask.N, 1_000_000); i++ {
		seen[s.Guard.Allow(ask.Breaker, ask.Group)]++
	}
	answer(w, http.StatusOK, map[string]int{"allow": seen[Allow], "probe": seen[Probe], "reject": seen[Reject]})
}

func (s *Service) conformanceClock(w http.ResponseWriter, r *http.Request) {
	var ask struct {
		Advance uint32 `json:"advance_ms"`
	}
	if err := json.NewDecoder(r.Body).Decode(&ask); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.Clock.Advance(int64(ask.Advance))
	answer(w, http.StatusOK, map[string]int64{"now_ms": s.Clock.Now()})
}

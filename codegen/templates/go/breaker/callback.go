// The endpoint that the dispatcher calls: who calls, about what, and the answer. 200 only once the state is committed.

package breaker

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"time"
)

// CallbackPath is what every callback line ends with.
const CallbackPath = "/dd_circuit_breaker/callback"

// Bodies are a few hundred bytes.
const maxBody = 64 << 10

func (s *Service) callback(w http.ResponseWriter, r *http.Request) {
	refused := func(status int, why string) {
		s.metrics.add(callbackRefused)
		slog.Warn("a callback was refused", "status", status, "why", why)
		answer(w, status, map[string]string{"status": "error", "detail": why})
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(grace)) // Without one, a body may merely take longer.
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if tooLong := (*http.MaxBytesError)(nil); errors.As(err, &tooLong) {
		refused(http.StatusRequestEntityTooLarge, "the body is longer than 64 KiB")
		return
	}
	if err != nil {
		refused(http.StatusBadRequest, "the body ends before its time")
		return
	}
	if !s.Settings.SigningKeys.Verify(r.Header, body) {
		refused(http.StatusUnauthorized, "the signature is missing, wrong or older than five minutes")
		return
	}
	var n Notification
	if err := json.Unmarshal(body, &n); err != nil {
		refused(http.StatusBadRequest, err.Error())
		return
	}
	if !isID(n.MonitorID) || n.CallbackURL == "" || n.MessageID == "" {
		refused(http.StatusBadRequest, "monitor_id is not a string of digits, or callback_url or message_id is missing")
		return
	}
	if s.Settings.Monitors != nil && !slices.Contains(s.Settings.Monitors, n.MonitorID) {
		refused(http.StatusNotFound, "the monitor is not in CB_MONITORS")
		return
	}
	// A caller that hangs up stops nothing: others may be waiting for the same reading.
	err = s.handle(context.WithoutCancel(r.Context()), n)
	switch {
	case err == nil:
		s.metrics.add(callbackDone)
		answer(w, http.StatusOK, map[string]string{"status": "ok", "detail": "committed"})
	case errors.Is(err, errNotOurs):
		refused(http.StatusNotFound, err.Error())
	default:
		s.metrics.add(callbackFailed)
		slog.Error("a callback could not be handled", "monitor", n.MonitorID, "error", err.Error())
		w.Header().Set("Retry-After", "5")
		answer(w, http.StatusServiceUnavailable, map[string]string{"status": "error", "detail": err.Error()})
	}
}

// Dirty first: from here on the monitor is read until one reading succeeds, even if this process dies.
func (s *Service) handle(ctx context.Context, n Notification) error {
	if err := s.Store.Run(ctx, Op{Op: "dirty", Monitor: n.MonitorID, Now: s.Clock.Now()}, nil); err != nil {
		return err
	}
	monitor, err := s.reconcile(ctx, n.MonitorID)
	if err != nil || n.Test {
		return err
	}
	event, err := json.Marshal(notified{"notification", n, monitor})
	if err != nil {
		return err
	}
	var item Item
	if err := s.Store.Run(ctx, Op{Op: "emit", Event: string(event)}, &item); err != nil {
		return err
	}
	s.deliver(ctx, []Item{item})
	return nil
}

// answer writes JSON.
func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // The caller may be gone; there is nobody else to tell.
}

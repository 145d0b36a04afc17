// Package breaker opens and closes circuit breakers by Datadog monitors. This file goes from settings to a running service:
// parts, routes, background tasks, the end. No rule of the breaker lives here.
package breaker

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// How long a request's header and a callback's body may take, and requests in flight once the end was asked for.
const grace = 10 * time.Second

// Run the service name by the environment's settings until SIGTERM or SIGINT. routes makes the service's own.
func Run(name string, hooks Hooks, routes func(*Service) http.Handler) error {
	slog.SetDefault(slog.New(slog.NewJSONHandler(os.Stderr, nil)))
	settings, err := ReadSettings(os.Getenv)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	listen, err := net.Listen("tcp", settings.Listen)
	if err != nil {
		return fmt.Errorf("CB_LISTEN is `%s`: %w", settings.Listen, err)
	}
	clock := &Clock{}
	var store Store = newMemoryStore(clock)
	if settings.RedisURL == "" {
		slog.Warn("REDIS_URL is unset: breakers are kept in this process alone")
	} else if store, err = newRedisStore(ctx, settings.RedisURL, name, fmt.Sprintf("%s-%016x", name, rand.Uint64())); err != nil {
		return err
	}
	service := New(&Service{Name: name, Settings: settings, Clock: clock, Store: store, Source: newDatadog(settings), Hooks: hooks,
		Chance: rand.Float64})
	own := routes(service)
	if err := json.NewEncoder(os.Stdout).Encode(map[string]string{"msg": "listening", "addr": listen.Addr().String()}); err != nil {
		return err
	}
	return service.Serve(ctx, listen, own)
}

// Serve until ctx ends, with the poller and the snapshot's reload beside it, then give up the poller's lease.
func (s *Service) Serve(ctx context.Context, listen net.Listener, own http.Handler) error {
	background, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	go s.refresh(background)
	go s.poll(background)
	server := &http.Server{Handler: s.routes(own), ReadHeaderTimeout: grace}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listen) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(background, grace)
	defer cancel()
	err := server.Shutdown(last)
	_ = s.Store.Run(last, Op{Op: "lead"}, nil) // Without it the lease runs out by itself.
	return err
}

func (s *Service) routes(own http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+CallbackPath, s.callback)
	mux.HandleFunc("GET /breakers", s.breakers)
	mux.HandleFunc("POST /breakers/{name}/override", s.override)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "ok") })
	mux.HandleFunc("GET /readyz", s.ready)
	mux.HandleFunc("GET /metrics", s.showMetrics)
	if s.Settings.Conformance {
		slog.Warn("CB_CONFORMANCE=1: anyone who reaches this port can move the clock; never in production")
		mux.HandleFunc("POST /_conformance/allow", s.conformanceAllow)
		mux.HandleFunc("POST /_conformance/clock", s.conformanceClock)
	}
	mux.Handle("/", own)
	return mux
}

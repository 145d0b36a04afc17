// What the tests stand on: a fake Datadog, a real Redis where there is one, and the service behind its real routes.

package breaker

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

const (
	service  = "funds"
	key      = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
	otherKey = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
)

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.NewJSONHandler(io.Discard, nil)))
	os.Exit(m.Run())
}

// onBothStores runs a test over the in-memory store and over a real Redis.
func onBothStores(t *testing.T, test func(*testing.T, backend)) {
	t.Parallel()
	t.Run("memory", func(t *testing.T) { t.Parallel(); test(t, backend{}) })
	t.Run("redis", func(t *testing.T) { t.Parallel(); test(t, startRedis(t)) })
}

// backend of stores; without a folder: memory.
type backend struct {
	folder string
	server *exec.Cmd
}

// startRedis starts a redis-server of the test's own on a socket, or skips the test where none is installed.
func startRedis(t *testing.T) backend {
	if _, err := exec.LookPath("redis-server"); err != nil {
		t.Skip("no redis-server on this machine")
	}
	folder, err := os.MkdirTemp("", "cb") // Not t.TempDir: the path of a socket is short.
	must(t, err)
	b := backend{folder, &exec.Cmd{}}
	t.Cleanup(func() { b.stop(); os.RemoveAll(folder) })
	b.start(t)
	return b
}

func (b backend) socket() string { return filepath.Join(b.folder, "s") }

func (b backend) start(t *testing.T) {
	*b.server = *exec.Command("redis-server", "--port", "0", "--unixsocket", b.socket(), "--save", "", "--appendonly", "no", "--dir", b.folder)
	out, err := b.server.StdoutPipe()
	must(t, err)
	must(t, b.server.Start())
	lines := bufio.NewScanner(out)
	for lines.Scan() && !strings.Contains(strings.ToLower(lines.Text()), "ready to accept") {
	}
	go io.Copy(io.Discard, out)
}

func (b backend) stop() {
	_ = b.server.Process.Kill()
	_, _ = b.server.Process.Wait()
}

func (b backend) command(t *testing.T, words ...any) {
	t.Helper()
	client := redis.NewClient(&redis.Options{Network: "unix", Addr: b.socket()})
	defer client.Close()
	must(t, client.Do(context.Background(), words...).Err())
}

func (b backend) store(t *testing.T, clock *Clock, instance string) Store {
	if b.folder == "" {
		return newMemoryStore(clock)
	}
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	store, err := newRedisStore(ctx, Secret("unix://"+b.socket()), service, instance)
	must(t, err)
	return store
}

// fakeDatadog is Datadog as far as the service sees it, over HTTP.
type fakeDatadog struct {
	url      string
	mu       sync.Mutex
	monitors map[string]map[string]any
	fault    int
	gate     chan struct{}
	asked    map[string]int
}

const html = 1 // As a fault: HTML with status 200.

func startDatadog(t *testing.T) *fakeDatadog {
	d := &fakeDatadog{monitors: map[string]map[string]any{}, asked: map[string]int{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v1/monitor", func(w http.ResponseWriter, r *http.Request) {
		d.serve(w, "list", func() any {
			list := []any{}
			for _, m := range d.monitors {
				list = append(list, m)
			}
			return list
		})
	})
	mux.HandleFunc("GET /api/v1/monitor/{id}", func(w http.ResponseWriter, r *http.Request) {
		d.serve(w, r.PathValue("id"), func() any {
			if m, there := d.monitors[r.PathValue("id")]; there {
				return m
			}
			return nil
		})
	})
	mux.HandleFunc("GET /api/v1/events/{id}", func(w http.ResponseWriter, r *http.Request) {
		d.serve(w, "event", func() any {
			if r.PathValue("id") == "404" {
				return nil
			}
			return map[string]any{"event": map[string]any{"id_str": r.PathValue("id"), "title": "[Triggered] bank"}}
		})
	})
	server := httptest.NewServer(mux)
	t.Cleanup(func() { d.release(); server.Close() })
	d.url = server.URL
	return d
}

// serve answers what was seen before the gate: a slow answer is an old one.
func (d *fakeDatadog) serve(w http.ResponseWriter, what string, see func() any) {
	d.mu.Lock()
	body, _ := json.Marshal(see())
	fault, gate := d.fault, d.gate
	d.asked[what]++
	d.mu.Unlock()
	if gate != nil && what != "event" {
		<-gate
	}
	switch {
	case fault == html:
		fmt.Fprint(w, "<html>a gateway speaks</html>")
	case fault != 0:
		w.WriteHeader(fault)
	case string(body) == "null":
		http.Error(w, `{"errors":["Monitor not found"]}`, http.StatusNotFound)
	default:
		w.Write(body)
	}
}

func (d *fakeDatadog) do(change func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	change()
}

// set puts a monitor of breaker `bank`, grouped.
func (d *fakeDatadog) set(id string, groups ...string) { d.put(id, bank(id, groups...)) }

func (d *fakeDatadog) put(id string, monitor map[string]any) {
	d.do(func() { d.monitors[id] = monitor })
}

func (d *fakeDatadog) fail(status int) { d.do(func() { d.fault = status }) }

// hold makes reads hang from now on, until release.
func (d *fakeDatadog) hold() { d.do(func() { d.gate = make(chan struct{}) }) }

func (d *fakeDatadog) release() {
	d.do(func() {
		if d.gate != nil {
			close(d.gate)
			d.gate = nil
		}
	})
}

// reads tells how often a monitor (or `list`) was asked for.
func (d *fakeDatadog) reads(what string) (n int) {
	d.do(func() { n = d.asked[what] })
	return n
}

func (d *fakeDatadog) readTimes(t *testing.T, what string, n int) {
	t.Helper()
	until(t, fmt.Sprintf("read %d of %s", n, what), func() bool { return d.reads(what) >= n })
}

// bank is a monitor of breaker `bank` and this service, as Datadog answers it; groups are written `name=status`.
func bank(id string, groups ...string) map[string]any {
	all := map[string]any{}
	for _, group := range groups {
		name, status, _ := strings.Cut(group, "=")
		all[name] = map[string]any{"name": name, "status": status, "last_nodata_ts": nil}
	}
	return map[string]any{
		"id": json.Number(id), "name": "bank " + id, "multi": true, "overall_state": "OK",
		"tags": []string{"circuit_breaker:bank", "service:" + service}, "state": map[string]any{"groups": all},
		"matching_downtimes": []any{}, "options": map[string]any{"silenced": map[string]any{}},
	}
}

// recorder is hooks that write down what they were told; while failures lasts they then fail: by a panic, an error, a hang.
type recorder struct {
	mu       sync.Mutex
	calls    []string
	failures int
}

func (r *recorder) note(ctx context.Context, what string) error {
	r.mu.Lock()
	r.calls = append(r.calls, what)
	left := r.failures
	r.failures = max(left-1, 0)
	r.mu.Unlock()
	switch left {
	case 3:
		panic("a hook panics")
	case 2:
		return errors.New("a hook fails")
	case 1:
		<-ctx.Done()
		return ctx.Err()
	}
	return nil
}

func (r *recorder) seen() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string(nil), r.calls...)
}

func (r *recorder) wait(t *testing.T, n int) []string {
	t.Helper()
	until(t, fmt.Sprintf("call %d of a hook", n), func() bool { return len(r.seen()) >= n })
	return r.seen()
}

func (r *recorder) OnNotification(ctx context.Context, n Notification, event LazyEvent, m Monitor) error {
	id, group := any("none"), "-"
	if found, err := event.Get(ctx); err != nil {
		id = "late"
	} else if found != nil {
		id = found["id_str"]
	}
	if n.Group != nil {
		group = *n.Group
	}
	return r.note(ctx, fmt.Sprintf("notified %s %s event %v", m.Name, group, id))
}

func (r *recorder) OnOpen(ctx context.Context, c Change) error {
	return r.note(ctx, "open "+c.Breaker+" "+c.Group)
}

func (r *recorder) OnDegraded(ctx context.Context, c Change) error {
	return r.note(ctx, "degraded "+c.Breaker+" "+c.Group)
}

func (r *recorder) OnClose(ctx context.Context, c Change) error {
	return r.note(ctx, "close "+c.Breaker+" "+c.Group)
}

// table is the settings of a test: its changes over what every test sets.
func table(changes ...string) func(string) string {
	all := map[string]string{"DD_API_KEY": "s3cret-api", "DD_APP_KEY": "s3cret-app", "CB_SIGNING_KEYS": key}
	for _, change := range changes {
		name, value, _ := strings.Cut(change, "=")
		all[name] = value
	}
	return func(name string) string { return all[name] }
}

// app is one running instance.
type app struct {
	*Service
	t     *testing.T
	hooks *recorder
	url   string
	stop  func()
}

// start starts an instance and waits for its first look at the store.
func start(t *testing.T, b backend, d *fakeDatadog, changes ...string) *app {
	clock := &Clock{}
	a := startWith(t, b.store(t, clock, "one"), clock, d, changes...)
	until(t, "the first load", func() bool { return a.Guard.snapshot.Load().loaded > 0 })
	return a
}

func startWith(t *testing.T, store Store, clock *Clock, d *fakeDatadog, changes ...string) *app {
	t.Helper()
	base := []string{"CB_DATADOG_URL=" + d.url, "CB_PROBE_RATIO=0", "CB_RAMP_S=0", "CB_CONFORMANCE=1"}
	settings, err := ReadSettings(table(append(base, changes...)...))
	must(t, err)
	listen, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	a := &app{t: t, hooks: &recorder{}, url: "http://" + listen.Addr().String()}
	a.Service = New(&Service{Name: service, Settings: settings, Clock: clock, Store: store, Source: newDatadog(settings),
		Hooks: a.hooks, Chance: newChance()})
	go func() { ended <- a.Serve(ctx, listen, http.NotFoundHandler()) }()
	a.stop = sync.OnceFunc(func() {
		d.release()
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the service ended with %v", err)
		}
	})
	t.Cleanup(a.stop)
	return a
}

func (a *app) do(method, path string, header http.Header, body any) (int, http.Header, []byte) {
	a.t.Helper()
	data, isText := body.(string)
	if !isText {
		encoded, err := json.Marshal(body)
		must(a.t, err)
		data = string(encoded)
	}
	request, err := http.NewRequest(method, a.url+path, strings.NewReader(data))
	must(a.t, err)
	maps.Copy(request.Header, header)
	response, err := http.DefaultClient.Do(request)
	must(a.t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	must(a.t, err)
	return response.StatusCode, response.Header, text
}

// callback is one about monitor, signed as the dispatcher signs it; answers the status.
func (a *app) callback(monitor string) int {
	a.t.Helper()
	status, _ := a.send(request(monitor), key, 0)
	return status
}

func (a *app) send(body map[string]any, key string, age time.Duration) (int, http.Header) {
	a.t.Helper()
	text, err := json.Marshal(body)
	must(a.t, err)
	webhook, err := standardwebhooks.NewWebhook(key)
	must(a.t, err)
	at := time.Now().Add(-age)
	signature, err := webhook.Sign("msg_1", at, text)
	must(a.t, err)
	header := http.Header{}
	header.Set("webhook-id", "msg_1")
	header.Set("webhook-timestamp", fmt.Sprint(at.Unix()))
	header.Set("webhook-signature", signature)
	status, answered, _ := a.do("POST", CallbackPath, header, string(text))
	return status, answered
}

// open asks the guard once, for breaker `bank`.
func (a *app) open(group string) bool { return a.Guard.Allow("bank", group) != Allow }

func (a *app) becomes(group string, open bool) {
	a.t.Helper()
	until(a.t, fmt.Sprintf("%s open=%v", group, open), func() bool { return a.open(group) == open })
}

func (a *app) state(monitor string) MonitorState {
	return a.Guard.snapshot.Load().contents.Monitors[monitor]
}

// request is the body of a callback.
func request(monitor string) map[string]any {
	return map[string]any{
		"event_id": "9007199254740993", "monitor_id": monitor, "group": "bank_code:0001", "transition": "Triggered",
		"test": false, "callback_url": "https://funds.example/dd_circuit_breaker/callback", "message_id": "msg_1",
	}
}

// with is a body with another value.
func with(body map[string]any, name string, value any) map[string]any {
	body = maps.Clone(body)
	body[name] = value
	return body
}

// newChance is the same sequence in every run, spread evenly.
func newChance() func() float64 {
	var mu sync.Mutex
	n := 0
	return func() float64 {
		mu.Lock()
		defer mu.Unlock()
		n++
		return ofKey(fmt.Sprint(n))
	}
}

// until returns once is holds. What is waited for comes at once or never; a minute tells never from a busy machine.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s never came", what)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal[T comparable](t *testing.T, found, expected T, what ...any) {
	t.Helper()
	if found != expected {
		t.Fatalf("%v, not %v: %s", found, expected, fmt.Sprint(what...))
	}
}

// The store of many instances: Redis 6.2 or later, or Valkey. Every operation is one call of apply.lua.

package breaker

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

//go:embed apply.lua
var applyLua string

// No command waits longer: a callback is answered 503 rather than late.
const patience = 800 * time.Millisecond

type redisStore struct {
	client *redis.Client
	script *redis.Script
	prefix string
	me     string
	hint   chan struct{}
}

// newRedisStore connects lazily: a Redis that is down now is used once it is back. me is this instance's name.
func newRedisStore(ctx context.Context, url Secret, service, me string) (*redisStore, error) {
	options, err := redis.ParseURL(string(url))
	if err != nil { // Its text may quote the URL, and that holds a password.
		return nil, errors.New("REDIS_URL is (hidden): give redis://HOST:PORT or rediss://HOST:PORT")
	}
	options.DialTimeout, options.ReadTimeout, options.WriteTimeout, options.PoolTimeout = patience, patience, patience, patience
	// One try: a write whose answer was lost would be refused as stale the second time, and its hooks would wait.
	options.ContextTimeoutEnabled, options.MaxRetries, options.DisableIdentity = true, -1, true
	options.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	r := &redisStore{redis.NewClient(options), redis.NewScript(applyLua), "cb:{" + service + "}:", me, make(chan struct{}, 1)}
	go r.listen(ctx)
	go r.warnIfEvicting(ctx)
	return r, nil
}

func (r *redisStore) Changed() <-chan struct{} { return r.hint }

func (r *redisStore) Run(ctx context.Context, op Op, answer any) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	argument, err := json.Marshal(op)
	if err != nil {
		return err
	}
	text, err := r.script.Run(ctx, r.client, []string{r.prefix}, argument, r.me).Text()
	if err == nil && answer != nil {
		err = json.Unmarshal([]byte(text), answer)
	}
	if err != nil {
		return fmt.Errorf("the store cannot be used: %w", err)
	}
	return nil
}

// listen subscribes for ever; each subscription, first or renewed, counts as a change.
func (r *redisStore) listen(ctx context.Context) {
	subscription := r.client.Subscribe(ctx, r.prefix+"changed")
	defer subscription.Close()
	messages := subscription.ChannelWithSubscriptions()
	for {
		select {
		case <-messages:
			notify(r.hint)
		case <-ctx.Done():
			return
		}
	}
}

// Redis must not evict breakers to make room for a cache.
func (r *redisStore) warnIfEvicting(ctx context.Context) {
	info, _ := r.client.Info(ctx, "memory").Result() // A Redis that is down is told elsewhere.
	_, rest, found := strings.Cut(info, "maxmemory_policy:")
	policy, _, _ := strings.Cut(rest, "\r\n")
	if found && policy != "noeviction" {
		slog.Warn("redis may evict breakers: set maxmemory-policy to noeviction", "policy", policy)
	}
}

// redisLog keeps the client's own words, a line for each failed dial, out of the log unless it is asked for more.
type redisLog struct{}

func init() { redis.SetLogger(redisLog{}) } // The client has one for all.

func (redisLog) Printf(ctx context.Context, format string, v ...any) {
	slog.DebugContext(ctx, "redis", "detail", fmt.Sprintf(format, v...))
}

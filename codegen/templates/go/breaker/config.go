// The settings: read once from the environment, checked before anything starts. An error names variable, value, remedy.

package breaker

import (
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Settings is every setting of the README's table. Durations are milliseconds, shares are 0 to 1.
type Settings struct {
	Listen            string
	DatadogURL        string
	APIKey, AppKey    Secret
	SigningKeys       SigningKeys
	RedisURL          Secret
	AdminToken        Secret
	Monitors          []string // nil: any signed caller is believed.
	RequireServiceTag bool
	Poll, IdlePoll    int64
	Lease             int64
	AbsentAfter       int64
	MaxStale          int64
	Ramp              int64
	ProbeRatio        float64
	ProbeInterval     int64
	DegradedShare     float64
	MaxOpenShare      float64
	OnNoData          string
	OnMuted           string
	RejectUnknown     bool
	OnStoreDown       Fallback
	OnSourceDown      Fallback
	HookTimeout       int64
	Conformance       bool
}

// Fallback decides when the truth cannot be had: the last known state for up to MaxStale, then a fixed one.
type Fallback struct{ LastKnown, ThenOpen bool }

// ReadSettings reads through get, os.Getenv or a test's table; an empty variable counts as unset.
func ReadSettings(get func(string) string) (*Settings, error) {
	e := &env{get: get}
	const day, week = 86_400, 604_800
	s := &Settings{
		Listen:            e.text("CB_LISTEN", "0.0.0.0:8080"),
		DatadogURL:        e.datadogURL(),
		APIKey:            e.secret("DD_API_KEY"),
		AppKey:            e.secret("DD_APP_KEY"),
		SigningKeys:       e.signingKeys(),
		RedisURL:          Secret(e.text("REDIS_URL", "")),
		AdminToken:        Secret(e.text("CB_ADMIN_TOKEN", "")),
		Monitors:          e.monitors(),
		RequireServiceTag: e.choice("CB_REQUIRE_SERVICE_TAG", "0", "1") == "1",
		Poll:              e.seconds("CB_POLL_S", 60, 1, week),
		IdlePoll:          e.seconds("CB_IDLE_POLL_S", 300, 1, week),
		Lease:             e.seconds("CB_LEASE_S", 900, 1, week),
		AbsentAfter:       e.seconds("CB_ABSENT_AFTER_S", 600, 1, week),
		MaxStale:          e.seconds("CB_MAX_STALE_S", 3600, 1, week),
		Ramp:              e.seconds("CB_RAMP_S", 30, 0, day),
		ProbeRatio:        e.number("CB_PROBE_RATIO", 0.01, 0, 1),
		ProbeInterval:     e.seconds("CB_PROBE_INTERVAL_S", 10, 1, week),
		DegradedShare:     e.number("CB_DEGRADED_PERCENT", 50, 0, 100) / 100,
		MaxOpenShare:      e.number("CB_MAX_OPEN_PERCENT", 100, 0, 100) / 100,
		OnNoData:          e.choice("CB_ON_NO_DATA", "hold", "open", "closed"),
		OnMuted:           e.choice("CB_ON_MUTED", "hold", "follow", "ignore"),
		RejectUnknown:     e.choice("CB_ON_UNKNOWN_BREAKER", "allow", "reject") == "reject",
		OnStoreDown:       e.fallback("CB_ON_STORE_DOWN"),
		OnSourceDown:      e.fallback("CB_ON_SOURCE_DOWN"),
		HookTimeout:       e.seconds("CB_HOOK_TIMEOUT_S", 10, 1, week),
		Conformance:       e.choice("CB_CONFORMANCE", "0", "1") == "1",
	}
	if s.Lease < 3*s.IdlePoll {
		e.refuse("CB_LEASE_S", fmt.Sprint(s.Lease/1000), "a lease outlives three idle polls: at least %d", 3*s.IdlePoll/1000)
	}
	return s, e.err
}

// env reads variables and keeps the first error.
type env struct {
	get func(string) string
	err error
}

func (e *env) refuse(name, value, remedy string, arguments ...any) {
	shown := "`" + value + "`"
	if value == "" {
		shown = "unset"
	}
	if e.err == nil {
		e.err = fmt.Errorf("%s is %s: %s", name, shown, fmt.Sprintf(remedy, arguments...))
	}
}

func (e *env) text(name, fallback string) string {
	if text := strings.TrimSpace(e.get(name)); text != "" {
		return text
	}
	return fallback
}

func (e *env) secret(name string) Secret {
	text := e.text(name, "")
	if text == "" {
		e.refuse(name, "", "set it to a key that may read monitors and events")
	}
	return Secret(text)
}

func (e *env) number(name string, fallback, least, most float64) float64 {
	text := e.text(name, "")
	if text == "" {
		return fallback
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || !(n >= least && n <= most) { // Not a number is in no range.
		e.refuse(name, text, "give a number from %v to %v", int(least), int(most))
	}
	return n
}

// seconds answers milliseconds.
func (e *env) seconds(name string, fallback, least, most float64) int64 {
	n := e.number(name, fallback, least, most)
	if n != math.Trunc(n) {
		e.refuse(name, e.text(name, ""), "give whole seconds")
	}
	return int64(n) * 1000
}

// choice takes the first word by default.
func (e *env) choice(name string, choices ...string) string {
	text := e.text(name, choices[0])
	if !slices.Contains(choices, text) {
		e.refuse(name, text, "choose one of %s", strings.Join(choices, ", "))
	}
	return text
}

func (e *env) fallback(name string) Fallback {
	word := e.choice(name, "last_known", "last_known:open", "open", "closed")
	return Fallback{LastKnown: strings.HasPrefix(word, "last_known"), ThenOpen: strings.HasSuffix(word, "open")}
}

func (e *env) signingKeys() SigningKeys {
	keys, err := parseSigningKeys(e.get("CB_SIGNING_KEYS"))
	if err != nil {
		e.refuse("CB_SIGNING_KEYS", "(hidden)", "%v", err)
	}
	return keys
}

func (e *env) datadogURL() string {
	text := e.text("CB_DATADOG_URL", "https://api."+e.text("DD_SITE", "datadoghq.com"))
	parsed, err := url.Parse(text)
	if err != nil || parsed.Host == "" || parsed.Scheme != "https" && parsed.Scheme != "http" {
		e.refuse("CB_DATADOG_URL", text, "give the API's address, as in https://api.datadoghq.eu")
	}
	return strings.TrimRight(text, "/")
}

func (e *env) monitors() []string {
	if e.text("CB_MONITORS", "") == "" {
		return nil
	}
	ids := words(e.get("CB_MONITORS"))
	if bad := slices.IndexFunc(ids, func(id string) bool { return !isID(id) }); bad >= 0 {
		e.refuse("CB_MONITORS", ids[bad], "list monitor ids, digits only, separated by commas")
	}
	return ids
}

// words splits at spaces and commas.
func words(text string) []string {
	return strings.FieldsFunc(text, func(c rune) bool { return c == ',' || c == ' ' })
}

// isID: ids are text of digits, never numbers, since event ids exceed 2^53.
func isID(text string) bool {
	return text != "" && len(text) <= 20 && strings.Trim(text, "0123456789") == ""
}

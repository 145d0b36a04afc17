// Where the truth is read: the seam Source and Datadog's API behind it. No rule about breakers lives here.

package breaker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Source is what the service needs to know of the world outside.
type Source interface {
	// Monitor reads one monitor with all its groups and downtimes.
	Monitor(ctx context.Context, id string) (*Reading, error)
	// Known lists the ids of the monitors tagged with this service and a breaker.
	Known(ctx context.Context, service string) ([]string, error)
	// Event reads one event: title, text, tags, date_happened, alert_type; use its id_str.
	Event(ctx context.Context, id string) (map[string]any, error)
}

// Reading is a monitor as GET /api/v1/monitor/{id} answers it. What is absent or null is empty.
type Reading struct {
	ID           json.Number
	Name         string
	Tags         []string
	Multi        *bool
	OverallState string `json:"overall_state"`
	State        struct {
		// Statuses: Alert, Ignored, No Data, OK, Skipped, Unknown or Warn.
		Groups map[string]struct{ Status string }
	}
	// The scopes of each downtime that is on now; all parts of one must cover a group.
	Downtimes []struct{ Scope []string } `json:"matching_downtimes"`
	Options   struct {
		// Scopes muted by the monitor's own option, until a second since 1970; null mutes for ever.
		Silenced map[string]*float64
	}
}

// Tag answers the value of the first tag `key:…`.
func (r *Reading) Tag(key string) (value string, found bool) {
	for _, tag := range r.Tags {
		if value, found = strings.CutPrefix(tag, key+":"); found {
			return value, true
		}
	}
	return "", false
}

// Grouped tells whether the monitor alerts for each group on its own.
func (r *Reading) Grouped() bool {
	if r.Multi != nil {
		return *r.Multi
	}
	_, whole := r.State.Groups["*"]
	return len(r.State.Groups) > 1 || len(r.State.Groups) == 1 && !whole
}

const (
	page     = 1000
	maxPages = 100
	// A monitor of some ten thousand groups; more is no answer that Datadog gives.
	maxAnswer = 32 << 20
)

type datadog struct {
	settings *Settings
	client   http.Client
}

// newDatadog makes a client that follows no redirects, since they would carry the keys along; a call takes five seconds at most.
func newDatadog(settings *Settings) *datadog {
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	// Two idle connections, the default, are fewer than are read from at once.
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 32}
	return &datadog{settings, http.Client{Timeout: 5 * time.Second, CheckRedirect: stay, Transport: transport}}
}

func (d *datadog) get(ctx context.Context, path string, answer any) error {
	fault := func(err error) error {
		var at *url.Error
		if errors.As(err, &at) { // Without the address: the path says it.
			err = at.Err
		}
		return fmt.Errorf("datadog: GET %s: %w", path, err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, d.settings.DatadogURL+path, nil)
	if err != nil {
		return fault(err)
	}
	request.Header.Set("dd-api-key", string(d.settings.APIKey))
	request.Header.Set("dd-application-key", string(d.settings.AppKey))
	response, err := d.client.Do(request)
	if err != nil {
		return fault(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fault(fmt.Errorf("status %s", response.Status))
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err == nil {
		err = json.Unmarshal(body, answer)
	}
	if err != nil {
		return fault(err)
	}
	return nil
}

func (d *datadog) Monitor(ctx context.Context, id string) (*Reading, error) {
	var reading Reading
	if err := d.get(ctx, "/api/v1/monitor/"+id+"?group_states=all&with_downtimes=true", &reading); err != nil {
		return nil, err
	}
	if reading.ID.String() != id {
		return nil, fmt.Errorf("datadog: asked for monitor `%s`, the answer is `%s`", id, reading.ID)
	}
	return &reading, nil
}

func (d *datadog) Known(ctx context.Context, service string) ([]string, error) {
	tag, ids := "service:"+service, []string{}
	for n := 0; n < maxPages; n++ {
		var found []struct {
			ID   json.Number
			Tags []string
		}
		query := url.Values{"monitor_tags": {tag}, "page": {strconv.Itoa(n)}, "page_size": {strconv.Itoa(page)}}
		if err := d.get(ctx, "/api/v1/monitor?"+query.Encode(), &found); err != nil {
			return nil, err
		}
		for _, m := range found {
			if _, feeds := (&Reading{Tags: m.Tags}).Tag("circuit_breaker"); feeds && slices.Contains(m.Tags, tag) {
				ids = append(ids, m.ID.String())
			}
		}
		if len(found) < page {
			break
		}
	}
	return ids, nil
}

func (d *datadog) Event(ctx context.Context, id string) (map[string]any, error) {
	var answer struct{ Event map[string]any }
	err := d.get(ctx, "/api/v1/events/"+url.PathEscape(id), &answer)
	if err == nil && answer.Event == nil {
		err = fmt.Errorf("datadog: event `%s`: the answer holds no event", id)
	}
	return answer.Event, err
}

// Settings: defaults, refusals with their remedies, and that secrets are never shown.

package breaker

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func TestTheDefaultsAreThoseOfTheTable(t *testing.T) {
	s, err := ReadSettings(table("DD_SITE=datadoghq.eu", "REDIS_URL=redis://:s3cret-redis@h", "CB_MONITORS=1, 2"))
	must(t, err)
	equal(t, s.DatadogURL, "https://api.datadoghq.eu")
	equal(t, fmt.Sprint(s.Lease, s.IdlePoll, s.Ramp, s.ProbeRatio, s.DegradedShare, s.Monitors), "900000 300000 30000 0.01 0.5 [1 2]")
	equal(t, s.OnStoreDown, Fallback{LastKnown: true})
	inJSON, err := json.Marshal(s.AdminToken)
	must(t, err)
	for _, shown := range []string{fmt.Sprintf("%v %+v %#v", *s, *s, *s), fmt.Sprintf("%s %q %x", s.APIKey, s.APIKey, s.APIKey), string(inJSON)} {
		if strings.Contains(shown, "s3cret") || strings.Contains(shown, fmt.Sprintf("%x", "s3cret")) {
			t.Errorf("a secret in %s", shown)
		}
	}
}

func TestABadValueIsNamedWithItsRemedy(t *testing.T) {
	for change, remedy := range map[string]string{
		"CB_LEASE_S=899":                       "at least 900",
		"CB_POLL_S=0":                          "from 1 to 604800",
		"CB_POLL_S=1.5":                        "whole seconds",
		"CB_PROBE_RATIO=1.5":                   "from 0 to 1",
		"CB_PROBE_RATIO=NaN":                   "from 0 to 1",
		"CB_ON_NO_DATA=opne":                   "hold, open, closed",
		"CB_ON_STORE_DOWN=x":                   "last_known, last_known:open, open, closed",
		"CB_MONITORS=12,abc":                   "digits only",
		"CB_DATADOG_URL=api.datadoghq.com":     "https://",
		"CB_SIGNING_KEYS=":                     "`whsec_…` key",
		"CB_SIGNING_KEYS=whsec_short":          "24 bytes",
		"CB_SIGNING_KEYS=C2FVsBQIhrscChlQIMV+": "does not start with",
		"CB_SIGNING_KEYS=whsec_!!!!sBQIhrscChlQIMV+b5sSYspob7oD": "not base64",
		"DD_API_KEY= ": "unset: set it to a key that may read monitors",
	} {
		name, value, _ := strings.Cut(change, "=")
		_, err := ReadSettings(table(change))
		if err == nil || !strings.HasPrefix(err.Error(), name+" is ") || !strings.Contains(err.Error(), remedy) {
			t.Errorf("%s: %v, not %q", change, err, remedy)
		} else if name == "CB_SIGNING_KEYS" && value != "" && strings.Contains(err.Error(), value) {
			t.Errorf("%s shows a key", err)
		}
	}
	_, err := ReadSettings(table("CB_LEASE_S=300", "CB_IDLE_POLL_S=100"))
	must(t, err)
}

func TestABadRedisURLIsNotQuoted(t *testing.T) {
	if _, err := newRedisStore(context.Background(), "redis//:s3cret@h", service, "one"); err == nil || strings.Contains(err.Error(), "s3cret") {
		t.Fatal(err)
	}
}

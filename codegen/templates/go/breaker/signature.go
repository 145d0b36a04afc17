// Who may call: Standard Webhooks signatures under any of several keys. Keys never reach a log.

package breaker

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// SigningKeys are those of CB_SIGNING_KEYS; several while one is being rotated out.
type SigningKeys []*standardwebhooks.Webhook

// parseSigningKeys reads `whsec_…` keys separated by spaces or commas. The error is the remedy and quotes no key.
func parseSigningKeys(text string) (SigningKeys, error) {
	var keys SigningKeys
	for _, key := range words(text) {
		secret, marked := strings.CutPrefix(key, "whsec_")
		if !marked {
			return nil, errors.New("a key does not start with `whsec_`: use `whsec_$(openssl rand -base64 32)`")
		}
		if len(secret) < 32 {
			return nil, errors.New("a key is shorter than 24 bytes: use `whsec_$(openssl rand -base64 32)`")
		}
		webhook, err := standardwebhooks.NewWebhook(key)
		if err != nil {
			return nil, errors.New("a key is not base64 after `whsec_`")
		}
		keys = append(keys, webhook)
	}
	if keys == nil {
		return nil, errors.New("set it to the dispatcher's `whsec_…` key")
	}
	return keys, nil
}

// Verify is true if one key signed exactly this body less than five minutes from now, by the wall clock.
func (k SigningKeys) Verify(header http.Header, body []byte) bool {
	for _, key := range k {
		if key.Verify(body, header) == nil {
			return true
		}
	}
	return false
}

func (SigningKeys) Format(f fmt.State, _ rune) { fmt.Fprint(f, "(hidden)") }

// Secret is a value that no log, error or debug output shows.
type Secret string

func (Secret) Format(f fmt.State, _ rune)   { fmt.Fprint(f, "(hidden)") }
func (Secret) MarshalText() ([]byte, error) { return []byte("(hidden)"), nil }

package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

var errRefused = errors.New("refused")

// The body of a callback.
type callbackRequest struct {
	EventID     *string `json:"event_id"`
	MonitorID   *string `json:"monitor_id"`
	Group       *string `json:"group"`
	Transition  *string `json:"transition"`
	Test        bool    `json:"test"`
	CallbackURL string  `json:"callback_url"`
	MessageID   string  `json:"message_id"`
}

type caller struct {
	client *http.Client
	hosts  []string
	keys   [][]byte
}

func newCaller(lookup func(string) string) (*caller, error) {
	caller := &caller{hosts: strings.Split(lookup("CB_ALLOWED_HOSTS"), ",")}
	for _, text := range strings.Fields(lookup("CB_SIGNING_KEYS")) {
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(text, "whsec_"))
		if err != nil {
			return nil, errors.New("CB_SIGNING_KEYS: malformed")
		}
		caller.keys = append(caller.keys, key)
	}
	var networks []netip.Prefix
	for _, text := range strings.Split(lookup("CB_ALLOW_CIDRS"), ",") {
		network, err := netip.ParsePrefix(strings.TrimSpace(text))
		if err != nil {
			return nil, fmt.Errorf("CB_ALLOW_CIDRS: %w", err)
		}
		networks = append(networks, network)
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	if path := lookup("CB_EXTRA_CA"); path != "" {
		pem, err := os.ReadFile(path)
		if err != nil || !roots.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("CB_EXTRA_CA: no certificate in %s", path)
		}
	}
	dialer := &net.Dialer{Timeout: time.Second, Control: admit(networks)}
	caller.client = &http.Client{
		Timeout:       5 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext: dialer.DialContext,
			// The key exchange is Go's own choice, as everything of TLS that a user would not touch.
			// Connections are kept and TLS sessions are resumed, for as long in both.
			IdleConnTimeout: 4 * time.Second,
			TLSClientConfig: &tls.Config{RootCAs: roots, ClientSessionCache: tls.NewLRUClientSessionCache(64)},
		},
	}
	return caller, nil
}

// Looks at the address that is really dialled.
func admit(networks []netip.Prefix) func(string, string, syscall.RawConn) error {
	return func(_, address string, _ syscall.RawConn) error {
		dialled, err := netip.ParseAddrPort(address)
		if err != nil {
			return err
		}
		addr := dialled.Addr().Unmap()
		for _, network := range networks {
			if network.Contains(addr) {
				return nil
			}
		}
		if !addr.IsGlobalUnicast() || addr.IsPrivate() {
			return fmt.Errorf("%w: %s is no public address", errRefused, addr)
		}
		return nil
	}
}

func (c *caller) allowed(address *url.URL) bool {
	if address.Scheme != "https" || address.User != nil || address.Path != "/dd_circuit_breaker/callback" {
		return false
	}
	host := strings.ToLower(address.Hostname())
	for _, pattern := range c.hosts {
		name, port, _ := strings.Cut(pattern, ":")
		if port != "*" && port != address.Port() {
			continue
		}
		if suffix, any := strings.CutPrefix(name, "*"); host == name || any && strings.HasSuffix(host, suffix) {
			return true
		}
	}
	return false
}

func (c *caller) call(ctx context.Context, request callbackRequest) error {
	address, err := url.Parse(request.CallbackURL)
	if err != nil || !c.allowed(address) {
		return fmt.Errorf("%w: %s", errRefused, request.CallbackURL)
	}
	body, err := json.Marshal(request)
	if err != nil {
		return err
	}
	post, err := http.NewRequestWithContext(ctx, http.MethodPost, request.CallbackURL, bytes.NewReader(body))
	if err != nil {
		return err
	}
	now := strconv.FormatInt(time.Now().Unix(), 10)
	post.Header.Set("content-type", "application/json")
	post.Header.Set("webhook-id", request.MessageID)
	post.Header.Set("webhook-timestamp", now)
	post.Header.Set("webhook-signature", c.sign(request.MessageID, now, body))
	answer, err := c.client.Do(post)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, io.LimitReader(answer.Body, 4096)); err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("answered %d", answer.StatusCode)
	}
	return nil
}

func (c *caller) sign(id, now string, body []byte) string {
	var signatures []string
	for _, key := range c.keys {
		mac := hmac.New(sha256.New, key)
		fmt.Fprintf(mac, "%s.%s.", id, now)
		mac.Write(body)
		signatures = append(signatures, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	return strings.Join(signatures, " ")
}

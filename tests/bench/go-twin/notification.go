package main

import (
	"net/url"
	"regexp"
	"strings"
)

// What a plain notification says.
type notification struct {
	callbacks                             []string
	monitorID, eventID, group, transition *string
	test                                  bool
}

const callbackLine = "circuit-breaker-callback:"

var (
	monitorLink = regexp.MustCompile(`/monitors[/#](\d+)`)
	eventLink   = regexp.MustCompile(`[?&](?:link_)?event_id=(\d+)`)
	groupLink   = regexp.MustCompile(`[?&]group=([^&\s)\]]+)`)
	titleStart  = regexp.MustCompile(`^(?:\[TEST\] )?\[([^\]]*?)(?: on \{[^}]*\})?\]`)
)

func readNotification(message, subject string) notification {
	var found notification
	seen := map[string]bool{}
	for line := range strings.Lines(message) {
		address, is := strings.CutPrefix(line, callbackLine)
		if address = strings.TrimSpace(address); is && !seen[address] {
			seen[address] = true
			found.callbacks = append(found.callbacks, address)
		}
		if strings.HasPrefix(line, "Test notification triggered by") {
			found.test = true
		}
	}
	found.monitorID = first(monitorLink, message)
	found.eventID = first(eventLink, message)
	found.transition = first(titleStart, subject)
	if group := first(groupLink, message); group != nil {
		if decoded, err := url.QueryUnescape(*group); err == nil {
			found.group = &decoded
		}
	}
	found.test = found.test || strings.HasPrefix(subject, "[TEST]")
	return found
}

func first(pattern *regexp.Regexp, text string) *string {
	if match := pattern.FindStringSubmatch(text); match != nil {
		return &match[1]
	}
	return nil
}

// Counters in Prometheus' text form. Adding to one is an atomic step: the guard counts on every call.

package breaker

import (
	"fmt"
	"io"
	"sync/atomic"
)

type counter int

const (
	guardAllow counter = iota // The verdicts come first, in their order.
	guardProbe
	guardReject
	guardUnknown
	callbackDone
	callbackRefused
	callbackFailed
	readDone
	readFailed
	writeRejected
	capped
	hookDone
	hookFailed
	storeFailed
)

var counterNames = [...]string{
	guardAllow:      `cb_guard_total{verdict="allow"}`,
	guardProbe:      `cb_guard_total{verdict="probe"}`,
	guardReject:     `cb_guard_total{verdict="reject"}`,
	guardUnknown:    `cb_guard_unknown_breaker_total`,
	callbackDone:    `cb_callbacks_total{result="done"}`,
	callbackRefused: `cb_callbacks_total{result="refused"}`,
	callbackFailed:  `cb_callbacks_total{result="failed"}`,
	readDone:        `cb_reads_total{result="done"}`,
	readFailed:      `cb_reads_total{result="failed"}`,
	writeRejected:   `cb_writes_rejected_total`,
	capped:          `cb_max_open_reached_total`,
	hookDone:        `cb_hooks_total{result="done"}`,
	hookFailed:      `cb_hooks_total{result="failed"}`,
	storeFailed:     `cb_store_failures_total`,
}

type metrics [len(counterNames)]atomic.Uint64

func (m *metrics) add(c counter) { m[c].Add(1) }

func (m *metrics) write(w io.Writer) {
	for c, name := range counterNames {
		fmt.Fprintln(w, name, m[c].Load())
	}
}

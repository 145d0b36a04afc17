// The words of the breaker: levels, entries, events. Plain data with its JSON form; no rule and no I/O.

package breaker

// Level is how a group stands. Of two the greater is the worse: the words' alphabetical order is that of severity.
type Level string

const (
	Closed   Level = "closed"
	Degraded Level = "degraded"
	Open     Level = "open"
)

// Entry is one stored group of one monitor. Times are milliseconds since 1970; Absent is 0 while Datadog lists the group.
type Entry struct {
	Level  Level `json:"level"`
	Was    Level `json:"was"`
	Since  int64 `json:"since"`
	Lease  int64 `json:"lease"`
	Absent int64 `json:"absent,omitempty"`
}

// Want is what a reading asks of a group: nil holds the stored level; without Raise it may not get worse.
type Want struct {
	Level *Level `json:"level"`
	Raise bool   `json:"raise"`
}

// MonitorState is one monitor in the store.
type MonitorState struct {
	Breaker string           `json:"breaker"`
	Applied int64            `json:"applied"`
	Dirty   int64            `json:"dirty"`
	Tried   int64            `json:"tried"`
	Fails   int              `json:"fails"`
	Source  string           `json:"source"`
	Groups  map[string]Entry `json:"groups"`
}

// Override is an operator's word on a breaker, or on one of its groups; it wins until Until. Modes are force_open, force_closed
// and clear.
type Override struct {
	Breaker string `json:"breaker"`
	Group   string `json:"group"`
	Mode    string `json:"mode"`
	Actor   string `json:"actor"`
	Reason  string `json:"reason"`
	Until   int64  `json:"until"`
}

// Notification is the body of a callback, as the dispatcher sends it. Ids are text; what is nil was not in the notification.
type Notification struct {
	EventID     *string `json:"event_id"`
	MonitorID   string  `json:"monitor_id"`
	Group       *string `json:"group"`
	Transition  *string `json:"transition"`
	Test        bool    `json:"test"`
	CallbackURL string  `json:"callback_url"`
	MessageID   string  `json:"message_id"`
}

// Monitor is the monitor as it was read, for the hooks.
type Monitor struct {
	ID   string   `json:"id"`
	Name string   `json:"name"`
	Tags []string `json:"tags"`
}

// Change is what happened to a group of a breaker.
type Change struct {
	Kind    string `json:"kind"`
	Breaker string `json:"breaker"`
	Monitor string `json:"monitor"`
	Group   string `json:"group"`
	From    Level  `json:"from"`
	To      Level  `json:"to"`
	At      int64  `json:"at"`
}

// The dispatcher's work done in Go, for `make bench-dispatcher` alone: an SNS event is read, each callback line in it is
// checked against the allow-list, signed and posted. It is written and built as a user of aws-lambda-go would; what it
// leaves out is every form of message but the plain one, which makes it faster rather than slower.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
)

type summary struct {
	Called  int `json:"called"`
	Refused int `json:"refused"`
}

func main() {
	caller, err := newCaller(os.Getenv)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	lambda.Start(func(ctx context.Context, event events.SNSEvent) (summary, error) {
		return handle(ctx, caller, event)
	})
}

func handle(ctx context.Context, caller *caller, event events.SNSEvent) (summary, error) {
	var done summary
	var failures []error
	for _, record := range event.Records {
		found := readNotification(record.SNS.Message, record.SNS.Subject)
		for _, url := range found.callbacks {
			request := callbackRequest{
				EventID: found.eventID, MonitorID: found.monitorID, Group: found.group, Transition: found.transition,
				Test: found.test, CallbackURL: url, MessageID: record.SNS.MessageID,
			}
			began := time.Now()
			err := caller.call(ctx, request)
			logLine(request, time.Since(began), err)
			switch {
			case err == nil:
				done.Called++
			case errors.Is(err, errRefused):
				done.Refused++
			default:
				failures = append(failures, err)
			}
		}
	}
	return done, errors.Join(failures...)
}

func logLine(request callbackRequest, took time.Duration, err error) {
	line := map[string]any{
		"level": "info", "msg": "callback accepted", "url": request.CallbackURL, "monitor_id": request.MonitorID,
		"message_id": request.MessageID, "event_id": request.EventID, "group": request.Group,
		"transition": request.Transition, "test": request.Test, "ms": took.Milliseconds(),
	}
	if err != nil {
		line["level"], line["msg"], line["reason"] = "error", "callback failed", err.Error()
	}
	text, _ := json.Marshal(line)
	os.Stdout.Write(append(text, '\n'))
}

// The service: the breaker's routes and hooks, and whatever routes are your own. No logic of the breaker lives here.
package main

import (
	"log/slog"
	"net/http"
	"os"

	"funds/breaker"
)

// name is also that of the tag `service:NAME` by which this service finds its monitors.
const name = "funds"

func main() {
	if err := breaker.Run(name, hooks{}, routes); err != nil {
		slog.Error("the service ends", "error", err.Error())
		os.Exit(1)
	}
}

// Your routes; service.Guard.Allow(breaker, group) tells them whether a call may go out.
func routes(service *breaker.Service) http.Handler {
	return http.NewServeMux()
}

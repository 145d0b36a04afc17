// Package acceptance drives the built provider through HashiCorp's own acceptance test harness: what every other provider
// must pass. It needs the surroundings that tests/tests/go_acceptance.rs makes: TF_ACC, a mirror with the provider, and a
// Datadog API in DD_HOST with its keys.
package acceptance

import (
	"fmt"
	"net/http"
	"os"
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/compare"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
)

const address = "circuitbreaker_monitor.bank"

// The program under test; the version is the one in the mirror.
var providers = map[string]resource.ExternalProvider{
	"circuitbreaker": {Source: "registry.terraform.io/circuitbreaker/circuitbreaker"},
}

// monitor is a configuration with one of each: thresholds, a callback with and one without transitions, tags, options.
func monitor(name, warning string) string {
	return fmt.Sprintf(`
provider "circuitbreaker" {
  sns_topic = "dd-circuit-breaker"
}

resource "circuitbreaker_monitor" "bank" {
  name    = %q
  type    = "query alert"
  query   = "sum(last_5m):sum:funds.errors{*} by {bank_code}.as_count() / sum:funds.requests{*} by {bank_code}.as_count() > 0.5"
  message = "Transfers to bank {{bank_code.name}} fail."
  notify  = ["@slack-tech-channel"]
  breaker = "bank"
  tags    = ["service:funds", "team:payments"]

  notify_no_data      = true
  no_data_timeframe   = 20
  require_full_window = false
  priority            = 2

  monitor_thresholds {
    critical          = 0.5
    critical_recovery = 0.2
    warning           = %s
  }

  callback {
    url = "https://funds.example.com/dd_circuit_breaker/callback"
  }

  callback {
    url = "https://payments.example.com/dd_circuit_breaker/callback"
    on  = ["alert", "alert_recovery"]
  }
}
`, name, warning)
}

func expectAction(action plancheck.ResourceActionType) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{
		PreApply:             []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, action)},
		PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
	}
}

func TestMonitorLivesImportsAndDies(t *testing.T) {
	sameID := statecheck.CompareValue(compare.ValuesSame())
	id := func() statecheck.StateCheck { return sameID.AddStateValue(address, tfjsonpath.New("id")) }
	warning := tfjsonpath.New("monitor_thresholds").AtSliceIndex(0).AtMapKey("warning")

	resource.Test(t, resource.TestCase{
		ExternalProviders: providers,
		CheckDestroy:      destroyed,
		Steps: []resource.TestStep{
			{
				Config:           monitor("Bank fails", "0.3"),
				ConfigPlanChecks: expectAction(plancheck.ResourceActionCreate),
				ConfigStateChecks: []statecheck.StateCheck{
					id(),
					statecheck.ExpectKnownValue(address, warning, knownvalue.StringExact("0.3")),
					statecheck.ExpectKnownValue(address, tfjsonpath.New("effective_tags"), knownvalue.SetExact([]knownvalue.Check{
						knownvalue.StringExact("circuit_breaker:bank"),
						knownvalue.StringExact("service:funds"),
						knownvalue.StringExact("team:payments"),
					})),
					statecheck.ExpectKnownValue(address, tfjsonpath.New("rendered_message"),
						knownvalue.StringRegexp(regexp.MustCompile(`(?s)^{{#is_alert}}\n.*\n@slack-tech-channel @sns-dd-circuit-breaker$`))),
				},
			},
			// The state that `terraform import` makes is the state that apply made, without exception: nothing is left
			// out of the comparison. (`validate` and `force_delete` steer the provider and are not in Datadog: a
			// configuration that sets them would have to leave them out.)
			{
				ResourceName:      address,
				ImportState:       true,
				ImportStateVerify: true,
			},
			// An import block plans nothing to change.
			{
				ResourceName:    address,
				ImportState:     true,
				ImportStateKind: resource.ImportBlockWithID,
			},
			{
				Config:           monitor("Bank fails often", "0.4"),
				ConfigPlanChecks: expectAction(plancheck.ResourceActionUpdate),
				ConfigStateChecks: []statecheck.StateCheck{
					id(),
					statecheck.ExpectKnownValue(address, tfjsonpath.New("name"), knownvalue.StringExact("Bank fails often")),
					statecheck.ExpectKnownValue(address, warning, knownvalue.StringExact("0.4")),
				},
			},
		},
	})
}

// Another type is another monitor.
func TestMonitorOfAnotherTypeIsReplaced(t *testing.T) {
	anotherID := statecheck.CompareValue(compare.ValuesDiffer())
	step := func(kind string, action plancheck.ResourceActionType) resource.TestStep {
		return resource.TestStep{
			Config: fmt.Sprintf(`
resource "circuitbreaker_monitor" "bank" {
  name  = "Errors"
  type  = %q
  query = %q
}
`, kind, map[string]string{
				"query alert": "avg(last_5m):avg:funds.errors{*} by {bank_code} > 5",
				"log alert":   `logs("status:error").index("*").rollup("count").last("5m") > 5`,
			}[kind]),
			ConfigPlanChecks:  expectAction(action),
			ConfigStateChecks: []statecheck.StateCheck{anotherID.AddStateValue(address, tfjsonpath.New("id"))},
		}
	}

	resource.Test(t, resource.TestCase{
		ExternalProviders: providers,
		CheckDestroy:      destroyed,
		Steps: []resource.TestStep{
			step("query alert", plancheck.ResourceActionCreate),
			step("log alert", plancheck.ResourceActionReplace),
		},
	})
}

// A wrong configuration fails on its own, without a monitor.
func TestWrongConfigurationIsRefused(t *testing.T) {
	resource.Test(t, resource.TestCase{
		ExternalProviders: providers,
		Steps: []resource.TestStep{
			{
				Config: `
resource "circuitbreaker_monitor" "bank" {
  name    = "Errors"
  type    = "query alert"
  query   = "avg(last_5m):avg:funds.errors{*} by {bank_code} > 5"
  message = "{{#is_warning_to_alert}}x{{/is_warning_to_alert}}"
}
`,
				ExpectError: regexp.MustCompile("is_warning_to_alert"),
			},
		},
	})
}

// destroyed asks Datadog for every monitor that the test had.
func destroyed(state *terraform.State) error {
	for name, held := range state.RootModule().Resources {
		status, err := status(held.Primary.ID)
		if err != nil {
			return err
		}
		if status != http.StatusNotFound {
			return fmt.Errorf("%s: monitor %s answers %d after destroy", name, held.Primary.ID, status)
		}
	}
	return nil
}

func status(id string) (int, error) {
	request, err := http.NewRequest(http.MethodGet, os.Getenv("DD_HOST")+"/api/v1/monitor/"+id, nil)
	if err != nil {
		return 0, err
	}
	request.Header.Set("DD-API-KEY", os.Getenv("DD_API_KEY"))
	request.Header.Set("DD-APPLICATION-KEY", os.Getenv("DD_APP_KEY"))
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	return answer.StatusCode, answer.Body.Close()
}

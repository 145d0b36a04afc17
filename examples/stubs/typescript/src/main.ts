// Starts the service: the breaker's routes and hooks, and whatever routes are your own. No logic lives here.

import { ServiceHooks } from "./hooks.js";
import { run } from "./server.js";

await run(new ServiceHooks(), (_app, _service) => {
  // Your routes go here, as in `app.get(…)`; `service.guard.allow(breaker, group)` tells them whether a call may go out.
});

"""Starts the service: the breaker's routes and hooks, and whatever routes are your own. No logic lives here."""

from fastapi import APIRouter

from service.hooks import ServiceHooks
from service.server import run

# Your routes go into this router. One that takes `service: Current` (from `service.service`) asks
# `service.guard.allow(breaker, group)` whether a call may go out.
router = APIRouter()

if __name__ == "__main__":
    run(ServiceHooks(), router)

"""Served with `CB_CONFORMANCE=1` only: asks the real guard and moves the clock, so that all stubs are tested alike."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from service.guard import Verdict
from service.service import Current

router = APIRouter(include_in_schema=False)
U32 = Annotated[int, Field(ge=0, lt=2**32)]


class Ask(BaseModel):
    breaker: str
    group: str
    n: U32


@router.post("/_conformance/allow")
async def allow(ask: Ask, service: Current) -> dict[str, int]:
    seen = dict.fromkeys(Verdict, 0)
    for _ in range(min(ask.n, 1_000_000)):
        seen[service.guard.allow(ask.breaker, ask.group)] += 1
    return {str(verdict): count for verdict, count in seen.items()}


class Advance(BaseModel):
    advance_ms: U32


@router.post("/_conformance/clock")
async def clock(ask: Advance, service: Current) -> dict[str, int]:
    service.clock.advance(ask.advance_ms)
    return {"now_ms": service.clock.now()}

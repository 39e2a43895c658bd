"""Receiving and sending webhooks with FastAPI and httpx."""
import asyncio
import hashlib
import hmac
import ipaddress
import logging
import os
import random
from typing import Annotated, Literal
from urllib.parse import urlsplit

import httpx
from fastapi import APIRouter, BackgroundTasks, Depends, Header, HTTPException, Request
from pydantic import BaseModel, HttpUrl, TypeAdapter, field_validator

logger = logging.getLogger(__name__)
router = APIRouter()

ENDPOINTS = {
    "billing": "https://billing.example.com/hooks/orders",
    "warehouse": "https://warehouse.example.com/hooks/orders",
}
ALLOWED_CALLBACK_HOSTS = frozenset({"hooks.example.com", "hooks.example.org"})
ATTEMPTS = 5


class Delivery(BaseModel):
    event: Literal["created", "paid", "cancelled"]
    order: int


class Subscription(BaseModel):
    callback: HttpUrl
    events: list[str]

    @field_validator("events")
    @classmethod
    def known_events(cls, events: list[str]) -> list[str]:
        if unknown := set(events) - {"created", "paid", "cancelled"}:
            raise ValueError(f"select events from the list; unknown: {', '.join(sorted(unknown))}")
        return events


def signing_key() -> bytes:
    return os.environ["WEBHOOK_SIGNING_KEY"].encode()


async def verified_body(
    request: Request,
    key: Annotated[bytes, Depends(signing_key)],
    x_signature: Annotated[str, Header()] = "",
) -> bytes:
    body = await request.body()
    expected = hmac.new(key, body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, x_signature.removeprefix("sha256=")):
        raise HTTPException(401, "the signature does not match")
    return body


@router.post("/hooks/orders", status_code=202)
async def receive(body: Annotated[bytes, Depends(verified_body)], tasks: BackgroundTasks) -> dict[str, str]:
    delivery = TypeAdapter(Delivery).validate_json(body)
    for name in ENDPOINTS:
        tasks.add_task(forward, name, delivery)
    return {"status": "accepted"}


async def forward(name: str, delivery: Delivery) -> bool:
    """Send the delivery to one of our own endpoints; try again after longer and longer pauses."""
    url = ENDPOINTS[name]
    async with httpx.AsyncClient(timeout=httpx.Timeout(10, connect=3)) as client:
        for attempt in range(ATTEMPTS):
            try:
                answer = await client.post(url, json=delivery.model_dump(), headers={"X-Attempt": str(attempt)})
                answer.raise_for_status()
            except httpx.HTTPError as error:
                pause = min(60, 2**attempt) * random.uniform(0.5, 1.5)
                logger.warning(f"delivery to {name} failed ({error!r}), next attempt in {pause:.1f} s")
                await asyncio.sleep(pause)
            else:
                return True
    logger.error("gave up on delivery of %s to %s", delivery.event, name)
    return False


def allowed_callback(subscription: Subscription) -> str:
    callback = str(subscription.callback)
    parts = urlsplit(callback)
    if parts.scheme != "https" or parts.hostname not in ALLOWED_CALLBACK_HOSTS or "@" in parts.netloc:
        raise HTTPException(422, "the callback must be https on one of our partners' hosts")
    if parts.port not in (None, 443):
        raise HTTPException(422, "the callback must use the default port")
    return callback


@router.post("/subscriptions/test")
async def test_subscription(callback: Annotated[str, Depends(allowed_callback)]) -> dict[str, int]:
    async with httpx.AsyncClient(follow_redirects=False, timeout=5) as client:
        answer = await client.head(callback)
    return {"status": answer.status_code}


@router.get("/status/{name}")
async def endpoint_status(name: Literal["billing", "warehouse"]) -> dict[str, int]:
    async with httpx.AsyncClient(timeout=5) as client:
        answer = await client.get(ENDPOINTS[name])
    return {"status": answer.status_code}


@router.get("/whoami")
async def whoami(request: Request) -> dict[str, bool]:
    address = ipaddress.ip_address(request.client.host) if request.client else None
    return {"private": bool(address and address.is_private)}

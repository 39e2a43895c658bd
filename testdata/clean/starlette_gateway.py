"""A gateway in front of three services of ours: it forwards, and goes nowhere else."""
import logging
import os
import posixpath
import ssl
import time
from contextlib import asynccontextmanager
from types import MappingProxyType
from urllib.parse import quote

import httpx
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

logger = logging.getLogger("gateway")

UPSTREAMS = MappingProxyType({
    "catalogue": "https://catalogue.internal.example.com",
    "orders": "https://orders.internal.example.com",
    "search": "https://search.internal.example.com",
})
FORWARDED = ("accept", "accept-language", "content-type", "if-none-match")
MOVED = {"books": "/catalogue/books", "basket": "/orders/current"}
CA_BUNDLE = "/etc/ssl/certs/internal-ca.pem"


class Timing:
    """Adds how long a request took; a plain ASGI middleware."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()

        async def timed(message):
            if message["type"] == "http.response.start":
                elapsed = (time.perf_counter() - started) * 1000
                message["headers"].append((b"server-timing", b"app;dur=%.1f" % elapsed))
            await send(message)

        await self.app(scope, receive, timed)


@asynccontextmanager
async def lifespan(app):
    context = ssl.create_default_context(cafile=CA_BUNDLE if os.path.exists(CA_BUNDLE) else None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    async with httpx.AsyncClient(verify=context, timeout=httpx.Timeout(30, connect=5), follow_redirects=False) as client:
        app.state.client = client
        yield


def upstream_path(path: str) -> str:
    """The path below the upstream's root, quoted, with no way up."""
    clean = posixpath.normpath("/" + path)
    return quote(clean, safe="/")


async def forward(request: Request) -> Response:
    base = UPSTREAMS.get(request.path_params["service"])
    if base is None:
        raise HTTPException(404)
    url = f"{base}/v1{upstream_path(request.path_params['path'])}"
    headers = {name: request.headers[name] for name in FORWARDED if name in request.headers}
    outgoing = request.app.state.client.build_request(
        request.method, url, params=request.query_params.multi_items(), headers=headers, content=request.stream()
    )
    try:
        answer = await request.app.state.client.send(outgoing, stream=True)
    except httpx.TimeoutException:
        logger.warning("%s did not answer in time", base)
        raise HTTPException(504) from None
    return StreamingResponse(
        answer.aiter_raw(),
        status_code=answer.status_code,
        media_type=answer.headers.get("content-type"),
        background=BackgroundTask(answer.aclose),
    )


async def status(request: Request) -> Response:
    states = {}
    for name, base in UPSTREAMS.items():
        try:
            answer = await request.app.state.client.get(f"{base}/health", timeout=2)
            states[name] = "ok" if answer.is_success else f"answers {answer.status_code}"
        except httpx.HTTPError as error:
            logger.info(f"{name} is away: {type(error).__name__}")
            states[name] = "away"
    return JSONResponse(states)


async def moved(request: Request) -> Response:
    target = MOVED.get(request.path_params["name"])
    if target is None:
        raise HTTPException(404)
    return RedirectResponse(target, status_code=308)


async def item(request: Request) -> Response:
    return RedirectResponse("/catalogue/books/%d" % request.path_params["number"], status_code=307)


app = Starlette(
    lifespan=lifespan,
    middleware=[
        Middleware(TrustedHostMiddleware, allowed_hosts=["shop.example.com", "localhost"]),
        Middleware(Timing),
    ],
    routes=[
        Route("/status", status),
        Route("/old/{name}", moved),
        Route("/b/{number:int}", item),
        Route("/{service}/{path:path}", forward, methods=["GET", "POST"]),
    ],
)

"""The garden club: routes, middleware and settings."""
import os

from starlette.applications import Starlette
from starlette.config import Config
from starlette.datastructures import Secret
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

import gardens
import members
import outside
import pages
import work

config = Config(environ=os.environ)


async def health(request):
    return JSONResponse({"status": "ok"})


routes = [
    Route("/health", health),
    Mount("/gardens", routes=gardens.routes),
    Mount("/members", routes=members.routes),
    Mount("/outside", routes=outside.routes),
    Mount("/pages", routes=pages.routes),
    Mount("/work", routes=work.routes),
]

middleware = [
    Middleware(SessionMiddleware, secret_key="garden-club-sessions", https_only=True),  # want hardcoded-secret-key
]

app = Starlette(debug=True, routes=routes, middleware=middleware)  # want debug-enabled


def production():
    secret_key = config("GARDEN_SECRET_KEY", cast=Secret)
    sessions = Middleware(SessionMiddleware, secret_key=str(secret_key), https_only=True, same_site="strict")
    return Starlette(debug=config("GARDEN_DEBUG", cast=bool, default=False), routes=routes, middleware=[sessions])


def without_sessions():
    return Starlette(routes=routes)

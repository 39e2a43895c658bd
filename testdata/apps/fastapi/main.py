"""Parts depot: the FastAPI application, its middleware and its settings."""
import os
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr
from pydantic_settings import BaseSettings
from starlette.middleware.sessions import SessionMiddleware

from admin import router as admin_router
from integrations import router as integrations_router
from parts import router as parts_router
from people import router as people_router
from web import router as web_router


class Settings(BaseSettings):
    secret_key: SecretStr
    debug: bool = False


@asynccontextmanager
async def lifespan(_app: FastAPI):
    yield


app = FastAPI(title="Parts depot", debug=True, lifespan=lifespan)  # want debug-enabled
app.add_middleware(SessionMiddleware, secret_key="depot-session-key", https_only=True)  # want hardcoded-secret-key

for router in (admin_router, integrations_router, parts_router, people_router, web_router):
    app.include_router(router)


def production() -> FastAPI:
    settings = Settings()
    depot = FastAPI(title="Parts depot", debug=settings.debug, lifespan=lifespan)
    depot.add_middleware(SessionMiddleware, secret_key=settings.secret_key.get_secret_value(), https_only=True)
    depot.include_router(parts_router)
    return depot


def staging() -> FastAPI:
    depot = FastAPI(title="Parts depot (staging)")
    depot.add_middleware(SessionMiddleware, secret_key=os.environ["DEPOT_SECRET_KEY"], https_only=True)
    depot.include_router(parts_router)
    return depot


@app.get("/health")
async def health() -> dict[str, str]:
    return {"status": "ok"}


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=8000)

"""Expeditions: controllers, data transfer objects, dependencies, guards and listeners."""
import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

import httpx
import msgspec
from litestar import Controller, Litestar, MediaType, Request, Response, Router, delete, get, post, put
from litestar.connection import ASGIConnection
from litestar.datastructures import State, UploadFile
from litestar.di import Provide
from litestar.dto import DataclassDTO, DTOConfig
from litestar.enums import RequestEncodingType
from litestar.exceptions import NotAuthorizedException, NotFoundException, ValidationException
from litestar.handlers import BaseRouteHandler, WebsocketListener
from litestar.params import Body, Parameter
from litestar.response import File, Redirect, Template
from markupsafe import escape
from sqlalchemy import String, select, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

TRACKS = Path("/srv/expeditions/tracks").resolve()
WEATHER = {"alps": "https://weather.example.com/alps", "andes": "https://weather.example.com/andes"}


class Base(DeclarativeBase):
    pass


class Expedition(Base):
    __tablename__ = "expeditions"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    leader: Mapped[str] = mapped_column(String(80))
    starts: Mapped[date]


class Sort(StrEnum):
    NAME = "name"
    STARTS = "starts"


@dataclass
class NewExpedition:
    name: str
    leader: str
    starts: date
    secret: str = ""


class NewExpeditionDTO(DataclassDTO[NewExpedition]):
    config = DTOConfig(exclude={"secret"})


class Position(msgspec.Struct, frozen=True):
    expedition: int
    latitude: float
    longitude: float


async def session(state: State) -> AsyncGenerator[AsyncSession, None]:
    async with AsyncSession(state.engine) as opened, opened.begin():
        yield opened


async def limit(size: Annotated[int, Parameter(ge=1, le=100)] = 20) -> int:
    return size


def needs_card(connection: ASGIConnection, _: BaseRouteHandler) -> None:
    if connection.headers.get("X-Card") not in connection.app.state.cards:
        raise NotAuthorizedException


class Expeditions(Controller):
    path = "/expeditions"
    dependencies = {"session": Provide(session), "limit": Provide(limit)}
    guards = [needs_card]

    @get()
    async def all(
        self, session: AsyncSession, limit: int, q: str = "", sort: Sort = Sort.NAME, direction: Literal["asc", "desc"] = "asc"
    ) -> list[dict[str, Any]]:
        statement = text(f"SELECT id, name FROM expeditions WHERE name LIKE :q ORDER BY {sort.value} {direction} LIMIT {limit}")
        return [dict(row._mapping) for row in await session.execute(statement, {"q": f"%{q}%"})]

    @get("/{number:int}")
    async def one(self, session: AsyncSession, number: int) -> dict[str, Any]:
        found = await session.scalar(select(Expedition).where(Expedition.id == number))
        if found is None:
            raise NotFoundException
        return {"id": found.id, "name": found.name}

    @post(dto=NewExpeditionDTO, return_dto=None)
    async def add(self, session: AsyncSession, data: NewExpedition) -> dict[str, str]:
        session.add(Expedition(name=data.name, leader=data.leader, starts=data.starts))
        return {"added": data.name}

    @delete("/{number:int}")
    async def remove(self, session: AsyncSession, number: int) -> None:
        await session.execute(text("DELETE FROM expeditions WHERE id = :id"), {"id": number})

    @get("/{number:int}/page", media_type=MediaType.HTML)
    async def page(self, session: AsyncSession, number: int) -> str:
        found = await session.get(Expedition, number)
        if found is None:
            return f"<p>There is no expedition {number}.</p>"
        return f"<h1>{escape(found.name)}</h1>"

    @get("/{number:int}/summary")
    async def summary(self, number: int) -> Template:
        return Template("summary.html", context={"number": number})


@put("/tracks/{key:uuid}")
async def put_track(key: UUID, data: Annotated[UploadFile, Body(media_type=RequestEncodingType.MULTI_PART)]) -> dict[str, int]:
    content = await data.read()
    if not content.lstrip().startswith(b"<?xml"):
        raise ValidationException("not a track")
    return {"size": (TRACKS / f"{key}.gpx").write_bytes(content)}


@get("/tracks/{name:str}")
async def track(name: str) -> File:
    path = (TRACKS / name).resolve()
    if not path.is_relative_to(TRACKS) or not path.is_file():
        raise NotFoundException
    return File(path, filename=path.name, media_type="application/gpx+xml")


@post("/tracks/render/{key:uuid}")
async def render(key: UUID, zoom: Annotated[int, Parameter(ge=1, le=18)] = 12) -> dict[str, int | None]:
    target = TRACKS / f"{uuid4()}.png"
    process = await asyncio.create_subprocess_exec(
        "render-track", "--zoom", str(zoom), "--out", str(target), str(TRACKS / f"{key}.gpx")
    )
    return {"code": await process.wait()}


@get("/weather/{region:str}")
async def weather(region: str, days: int = 3) -> dict[str, Any]:
    url = WEATHER.get(region)
    if url is None:
        raise NotFoundException
    async with httpx.AsyncClient(timeout=5, follow_redirects=False) as client:
        return (await client.get(url, params={"days": days})).json()


@post("/language")
async def language(data: Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]) -> Redirect:
    pages = {"start": "/", "tracks": "/tracks", "weather": "/weather"}
    return Redirect(pages.get(data.get("back", ""), "/"))


class Positions(WebsocketListener):
    path = "/positions"

    async def on_receive(self, data: Position, state: State) -> dict[str, int]:
        engine: AsyncEngine = state.engine
        async with engine.begin() as connection:
            result = await connection.execute(
                text(f"INSERT INTO positions VALUES ({data.expedition}, {data.latitude}, {data.longitude})")
            )
        return {"stored": result.rowcount}


async def count(request: Request) -> None:
    request.app.state.visits += 1


def failed(_: Request, exc: ValidationException) -> Response[dict[str, str]]:
    return Response({"detail": exc.detail}, status_code=400, media_type=MediaType.JSON)


app = Litestar(
    route_handlers=[Router("/v1", route_handlers=[Expeditions, put_track, track, render, weather, language]), Positions],
    state=State({"engine": create_async_engine("sqlite+aiosqlite:///expeditions.db"), "cards": frozenset(), "visits": 0}),
    before_request=count,
    exception_handlers={ValidationException: failed},
)

"""An observatory's API: typed handlers, controllers, dependencies and listeners."""
import asyncio
import shlex
import subprocess
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import Controller, Litestar, Request, Router, WebSocket, delete, get, patch, post, put, websocket
from litestar.background_tasks import BackgroundTask
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.di import Provide
from litestar.dto import DataclassDTO, DTOConfig, DTOData
from litestar.enums import RequestEncodingType
from litestar.exceptions import NotFoundException
from litestar.handlers import WebsocketListener, websocket_listener
from litestar.params import Body, Dependency, Parameter
from litestar.response import Response
from pydantic import BaseModel
from sqlalchemy import bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

engine = create_async_engine("sqlite+aiosqlite:///sky.db")


class Band(Enum):
    RED = "r"
    BLUE = "b"


@dataclass
class Star:
    name: str
    magnitude: float
    band: Band


class StarDTO(DataclassDTO[Star]):
    config = DTOConfig(exclude={"magnitude"})


class Pointing(msgspec.Struct):
    target: str
    exposure: int
    filters: list[int]


class Schedule(BaseModel):
    night: date
    observer: str
    kind: Literal["survey", "follow-up"]


async def session() -> AsyncGenerator[AsyncSession, None]:
    async with AsyncSession(engine) as opened:
        yield opened


def survey(survey_name: str = "main") -> str:  # at survey
    return survey_name.strip()


def known_survey(survey_name: str = "main") -> str:
    if survey_name not in ("main", "deep"):
        raise NotFoundException
    return survey_name


# SQL ----------------------------------------------------------------------------------------------------------


class Stars(Controller):
    path = "/stars"
    dependencies = {"session": Provide(session)}

    @get("/{name:str}")
    async def star(self, session: AsyncSession, name: str) -> list[Any]:  # at star_name
        rows = await session.execute(text(f"SELECT * FROM stars WHERE name = '{name}'"))  # want sql-injection via star_name
        return list(rows)

    @get("/{number:int}/spectrum")
    async def spectrum(self, session: AsyncSession, number: int) -> list[Any]:
        return list(await session.execute(text(f"SELECT * FROM spectra WHERE star = {number}")))

    @get("/by-key/{key:uuid}")
    async def by_key(self, session: AsyncSession, key: UUID, since: date, band: Band = Band.RED) -> list[Any]:
        sql = f"SELECT * FROM spectra WHERE key = '{key}' AND night > '{since}' AND band = '{band.value}'"
        return list(await session.execute(text(sql)))

    @get("/search")
    async def search(self, session: AsyncSession, words: list[str]) -> list[Any]:  # at words
        where = " OR ".join(f"name LIKE '%{word}%'" for word in words)  # at where
        return list(await session.execute(text("SELECT * FROM stars WHERE " + where)))  # want sql-injection via words where

    @get("/search-bound")
    async def search_bound(self, session: AsyncSession, words: list[str]) -> list[Any]:
        statement = text("SELECT * FROM stars WHERE name IN :words").bindparams(bindparam("words", expanding=True))
        return list(await session.execute(statement, {"words": words}))

    @post("/", dto=StarDTO)
    async def add(self, session: AsyncSession, data: Star) -> None:  # at added
        await session.execute(text("INSERT INTO stars (name) VALUES ('%s')" % data.name))  # want sql-injection via added

    @put("/")
    async def replace(self, session: AsyncSession, data: Star) -> None:
        sql = f"UPDATE stars SET magnitude = {data.magnitude} WHERE band = '{data.band.value}' AND name = :name"
        await session.execute(text(sql), {"name": data.name})

    @patch("/{number:int}", dto=StarDTO)
    async def change(self, session: AsyncSession, number: int, data: DTOData[Star]) -> None:
        values = data.as_builtins()
        await session.execute(text(f"UPDATE stars SET name = :name WHERE id = {number}"), {"name": values["name"]})

    @delete("/{number:int}")
    async def remove(self, session: AsyncSession, number: int) -> None:
        await session.execute(text(f"DELETE FROM stars WHERE id = {number}"))


@post("/pointings")
async def point(data: Pointing) -> int:  # at pointing
    async with engine.connect() as connection:
        result = await connection.exec_driver_sql(f"INSERT INTO pointings (target) VALUES ('{data.target}')")  # want sql-injection via pointing
        return result.rowcount


@post("/pointings/typed")
async def point_typed(data: Pointing) -> int:
    filters = ", ".join(str(number) for number in data.filters)
    async with engine.connect() as connection:
        result = await connection.exec_driver_sql(
            f"UPDATE pointings SET exposure = {data.exposure} WHERE filter IN ({filters}) AND target = ?", (data.target,)
        )
        return result.rowcount


@get("/survey", dependencies={"survey": Provide(survey, sync_to_thread=False)})
async def of_survey(survey: Annotated[str, Dependency()]) -> list[Any]:
    async with engine.connect() as connection:
        return list(await connection.execute(text(f"SELECT * FROM {survey}_stars")))  # want sql-injection via survey


@get("/known-survey", dependencies={"survey": Provide(known_survey, sync_to_thread=False)})
async def of_known_survey(survey: Annotated[str, Dependency()]) -> list[Any]:
    async with engine.connect() as connection:
        return list(await connection.execute(text(f"SELECT * FROM {survey}_stars")))


@get("/header")
async def of_observer(observer: Annotated[str, Parameter(header="X-Observer")]) -> list[Any]:  # at observer
    async with engine.connect() as connection:
        return list(await connection.execute(text("SELECT * FROM logs WHERE observer = '" + observer + "'")))  # want sql-injection via observer


@get("/cookie")
async def of_code(code: Annotated[str, Parameter(cookie="code", pattern=r"^[A-Z]{2}[0-9]+$")], request: Request) -> list[Any]:
    async with engine.connect() as connection:
        return list(await connection.execute(text(f"SELECT * FROM logs WHERE code = '{code}'")))


@post("/schedule")
async def schedule(data: Annotated[Schedule, Body(media_type=RequestEncodingType.URL_ENCODED)]) -> None:
    async with engine.begin() as connection:
        await connection.execute(
            text(f"UPDATE nights SET kind = '{data.kind}', observer = :observer WHERE night = '{data.night}'"),
            {"observer": data.observer},
        )


@get("/raw")
async def raw(request: Request[Any, Any, State]) -> list[Any]:
    column = request.query_params.get("column", "name")  # at raw_column
    async with engine.connect() as connection:
        return list(await connection.execute(text(f"SELECT {column} FROM stars")))  # want sql-injection via raw_column


# Shell --------------------------------------------------------------------------------------------------------


class Dome(WebsocketListener):
    path = "/dome"

    async def on_receive(self, data: str) -> int:  # at dome_data
        process = await asyncio.create_subprocess_shell(f"dome {data}")  # want command-injection via dome_data
        return await process.wait()


@websocket_listener("/dome/steps")
async def dome_steps(data: dict[str, int]) -> int:
    steps = int(data["steps"])
    process = await asyncio.create_subprocess_shell(f"dome --steps {steps} 2>&1")
    return await process.wait()


@websocket("/dome/raw")
async def dome_raw(socket: WebSocket) -> None:
    await socket.accept()
    message = await socket.receive_json()  # at dome_message
    subprocess.run("dome " + message["verb"], shell=True, check=True)  # want command-injection via dome_message
    await socket.close()


def park(mount: str) -> None:
    subprocess.call(f"mount --park {mount}", shell=True)  # want command-injection via park_data mount parked


@post("/park")
async def park_later(data: dict[str, str]) -> Response[None]:  # at park_data
    mount = data["mount"]  # at mount
    return Response(None, background=BackgroundTask(park, mount))  # at parked


def park_exactly(mount: str) -> None:
    subprocess.call(["mount", "--park", mount])


@post("/park/argv")
async def park_later_argv(data: dict[str, str]) -> Response[None]:
    return Response(None, background=BackgroundTask(park_exactly, mount=data["mount"]))


@post("/slew/{direction:str}")
async def slew(direction: Literal["east", "west"], degrees: float = 1.0) -> int:
    process = await asyncio.create_subprocess_shell(f"mount --slew {direction} --by {degrees}")
    return await process.wait()


@post("/title")
async def title(data: Annotated[dict[str, str], Body(media_type=RequestEncodingType.MULTI_PART)]) -> int:
    return subprocess.call(f"caption {shlex.quote(data['title'])} | display", shell=True)


def address_of(connection: ASGIConnection) -> str:
    return connection.client.host if connection.client else ""


app = Litestar(
    route_handlers=[
        Router("/v1", route_handlers=[Stars, point, point_typed, of_survey, of_known_survey, of_observer, of_code, schedule, raw]),
        Dome, dome_steps, dome_raw, park_later, park_later_argv, slew, title,
    ],
)

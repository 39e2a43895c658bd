"""A farmers' market: stalls and offers over an SQLite file, scales and printers over a shell."""
import ast
import asyncio
import datetime as dt
import operator
import re
import shlex
import subprocess
from contextlib import asynccontextmanager
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import (
    APIRouter,
    BackgroundTasks,
    Body,
    Depends,
    FastAPI,
    Form,
    Header,
    HTTPException,
    Path,
    Query,
    WebSocket,
    WebSocketDisconnect,
)
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, EmailStr, Field, PositiveInt, StringConstraints, conint, constr, field_validator

from market_deps import Account, Database, Filters, KnownTenant, Paging, Tenant, api_key, bearer_token, language

router = APIRouter(prefix="/market", tags=["market"])


class Sort(str, Enum):
    price = "price"
    name = "name"


class Day(IntEnum):
    SATURDAY = 6
    SUNDAY = 7


Code = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}[0-9]{2}$")]


class Place(BaseModel):
    row: int
    side: Literal["left", "right"]
    label: str


class Offer(BaseModel):
    model_config = ConfigDict(str_strip_whitespace=True)

    name: str = Field(min_length=1)
    price: Decimal
    place: Place
    code: Code
    tags: list[str] = []
    counts: list[int] = []
    seller: EmailStr | None = None


class Query_(BaseModel):
    column: str
    words: str

    @field_validator("column")
    @classmethod
    def known(cls, value: str) -> str:
        if value not in ("name", "price"):
            raise ValueError("unknown column")
        return value


# SQL: parameters ------------------------------------------------------------------------------------------------


@router.get("/offers/{name}")
async def offer(name: str, db: Database):  # at offer_name
    cursor = await db.execute(f"SELECT * FROM offers WHERE name = '{name}'")  # want sql-injection via offer_name
    return await cursor.fetchone()


@router.get("/offers/by-id/{offer_id}")
async def offer_by_id(offer_id: int, db: Database):
    cursor = await db.execute(f"SELECT * FROM offers WHERE id = {offer_id}")
    return await cursor.fetchone()


@router.get("/offers/by-key/{key}")
async def offer_by_key(key: UUID, day: dt.date, db: Database, weekday: Day = Day.SATURDAY):
    cursor = await db.execute(f"SELECT * FROM offers WHERE key = '{key}' AND day = '{day}' AND weekday = {weekday}")
    return await cursor.fetchone()


@router.get("/offers/by-code/{code}")
async def offer_by_code(code: Annotated[str, Path(pattern=r"^[A-Z]{3}\d{2}$")], db: Database):
    return await db.execute_fetchall("SELECT * FROM offers WHERE code = '" + code + "'")


@router.get("/offers")
async def offers(
    db: Database,
    words: Annotated[list[str], Query()],  # at words
    sort: Sort = Sort.name,
    direction: Literal["asc", "desc"] = "asc",
):
    where = " OR ".join(f"name LIKE '%{word}%'" for word in words)  # at where
    return await db.execute_fetchall(f"SELECT * FROM offers WHERE {where} ORDER BY {sort.value} {direction}")  # want sql-injection via words where


@router.get("/offers/sorted")
async def sorted_offers(
    db: Database,
    paging: Annotated[Paging, Depends()],
    sort: Sort = Sort.name,
    direction: Annotated[Literal["asc", "desc"], Query()] = "asc",
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    above: PositiveInt = 1,
    below: conint(lt=1000) = 100,
    code: constr(pattern=r"^[a-z]+$") = "abc",
):
    return await db.execute_fetchall(
        f"SELECT * FROM offers WHERE price BETWEEN {above} AND {below} AND code = '{code}' AND id > {paging.after} "
        f"ORDER BY {sort.value} {direction} LIMIT {min(limit, paging.size)}"
    )


@router.get("/offers/dynamic")
async def dynamic_offers(db: Database, column: str = "name"):
    columns = {"name": "name", "price": "price / 100"}
    if column not in columns:
        raise HTTPException(400, "column")
    return await db.execute_fetchall(f"SELECT {columns[column]} FROM offers")


# SQL: bodies ----------------------------------------------------------------------------------------------------


@router.post("/offers")
async def add_offer(offer: Offer, db: Database):  # at offer_body
    label = offer.place.label  # at label
    await db.execute(f"UPDATE places SET free = 0 WHERE label = '{label}'")  # want sql-injection via offer_body label
    return {"added": offer.name}


@router.put("/offers")
async def put_offer(offer: Offer, db: Database):
    counts = ", ".join(map(str, offer.counts))
    await db.execute(
        f"UPDATE places SET row = {offer.place.row}, side = '{offer.place.side}', price = {offer.price} "
        f"WHERE code = '{offer.code}' AND count IN ({counts}) AND label = ?",
        (offer.place.label,),
    )
    return {"changed": offer.name}


@router.post("/offers/bulk")
async def add_offers(offers: list[Offer], db: Database):  # at bulk
    for offer in offers:  # at bulk_offer
        await db.execute("INSERT INTO offers (name) VALUES ('%s')" % offer.name)  # want sql-injection via bulk bulk_offer
    return len(offers)


@router.post("/offers/search")
async def search_offers(query: Query_, db: Database):
    return await db.execute_fetchall(f"SELECT {query.column} FROM offers WHERE name LIKE ?", (f"%{query.words}%",))


@router.post("/offers/raw")
async def raw_offers(filters: Annotated[dict[str, Any], Body()], db: Database):  # at raw_filters
    where = " AND ".join(f"{column} = '{value}'" for column, value in filters.items())  # at raw_where
    return await db.execute_fetchall("SELECT * FROM offers WHERE " + where)  # want sql-injection via raw_filters raw_where


@router.post("/offers/form")
async def offer_form(db: Database, name: str = Form(), amount: int = Form(1)):  # at form_name
    await db.execute(f"INSERT INTO offers (name, amount) VALUES ('{name}', {amount})")  # want sql-injection via form_name
    return {"added": name}


@router.post("/offers/form-bound")
async def offer_form_bound(db: Database, name: Annotated[str, Form()], amount: Annotated[int, Form()] = 1):
    await db.execute(f"INSERT INTO offers (name, amount) VALUES (?, {amount})", [name])
    return {"added": name}


# SQL: dependencies ------------------------------------------------------------------------------------------------


@router.get("/stalls")
async def stalls(db: Database, filters: Annotated[Filters, Depends()]):
    return await db.execute_fetchall(f"SELECT * FROM stalls WHERE name = '{filters.stall}'")  # want sql-injection via stall stall_field


@router.get("/stalls/fruit")
async def stalls_with_fruit(db: Database, filters: Filters = Depends()):
    return await db.execute_fetchall(f"SELECT * FROM stalls WHERE fruit = '{filters.fruit}' AND cheap = {filters.cheap}")


@router.get("/stalls/of-tenant")
async def stalls_of_tenant(db: Database, tenant: Tenant):
    return await db.execute_fetchall(f"SELECT * FROM {tenant}_stalls")  # want sql-injection via tenant


@router.get("/stalls/of-known-tenant")
async def stalls_of_known_tenant(db: Database, tenant: KnownTenant):
    return await db.execute_fetchall(f"SELECT * FROM {tenant}_stalls")


@router.get("/stalls/in-language")
async def stalls_in_language(db: Database, lang: Annotated[str, Depends(language)]):
    return await db.execute_fetchall("SELECT name_%s FROM stalls" % lang)  # want sql-injection via lang


@router.get("/stalls/mine")
async def my_stalls(db: Database, account: Account):
    return await db.execute_fetchall("SELECT * FROM stalls WHERE owner = '" + account + "'")  # want sql-injection via username


@router.get("/stalls/token")
async def stalls_of_token(db: Database, token: Annotated[str, Depends(bearer_token)]):
    return await db.execute_fetchall(f"SELECT * FROM stalls WHERE token = '{token}'")  # want sql-injection via credentials


@router.get("/stalls/key")
async def stalls_of_key(db: Database, key: Annotated[str, Depends(api_key)]):
    return await db.execute_fetchall("SELECT * FROM stalls WHERE key = ?", [key])


# Shell ------------------------------------------------------------------------------------------------------------


def weigh(scale: str) -> int:
    return subprocess.call(f"weigh --scale {scale}", shell=True)  # want command-injection via scale scheduled


@router.post("/weigh")
async def weigh_later(tasks: BackgroundTasks, scale: Annotated[str, Body(embed=True)]):  # at scale
    tasks.add_task(weigh, scale)  # at scheduled
    return {"weighing": True}


def weigh_exactly(scale: str) -> int:
    return subprocess.call(["weigh", "--scale", scale])


@router.post("/weigh/argv")
async def weigh_later_argv(tasks: BackgroundTasks, scale: Annotated[str, Body(embed=True)]):
    tasks.add_task(weigh_exactly, scale=scale)
    return {"weighing": True}


@router.post("/print")
async def print_sign(user_agent: Annotated[str, Header()]):  # at user_agent
    return await run_in_threadpool(subprocess.getoutput, f"lp -t '{user_agent}' sign.pdf")  # want command-injection via user_agent


@router.post("/print/{copies}")
async def print_copies(copies: int, printer: Literal["front", "back"] = "front"):
    process = await asyncio.create_subprocess_shell(f"lp -d {printer} -n {copies} sign.pdf")
    return await process.wait()


@router.post("/print/quoted")
def print_quoted(title: str):
    return subprocess.run(f"lp -t {shlex.quote(title)} sign.pdf", shell=True, check=False).returncode


@router.websocket("/scales/{scale}")
async def scales(socket: WebSocket, scale: str):
    await socket.accept()
    try:
        while True:
            message = await socket.receive_json()  # at scale_message
            process = await asyncio.create_subprocess_shell("weigh " + message["args"])  # want command-injection via scale_message
            await socket.send_json({"code": await process.wait()})
    except WebSocketDisconnect:
        return


@router.websocket("/scales/{scale}/typed")
async def typed_scales(socket: WebSocket, scale: str, grams: int = 0):
    await socket.accept()
    if re.fullmatch(r"scale-\d+", scale) is None:
        await socket.close()
        return
    async for text in socket.iter_text():
        wanted = Place.model_validate_json(text)
        process = await asyncio.create_subprocess_shell(f"weigh {scale} --side {wanted.side} --grams {grams}")
        await socket.send_text(str(await process.wait()))


# Code -------------------------------------------------------------------------------------------------------------


@router.get("/total")
def total(formula: str = Query("price", alias="f", max_length=200)):  # at total_formula
    return {"total": eval(formula, {"price": 3})}  # want code-injection via total_formula


@router.get("/total/operator")
def total_by_operator(left: float, right: float, how: Literal["add", "mul"] = "add"):
    return {"total": getattr(operator, how)(left, right)}


@router.get("/total/literal")
def total_of_literal(prices: str):
    return {"total": sum(ast.literal_eval(prices))}


@router.get("/total/rule")
def total_by_rule(rule: Sort):
    rules = {Sort.price: "price", Sort.name: "len(name)"}
    return {"total": eval(rules[rule], {"price": 3, "name": "pear"})}


@asynccontextmanager
async def lifespan(app: FastAPI):
    app.state.total = operator.add
    yield


market = FastAPI(lifespan=lifespan)
market.include_router(router)

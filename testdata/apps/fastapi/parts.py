"""Parts and stock: SQLAlchemy for most routes, psycopg for the reports."""
from collections.abc import Iterator
from enum import Enum
from typing import Annotated, Literal
from uuid import UUID

import psycopg
from fastapi import APIRouter, Body, Cookie, Depends, Header, HTTPException, Path, Query, Request
from psycopg import sql
from psycopg.rows import dict_row
from pydantic import BaseModel, Field
from sqlalchemy import String, bindparam, create_engine, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

router = APIRouter(prefix="/parts")

engine = create_engine("sqlite:///depot.db")
SessionLocal = sessionmaker(engine)
REPORT_DSN = "dbname=depot"


class Base(DeclarativeBase):
    pass


class Part(Base):
    __tablename__ = "parts"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(40))
    maker: Mapped[str] = mapped_column(String(80))
    stock: Mapped[int] = mapped_column(default=0)


class Sort(str, Enum):
    number = "number"
    maker = "maker"
    stock = "stock"


class StockChange(BaseModel):
    number: str
    amount: int
    note: str = ""


class Wish(BaseModel):
    maker: Annotated[str, Field(max_length=80)]
    numbers: list[str]


def database() -> Iterator[Session]:
    with SessionLocal() as session:
        yield session


Database = Annotated[Session, Depends(database)]


class Filters:
    def __init__(self, maker: str = "", limit: int = 20):
        self.maker = maker
        self.limit = limit


def wanted_maker(maker: str = Query(default="any")) -> str:
    return maker.strip()


# By maker ----------------------------------------------------------------------------------------------


@router.get("/")
def by_maker(maker: str, session: Database):
    rows = session.execute(text(f"SELECT id, number FROM parts WHERE maker = '{maker}'"))  # want sql-injection
    return [dict(row) for row in rows.mappings()]


@router.get("/bound")
def by_maker_bound(maker: str, session: Database):
    rows = session.execute(text("SELECT id, number FROM parts WHERE maker = :maker"), {"maker": maker})
    return [dict(row) for row in rows.mappings()]


@router.get("/orm")
def by_maker_orm(maker: str, session: Database):
    parts = session.scalars(select(Part).where(Part.maker == maker))
    return [{"id": part.id, "number": part.number} for part in parts]


@router.get("/dependency")
def by_dependency(session: Database, maker: str = Depends(wanted_maker)):
    statement = "SELECT id, number FROM parts WHERE maker = '%s'" % maker
    rows = session.execute(text(statement))  # want sql-injection
    return [dict(row) for row in rows.mappings()]


@router.get("/dependency/bound")
def by_dependency_bound(session: Database, maker: str = Depends(wanted_maker)):
    statement = text("SELECT id, number FROM parts WHERE maker = :maker").bindparams(maker=maker)
    return [dict(row) for row in session.execute(statement).mappings()]


@router.get("/filters")
def by_filters(session: Database, filters: Annotated[Filters, Depends()]):
    statement = select(Part).where(text("maker = '" + filters.maker + "'")).limit(filters.limit)  # want sql-injection
    return [part.number for part in session.scalars(statement)]


@router.get("/filters/orm")
def by_filters_orm(session: Database, filters: Annotated[Filters, Depends()]):
    statement = select(Part).filter_by(maker=filters.maker).limit(filters.limit)
    return [part.number for part in session.scalars(statement)]


# One part ----------------------------------------------------------------------------------------------


@router.get("/number/{number}")
def one(number: Annotated[str, Path(max_length=40)], session: Database):
    connection = session.connection()
    row = connection.exec_driver_sql("SELECT * FROM parts WHERE number = '" + number + "'").first()  # want sql-injection
    return {"found": row is not None}


@router.get("/number/{number}/bound")
def one_bound(number: Annotated[str, Path(max_length=40)], session: Database):
    row = session.connection().exec_driver_sql("SELECT * FROM parts WHERE number = ?", (number,)).first()
    return {"found": row is not None}


@router.get("/id/{part_id}")
def one_by_id(part_id: int, session: Database):
    row = session.execute(text(f"SELECT number, stock FROM parts WHERE id = {part_id}")).first()
    return {"found": row is not None}


@router.get("/uuid/{key}")
def one_by_uuid(key: UUID, session: Database):
    row = session.execute(text(f"SELECT number, stock FROM parts WHERE key = '{key}'")).first()
    return {"found": row is not None}


# Sorted ------------------------------------------------------------------------------------------------


@router.get("/sorted")
def sorted_parts(session: Database, sort: str = "number", limit: int = 50):
    statement = f"SELECT number, stock FROM parts ORDER BY {sort} LIMIT {limit}"
    return [row.number for row in session.execute(text(statement))]  # want sql-injection


@router.get("/sorted/enum")
def sorted_enum(session: Database, sort: Sort = Sort.number, limit: int = 50):
    statement = f"SELECT number, stock FROM parts ORDER BY {sort.value} LIMIT {limit}"
    return [row.number for row in session.execute(text(statement))]


@router.get("/sorted/literal")
def sorted_literal(session: Database, sort: Literal["number", "maker"] = "number", descending: bool = False):
    direction = "DESC" if descending else "ASC"
    return [row.number for row in session.execute(text(f"SELECT number FROM parts ORDER BY {sort} {direction}"))]


# Stock changes -----------------------------------------------------------------------------------------


@router.post("/stock")
def change_stock(change: StockChange, session: Database):
    session.execute(text("UPDATE parts SET stock = stock + {0} WHERE number = '{1}'".format(change.amount, change.number)))  # want sql-injection
    session.commit()
    return {"status": "changed"}


@router.post("/stock/bound")
def change_stock_bound(change: StockChange, session: Database):
    session.execute(text("UPDATE parts SET stock = stock + :amount WHERE number = :number"), change.model_dump())
    session.commit()
    return {"status": "changed"}


@router.post("/stock/orm")
def change_stock_orm(change: StockChange, session: Database):
    part = session.scalars(select(Part).where(Part.number == change.number)).one_or_none()
    if part is None:
        raise HTTPException(404)
    part.stock += change.amount
    session.commit()
    return {"status": "changed"}


# Reports over psycopg -----------------------------------------------------------------------------------


@router.get("/report")
async def report(depot: Annotated[str, Header()]):
    async with await psycopg.AsyncConnection.connect(REPORT_DSN, row_factory=dict_row) as connection:
        cursor = await connection.execute(f"SELECT maker, sum(stock) FROM parts WHERE depot = '{depot}' GROUP BY maker")  # want sql-injection
        return await cursor.fetchall()


@router.get("/report/bound")
async def report_bound(depot: Annotated[str, Header()]):
    async with await psycopg.AsyncConnection.connect(REPORT_DSN, row_factory=dict_row) as connection:
        cursor = await connection.execute("SELECT maker, sum(stock) FROM parts WHERE depot = %s GROUP BY maker", (depot,))
        return await cursor.fetchall()


@router.get("/report/composed")
async def report_composed(column: str):
    if column not in {"maker", "depot"}:
        raise HTTPException(400)
    statement = sql.SQL("SELECT {0}, sum(stock) FROM parts GROUP BY {0}").format(sql.Identifier(column))
    async with await psycopg.AsyncConnection.connect(REPORT_DSN, row_factory=dict_row) as connection:
        cursor = await connection.execute(statement)
        return await cursor.fetchall()


@router.post("/report/wishes")
def report_wishes(wish: Wish):
    numbers = ", ".join("'" + number + "'" for number in wish.numbers)
    with psycopg.connect(REPORT_DSN) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT number, stock FROM parts WHERE number IN (" + numbers + ")")  # want sql-injection
        return cursor.fetchall()


@router.post("/report/wishes-any")
def report_wishes_any(wish: Wish):
    with psycopg.connect(REPORT_DSN) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT number, stock FROM parts WHERE number = ANY(%s)", (wish.numbers,))
        return cursor.fetchall()


@router.post("/report/wishes-expanding")
def report_wishes_expanding(wish: Wish, session: Database):
    statement = text("SELECT number, stock FROM parts WHERE number IN :numbers").bindparams(
        bindparam("numbers", expanding=True)
    )
    return [row.number for row in session.execute(statement, {"numbers": wish.numbers})]


# From the raw request -------------------------------------------------------------------------------------


@router.get("/recent")
def recent(session: Database, depot: Annotated[str | None, Cookie()] = None):
    statement = "SELECT number FROM parts"
    if depot:
        statement += f" WHERE depot = '{depot}'"
    return [row.number for row in session.execute(text(statement))]  # want sql-injection


@router.post("/raw")
async def raw(request: Request, session: Database):
    body = await request.json()
    session.execute(text("DELETE FROM parts WHERE number = '" + body["number"] + "'"))  # want sql-injection
    return {"status": "deleted"}


@router.post("/raw/bound")
async def raw_bound(request: Request, session: Database):
    body = await request.json()
    session.execute(text("DELETE FROM parts WHERE number = :number"), {"number": body["number"]})
    return {"status": "deleted"}


@router.post("/raw/numbers")
def raw_numbers(session: Database, numbers: Annotated[list[int], Body(embed=True)]):
    wanted = ", ".join(str(number) for number in numbers)
    session.execute(text(f"DELETE FROM parts WHERE id IN ({wanted})"))
    return {"status": "deleted"}


# Called from the importer, with whatever it was given ------------------------------------------------------


def copy_table(session, source, target):
    session.execute(text(f"INSERT INTO {target} SELECT * FROM {source}"))


def copy_parts(session):
    session.execute(text("INSERT INTO parts_archive SELECT * FROM parts"))

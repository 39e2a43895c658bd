"""Searching a catalogue: a query builder that joins only its own words."""
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Annotated, Any

import psycopg
from fastapi import Depends, FastAPI, HTTPException, Query
from fastapi.responses import HTMLResponse, PlainTextResponse
from jinja2 import Environment, select_autoescape
from psycopg import sql
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool
from pydantic import BaseModel

app = FastAPI()
pool = ConnectionPool("dbname=catalogue", open=False)
templates = Environment(autoescape=select_autoescape(["html"], default_for_string=True))
RESULTS = templates.from_string(
    "<h1>{{ query }}</h1><ol>{% for hit in hits %}<li>{{ hit.title }}</li>{% else %}<li>Nothing</li>{% endfor %}</ol>"
)


class Order(Enum):
    TITLE = "title"
    YEAR = "year"
    RELEVANCE = "ts_rank(document, plainto_tsquery(%(words)s))"


@dataclass
class Search:
    """Collects conditions and their values; the text of a condition never comes from outside."""

    conditions: list[str] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)

    def words(self, words: str) -> "Search":
        self.conditions.append("document @@ plainto_tsquery(%(words)s)")
        self.values["words"] = words
        return self

    def years(self, first: int | None, last: int | None) -> "Search":
        if first is not None:
            self.conditions.append("year >= %(first)s")
            self.values["first"] = first
        if last is not None:
            self.conditions.append("year <= %(last)s")
            self.values["last"] = last
        return self

    def languages(self, languages: Sequence[str]) -> "Search":
        if languages:
            self.conditions.append("language = ANY(%(languages)s)")
            self.values["languages"] = list(languages)
        return self


class Hit(BaseModel):
    id: int
    title: str
    year: int | None


def connection() -> Iterator[psycopg.Connection]:
    with pool.connection(timeout=5) as handle:
        yield handle


Database = Annotated[psycopg.Connection, Depends(connection)]


@app.get("/search")
def search(
    db: Database,
    q: Annotated[str, Query(max_length=200)],
    language: Annotated[list[str], Query()] = [],
    first: int | None = None,
    last: int | None = None,
    order: Order = Order.RELEVANCE,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> list[Hit]:
    wanted = Search().words(q).years(first, last).languages(language)
    statement = sql.SQL("SELECT id, title, year FROM books WHERE {} ORDER BY {} LIMIT {}").format(
        sql.SQL(" AND ").join(sql.SQL(condition) for condition in wanted.conditions),
        sql.SQL(order.value),
        sql.Literal(limit),
    )
    with db.cursor(row_factory=dict_row) as cursor:
        cursor.execute(statement, wanted.values)
        return [Hit(**row) for row in cursor]


@app.get("/search.html", response_class=HTMLResponse)
def search_page(db: Database, q: Annotated[str, Query(max_length=200)] = "") -> str:
    with db.cursor(row_factory=dict_row) as cursor:
        cursor.execute("SELECT title FROM books WHERE document @@ plainto_tsquery(%s) LIMIT 20", (q,))
        return RESULTS.render(query=q, hits=cursor.fetchall())


@app.get("/columns/{table}", response_class=PlainTextResponse)
def columns(table: str, db: Database) -> str:
    names = db.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND table_schema = 'public'",
        [table],
    ).fetchall()
    if not names:
        raise HTTPException(404, f"no table {table!r}")
    return "\n".join(name for (name,) in names)


@app.get("/count/{table}")
def count(table: str, db: Database) -> dict[str, int]:
    if table not in ("books", "authors", "loans"):
        raise HTTPException(404)
    row = db.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
    return {"count": row[0] if row else 0}

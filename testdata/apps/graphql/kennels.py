"""Kennels: a schema of strawberry."""
import ast
import enum
import json
import uuid
from datetime import date
from pathlib import Path
from typing import Annotated, Optional

import asyncpg
import httpx
import strawberry
import yaml
from strawberry.types import Info

ROOT = Path("/srv/kennels").resolve()
VETS = {"day": "https://day.example/vet", "night": "https://night.example/vet"}


@strawberry.enum
class Size(enum.Enum):
    SMALL = "small"
    LARGE = "large"


@strawberry.input
class Filter:
    breed: str
    age: int
    size: Size = Size.SMALL


@strawberry.type
class Dog:
    name: str
    number: int

    @strawberry.field
    async def walks(self, info: Info, place: str) -> list[str]:  # at walks_place
        pool: asyncpg.Pool = info.context["pool"]
        rows = await pool.fetch(f"SELECT day FROM walks WHERE place = '{place}'")  # want sql-injection via walks_place
        return [str(r["day"]) for r in rows]


@strawberry.type
class Query:
    @strawberry.field
    async def dogs(self, info: Info, where: Filter, order: Optional[str] = None) -> list[Dog]:  # at dogs_arguments
        pool: asyncpg.Pool = info.context["pool"]
        sql = "SELECT name, number FROM dogs WHERE breed = '%s' AND age > %d" % (where.breed, where.age)  # at dogs_sql
        return [Dog(**r) for r in await pool.fetch(sql)]  # want sql-injection via dogs_arguments dogs_sql

    @strawberry.field(description="One dog by its number, or all of a day.")
    async def dog(self, info: Info, number: int, born: date, chip: uuid.UUID, size: Size) -> Dog:
        sql = f"SELECT * FROM dogs WHERE number = {number} AND born = '{born}' AND chip = '{chip}' AND size = '{size.value}'"
        return Dog(**await info.context["pool"].fetchrow(sql))

    @strawberry.field
    async def named(self, info: Info, name: str) -> Dog:
        return Dog(**await info.context["pool"].fetchrow("SELECT * FROM dogs WHERE name = $1", name))

    @strawberry.field
    def file(self, name: str) -> str:  # at file_name
        return open(f"/srv/kennels/{name}").read()  # want path-traversal via file_name

    @strawberry.field
    def checked_file(self, name: str) -> str:
        path = (ROOT / name).resolve()
        if not path.is_relative_to(ROOT):
            raise ValueError("outside")
        return path.read_text()

    @strawberry.field
    async def vet(self, url: Annotated[str, strawberry.argument(description="where")]) -> str:  # at vet_url
        async with httpx.AsyncClient() as client:
            return (await client.get(url)).text  # want ssrf via vet_url

    @strawberry.field
    async def known_vet(self, which: str) -> str:
        async with httpx.AsyncClient(timeout=5) as client:
            return (await client.get(VETS[which])).text


def settings(text: str) -> int:  # at settings_text
    return len(yaml.load(text, Loader=yaml.Loader))  # want unsafe-deserialization via settings_text


def safe_settings(text: str, literal: str) -> int:
    return len(yaml.safe_load(text)) + len(json.loads(text)) + len(ast.literal_eval(literal))


@strawberry.type
class Mutation:
    settings: int = strawberry.field(resolver=settings)
    safe_settings: int = strawberry.field(resolver=safe_settings)

    @strawberry.mutation
    def train(self, id: strawberry.ID, program: str) -> bool:  # at program
        exec(program)  # want code-injection via program
        return True


schema = strawberry.Schema(Query, Mutation)

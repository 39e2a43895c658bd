# -*- coding: utf-8 -*-
# Ein Dienst für Übersetzungen — mit Umlauten, 日本語 und 🙂.
import asyncio
import logging
from dataclasses import dataclass, field
from typing import Annotated, Any, Generic, TypeVar

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Query

log = logging.getLogger(__name__)
router = APIRouter(prefix="/übersetzen")
T = TypeVar("T")
type Pairs[K] = dict[K, list[tuple[K, int]]]

GREETINGS = {
    "de": "Grüß Gott",
    "ja": "こんにちは",
    "xx": "👋🏽",
}


@dataclass(slots=True)
class Job(Generic[T]):
    name: str
    payload: T
    tags: list[str] = field(default_factory=list)

    def matches(self, pattern: str, /, *, strict: bool = False) -> bool:
        if strict:
            return self.name == pattern
        return pattern in self.name or any(pattern in tag for tag in self.tags)


class Größe:
    """Namen dürfen Umlaute haben."""
    länge = 3; breite = 4

    async def fläche(self) -> int:
        await asyncio.sleep(0)
        return self.länge * self.breite

    size = property(lambda self: (self.länge, self.breite))


async def current_user(token: Annotated[str, Query(min_length=8)]) -> dict[str, Any]:
    if (user := await lookup(token)) is None:
        raise HTTPException(status_code=401, detail="unbekannt")
    return user


async def lookup(token):
    match token.split(":"):
        case ["user", name] if name.isalnum():
            return {"name": name}
        case ["service", name, *rest]:
            return {"name": name, "scopes": rest}
        case _:
            return None


@router.get("/{lang}")
async def greet(lang: str, user=Depends(current_user)):
    text = GREETINGS.get(lang, f"{lang!r}?")
    async with asyncio.timeout(3):
        names = [n async for n in stream(user["name"])]
    return {"text": text + " " + ", ".join(names), "raw": r"\d+\s*é", "bytes": b"\x00\xff"}


async def stream(name: str):
    for part in name.split():
        yield part
    else:
        log.debug("done: %s", name)


def first[S](items: list[S], default: S | None = None) -> S | None:
    try:
        return items[0]
    except* (IndexError, KeyError) as group:
        log.warning("leer: %d", len(group.exceptions))
    return default


handlers = {
    "eval": lambda source: eval(source),  # noqa: S307
    "len": len,
}

with open("config.txt", encoding="utf-8") as config, \
        open("log.txt", "a") as out:
    for line in config:
        print(line.rstrip(), file=out)

app = FastAPI()
app.include_router(router)
del T

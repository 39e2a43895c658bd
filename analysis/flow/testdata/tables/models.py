"""Classes of pydantic and attrs: fields by their own annotations."""

from datetime import date
from enum import Enum
from typing import Annotated, Literal, Optional, Union

import attr
from pydantic import BaseModel, Field, field_validator

from probe import sink, source


class Kind(str, Enum):
    A = "a"
    B = "b"


class Inner(BaseModel):
    name: str
    n: int = 0


class Item(BaseModel):
    id: int
    note: str
    kind: Kind = Kind.A
    when: Optional[date] = None
    choice: Literal["a", "b"] = "a"
    word: Annotated[str, Field(pattern=r"^[a-z]+$")] = "w"
    tag: str = Field(default="t", pattern=r"^[a-z0-9_]+$")
    loose: str = Field(default="l", max_length=900)
    size: Union[int, float] = 1
    inner: Optional[Inner] = None


def of_pydantic():
    item = Item(id=5, note=source())
    sink(item.id)  # clean
    sink(item.note)  # tainted
    sink(item.kind.value)  # clean
    sink(item.tag)  # clean
    sink(item.loose)  # clean
    sink(item.model_dump()["note"])  # tainted
    sink(item.model_dump()["tag"])  # clean
    other = item.model_copy(update={"note": "x"})
    sink(other.note)  # clean
    sink(other.id)  # clean


def converted():
    x = source()
    item = Item(id=x, note="n", size=x)
    sink(item.id)  # clean
    sink(item.note)  # clean
    sink(item.size)  # clean


def constrained():
    x = source()
    sink(Item(id=1, note="n", kind=x).kind)  # clean
    sink(Item(id=1, note="n", choice=x).choice)  # clean
    sink(Item(id=1, note="n", word=x).word)  # clean


def constrained_by_default():
    sink(Item(id=1, note="n", tag=source()).tag)  # clean


def loosely_constrained():
    sink(Item(id=1, note="n", loose=source()).loose)  # tainted


def nested():
    item = Item(id=1, note="n", inner=Inner(name=source()))
    sink(item.inner.name)  # tainted
    sink(item.inner.n)  # clean


class Checked(BaseModel):
    name: str

    @field_validator("name")
    @classmethod
    def allowed(cls, v):
        if v not in ("a", "b"):
            raise ValueError("no")
        return v


class Trimmed(BaseModel):
    name: str

    @field_validator("name")
    @classmethod
    def trim(cls, v):
        return v.strip()


def validated():
    sink(Checked(name=source()).name)  # clean


def only_trimmed():
    sink(Trimmed(name=source()).name)  # tainted


@attr.s(auto_attribs=True)
class Old:
    a: str
    b: str = "x"


@attr.define
class New:
    a: str
    b: str = "x"
    c: list = attr.field(factory=list)


def of_attrs():
    for o in (Old(source()),):
        sink(o.a)  # tainted
        sink(o.b)  # clean
    n = New(source())
    sink(n.a)  # tainted
    sink(n.b)  # clean
    sink(n.c)  # clean
    sink(attr.asdict(n)["a"])  # tainted
    sink(attr.asdict(n)["b"])  # clean
    sink(attr.evolve(n, a="y").a)  # clean

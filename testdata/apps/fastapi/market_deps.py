"""Dependencies of the market's routes: who asks, for what, and the database they get."""
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

import aiosqlite
from fastapi import Cookie, Depends, Header, HTTPException, Query, Request, Security
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBasic, HTTPBasicCredentials, HTTPBearer

bearer = HTTPBearer()
basic = HTTPBasic()
api_key = APIKeyHeader(name="X-Api-Key")


async def database() -> AsyncIterator[aiosqlite.Connection]:
    async with aiosqlite.connect("market.db") as connection:
        yield connection


Database = Annotated[aiosqlite.Connection, Depends(database)]


@dataclass
class Paging:
    size: int = 20
    after: int = 0


class Filters:
    def __init__(self, stall: str = "", fruit: str = Query("apple", pattern="^[a-z]+$"), cheap: bool = False):  # at stall
        self.stall = stall  # at stall_field
        self.fruit = fruit
        self.cheap = cheap


def tenant(x_tenant: Annotated[str, Header()] = "main") -> str:  # at tenant
    return x_tenant.lower()


def known_tenant(x_tenant: Annotated[str, Header()] = "main") -> str:
    if x_tenant not in {"main", "north"}:
        raise HTTPException(404)
    return x_tenant


def visitor(request: Request, visitor: Annotated[str | None, Cookie()] = None) -> str:
    return visitor or (request.client.host if request.client else "nobody")


class Language:
    """A dependency that is an object: called for each request."""

    def __init__(self, default: str):
        self.default = default

    def __call__(self, lang: str | None = None) -> str:  # at lang
        return lang or self.default


language = Language("en")


def bearer_token(credentials: Annotated[HTTPAuthorizationCredentials, Security(bearer)]) -> str:
    return credentials.credentials  # at credentials


def account(credentials: Annotated[HTTPBasicCredentials, Depends(basic)]) -> str:
    return credentials.username  # at username


Tenant = Annotated[str, Depends(tenant)]
KnownTenant = Annotated[str, Depends(known_tenant)]
Account = Annotated[str, Depends(account)]

"""Events in PostgreSQL through asyncpg, with $1, $2 and so on."""
import asyncio
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final

import asyncpg

logger = logging.getLogger(__name__)

FIELDS: Final = ("id", "kind", "subject", "payload", "happened_at")
BASE: Final = f"SELECT {', '.join(FIELDS)} FROM events"


class Direction(str, Enum):
    OLDEST = "ASC"
    NEWEST = "DESC"


@dataclass(slots=True)
class Filter:
    kinds: list[str] | None = None
    subject: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def clause(self, parameters: list) -> str:
        """The WHERE clause; its values are appended to parameters, only their numbers go into the text."""
        conditions = ["TRUE"]
        if self.kinds is not None:
            parameters.append(self.kinds)
            conditions.append(f"kind = ANY(${len(parameters)}::text[])")
        if self.subject is not None:
            parameters.append(self.subject)
            conditions.append(f"subject = ${len(parameters)}")
        if self.since is not None:
            parameters.append(self.since)
            conditions.append(f"happened_at >= ${len(parameters)}")
        if self.until is not None:
            parameters.append(self.until)
            conditions.append(f"happened_at < ${len(parameters)}")
        return " AND ".join(conditions)


class Events:
    def __init__(self, pool: asyncpg.Pool):
        self._pool = pool

    @classmethod
    async def connect(cls, dsn: str) -> "Events":
        async def prepare(connection):
            await connection.set_type_codec("jsonb", encoder=json.dumps, decoder=json.loads, schema="pg_catalog")

        return cls(await asyncpg.create_pool(dsn, init=prepare, command_timeout=30, ssl="verify-full"))

    async def one(self, event_id: int) -> asyncpg.Record | None:
        return await self._pool.fetchrow(BASE + " WHERE id = $1", event_id)

    async def find(self, wanted: Filter, direction: Direction = Direction.NEWEST, limit: int = 100) -> list[dict]:
        parameters: list = []
        where = wanted.clause(parameters)
        parameters.append(min(limit, 1000))
        query = f"{BASE} WHERE {where} ORDER BY happened_at {direction.value} LIMIT ${len(parameters)}"
        rows = await self._pool.fetch(query, *parameters)
        logger.debug("%d of at most %d events selected from the table", len(rows), limit)
        return [dict(row) for row in rows]

    async def add(self, kind: str, subject: str, payload: dict) -> int:
        return await self._pool.fetchval(
            "INSERT INTO events (kind, subject, payload) VALUES ($1, $2, $3) RETURNING id", kind, subject, payload
        )

    async def add_many(self, events: list[tuple[str, str, dict]]) -> None:
        marks = ", ".join(f"(${3 * n + 1}, ${3 * n + 2}, ${3 * n + 3})" for n in range(len(events)))
        values = [value for event in events for value in event]
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(f"INSERT INTO events (kind, subject, payload) VALUES {marks}", *values)

    async def counts(self, subject: str) -> dict[str, int]:
        rows = await self._pool.fetch("SELECT kind, count(*) AS n FROM events WHERE subject = $1 GROUP BY kind", subject)
        return {row["kind"]: row["n"] for row in rows}

    async def stream(self, kind: str) -> AsyncIterator[asyncpg.Record]:
        async with self._pool.acquire() as connection, connection.transaction():
            async for record in connection.cursor(BASE + " WHERE kind = $1 ORDER BY id", kind, prefetch=500):
                yield record

    async def forget(self, before: datetime) -> int:
        total = 0
        while True:
            status = await self._pool.execute(
                "DELETE FROM events WHERE id IN (SELECT id FROM events WHERE happened_at < $1 LIMIT 1000)", before
            )
            removed = int(status.rpartition(" ")[2])
            total += removed
            if not removed:
                return total
            await asyncio.sleep(0.1)

    async def close(self) -> None:
        await self._pool.close()

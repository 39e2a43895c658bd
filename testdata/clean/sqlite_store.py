"""A document store on SQLite, without any framework."""
from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

logger = logging.getLogger(__name__)

TABLE = "documents"
COLUMNS = ("key", "kind", "body", "changed")
COLUMN_LIST = ", ".join(COLUMNS)
MARKS = ", ".join("?" * len(COLUMNS))

CREATE = f"""
CREATE TABLE IF NOT EXISTS {TABLE} (
    key TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    changed TEXT NOT NULL
)
"""
UPSERT = "INSERT INTO {table} ({columns}) VALUES ({marks}) ON CONFLICT (key) DO UPDATE SET body = excluded.body".format(
    table=TABLE, columns=COLUMN_LIST, marks=MARKS
)


class UnknownColumn(ValueError):
    pass


@dataclass(frozen=True)
class Document:
    key: str
    kind: str
    body: dict[str, Any]
    changed: datetime

    @classmethod
    def from_row(cls, row: sqlite3.Row) -> Document:
        return cls(row["key"], row["kind"], json.loads(row["body"]), datetime.fromisoformat(row["changed"]))


class Store:
    def __init__(self, path: Path | str = ":memory:"):
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        self._connection.executescript(f"PRAGMA journal_mode = WAL; {CREATE};")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} with {len(self)} documents>"

    def __len__(self) -> int:
        return self._connection.execute(f"SELECT COUNT(*) FROM {TABLE}").fetchone()[0]

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield self._connection
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def put(self, key: str, kind: str, body: Mapping[str, Any]) -> None:
        now = datetime.now(timezone.utc).isoformat()
        with self.transaction() as connection:
            connection.execute(UPSERT, (key, kind, json.dumps(body), now))

    def put_many(self, documents: Iterable[Document]) -> None:
        rows = ((d.key, d.kind, json.dumps(d.body), d.changed.isoformat()) for d in documents)
        with self.transaction() as connection:
            connection.executemany(UPSERT, rows)

    def get(self, key: str) -> Document | None:
        row = self._connection.execute(f"SELECT {COLUMN_LIST} FROM {TABLE} WHERE key = ?", (key,)).fetchone()
        return Document.from_row(row) if row else None

    def get_many(self, keys: list[str]) -> list[Document]:
        found: list[Document] = []
        for start in range(0, len(keys), 500):
            batch = keys[start : start + 500]
            marks = ",".join(["?"] * len(batch))
            sql = f"SELECT {COLUMN_LIST} FROM {TABLE} WHERE key IN ({marks})"
            found.extend(Document.from_row(row) for row in self._connection.execute(sql, batch))
        return found

    def find(self, *, order: str = "changed", descending: bool = True, limit: int = 100, **equal: str) -> list[Document]:
        """Documents whose columns equal the given values; names that are no columns are refused."""
        if order not in COLUMNS:
            raise UnknownColumn(f"cannot order by {order!r}: select a column from {', '.join(COLUMNS)}")
        conditions: list[str] = []
        values: list[object] = []
        for column in COLUMNS:
            if column in equal:
                conditions.append(f"{column} = ?")
                values.append(equal.pop(column))
        if equal:
            raise UnknownColumn(", ".join(equal))
        sql = f"SELECT {COLUMN_LIST} FROM {TABLE}"
        if conditions:
            sql += " WHERE " + " AND ".join(conditions)
        sql += f" ORDER BY {order} {'DESC' if descending else 'ASC'} LIMIT ?"
        logger.debug(f"select from {TABLE} where {len(conditions)} conditions hold")
        return [Document.from_row(row) for row in self._connection.execute(sql, [*values, limit])]

    def delete(self, *keys: str) -> int:
        with self.transaction() as connection:
            cursor = connection.executemany(f"DELETE FROM {TABLE} WHERE key = ?", [(key,) for key in keys])
        logger.info("DELETE FROM %s: %d rows", TABLE, cursor.rowcount)
        return cursor.rowcount

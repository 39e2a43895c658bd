"""Customers in PostgreSQL through psycopg: values are bound, names are composed."""
import os
from contextlib import contextmanager
from datetime import date
from typing import Any, LiteralString, NamedTuple

import psycopg
from psycopg import sql
from psycopg.rows import class_row, dict_row
from psycopg.types.json import Jsonb


class Customer(NamedTuple):
    id: int
    name: str
    town: str
    since: date


CUSTOMERS = sql.Identifier("crm", "customers")
EDITABLE = frozenset({"name", "town", "notes", "attributes"})

BY_TOWN: LiteralString = "SELECT id, name, town, since FROM crm.customers WHERE town = %s ORDER BY name"
COUNTS: LiteralString = """
    SELECT town, count(*) AS customers
    FROM crm.customers
    WHERE since BETWEEN %(first)s AND %(last)s
    GROUP BY town
"""


@contextmanager
def connect():
    with psycopg.connect(os.environ["CRM_DSN"], connect_timeout=5, options="-c statement_timeout=10000") as connection:
        yield connection


def by_town(connection: psycopg.Connection, town: str) -> list[Customer]:
    with connection.cursor(row_factory=class_row(Customer)) as cursor:
        return cursor.execute(BY_TOWN, (town,)).fetchall()


def by_ids(connection, ids):
    cursor = connection.cursor(row_factory=dict_row)
    cursor.execute("SELECT id, name, town FROM crm.customers WHERE id = ANY(%s)", [list(ids)])
    return {row["id"]: row for row in cursor}


def by_ids_with_marks(connection, ids):
    marks = ", ".join(["%s"] * len(ids))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, name FROM crm.customers WHERE id IN ({marks})", tuple(ids))
        return cursor.fetchall()


def name_like(connection, prefix):
    pattern = prefix.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_") + "%"
    return connection.execute("SELECT id, name FROM crm.customers WHERE name ILIKE %s", (pattern,)).fetchall()


def update(connection: psycopg.Connection, customer_id: int, changes: dict[str, Any]) -> bool:
    """Set the given columns; the names must be editable, the values are bound."""
    if unknown := changes.keys() - EDITABLE:
        raise KeyError(f"not editable: {', '.join(sorted(unknown))}")
    if not changes:
        return False
    if "attributes" in changes:
        changes = {**changes, "attributes": Jsonb(changes["attributes"])}
    assignments = sql.SQL(", ").join(
        sql.SQL("{} = {}").format(sql.Identifier(column), sql.Placeholder(column)) for column in changes
    )
    statement = sql.SQL("UPDATE {} SET {} WHERE id = {}").format(CUSTOMERS, assignments, sql.Placeholder("customer_id"))
    with connection.cursor() as cursor:
        cursor.execute(statement, {**changes, "customer_id": customer_id})
        return cursor.rowcount == 1


def insert_many(connection, customers):
    columns = Customer._fields[1:]
    statement = sql.SQL("INSERT INTO {table} ({columns}) VALUES ({values})").format(
        table=CUSTOMERS,
        columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
        values=sql.SQL(", ").join(sql.Placeholder() * len(columns)),
    )
    with connection.cursor() as cursor:
        cursor.executemany(statement, [tuple(customer)[1:] for customer in customers])


def counts(connection, first, last):
    return connection.execute(COUNTS, {"first": first, "last": last}).fetchall()


def copy_out(connection, table, handle):
    """Copy one of our own tables, whatever it is called, to a file."""
    known = {name for (name,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'crm'")}
    if table not in known:
        raise LookupError(f"there is no table {table!r} to copy from")
    with connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier("crm", table))) as copy:
        for block in copy:
            handle.write(block)


def listen(connection: psycopg.Connection, channel: str):
    connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
    yield from connection.notifies(timeout=30)

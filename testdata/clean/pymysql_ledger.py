"""A ledger in MySQL through PyMySQL."""
import logging
import os
import ssl
from contextlib import closing, contextmanager
from decimal import Decimal
from typing import Iterator, Mapping, Optional

import pymysql
import pymysql.cursors

log = logging.getLogger("ledger")

ACCOUNT_COLUMNS = ["number", "owner", "currency"]
INSERT_ACCOUNT = "INSERT INTO accounts ({}) VALUES ({})".format(
    ", ".join(ACCOUNT_COLUMNS), ", ".join(["%s"] * len(ACCOUNT_COLUMNS))
)


class Side:
    DEBIT = "debit"
    CREDIT = "credit"
    ALL = (DEBIT, CREDIT)


class NotEnough(Exception):
    """The account would go below zero."""


def connect(database: str = "ledger") -> pymysql.connections.Connection:
    return pymysql.connect(
        host=os.environ.get("LEDGER_HOST", "localhost"),
        user=os.environ["LEDGER_USER"],
        password=os.environ["LEDGER_PASSWORD"],
        database=database,
        ssl=ssl.create_default_context(),
        connect_timeout=5,
        read_timeout=30,
        autocommit=False,
        cursorclass=pymysql.cursors.DictCursor,
    )


@contextmanager
def unit_of_work() -> Iterator[pymysql.cursors.DictCursor]:
    with closing(connect()) as connection:
        try:
            with connection.cursor() as cursor:
                yield cursor
            connection.commit()
        except Exception:
            connection.rollback()
            log.exception("rolled back")
            raise


def open_account(cursor, account: Mapping[str, str]) -> int:
    cursor.execute(INSERT_ACCOUNT, [account[column] for column in ACCOUNT_COLUMNS])
    return cursor.lastrowid


def balance(cursor, number: str, *, lock: bool = False) -> Decimal:
    query = """
        SELECT COALESCE(SUM(CASE side WHEN 'credit' THEN amount ELSE -amount END), 0) AS balance
        FROM entries
        WHERE account = %s
    """
    if lock:
        query += " FOR UPDATE"
    cursor.execute(query, (number,))
    return cursor.fetchone()["balance"]


def post(cursor, number: str, side: str, amount: Decimal, text: str) -> None:
    if side not in Side.ALL:
        raise ValueError(f"side must be one of {Side.ALL}, not {side!r}")
    if side == Side.DEBIT and balance(cursor, number, lock=True) < amount:
        raise NotEnough(number)
    cursor.execute(
        "INSERT INTO entries (account, side, amount, text) VALUES (%(account)s, %(side)s, %(amount)s, %(text)s)",
        {"account": number, "side": side, "amount": amount, "text": text},
    )


def transfer(source: str, target: str, amount: Decimal) -> None:
    with unit_of_work() as cursor:
        post(cursor, source, Side.DEBIT, amount, f"transfer to {target}")
        post(cursor, target, Side.CREDIT, amount, f"transfer from {source}")
    log.info("transferred %s from %s to %s", amount, source, target)


def entries(cursor, number: str, words: Optional[str] = None, side: Optional[str] = None, limit: int = 50):
    query = "SELECT id, side, amount, text FROM entries WHERE account = %s"
    values: list = [number]
    if words:
        query += " AND text LIKE %s"
        values.append(f"%{words}%")
    if side:
        query += " AND side = %s"
        values.append(side)
    query += " ORDER BY id DESC LIMIT %s"
    values.append(limit)
    cursor.execute(query, values)
    return cursor.fetchall()


def totals_per_side(cursor, numbers):
    results = {}
    for side in Side.ALL:
        marks = ",".join("%s" for _ in numbers)
        statement = "SELECT SUM(amount) AS total FROM entries WHERE side = %s AND account IN (" + marks + ")"
        cursor.execute(statement, (side, *numbers))
        results[side] = cursor.fetchone()["total"] or Decimal(0)
    return results


def describe(number, side, amount):
    return "Update of account {}: {} set from {:.2f}".format(number, side, amount)

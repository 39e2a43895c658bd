"""Logging: JSON lines, redaction, and the time that statements and requests take."""
import contextvars
import json
import logging
import logging.handlers
import queue
import re
import sys
import time
from contextlib import contextmanager
from datetime import datetime, timezone

from sqlalchemy import event
from sqlalchemy.engine import Engine
from starlette.types import ASGIApp, Message, Receive, Scope, Send

request_id = contextvars.ContextVar("request_id", default="-")

REDACTED = "***"
PATTERNS = [
    (re.compile(r"(?i)(password|passwd|secret|token|api[_-]?key)(\"?\s*[:=]\s*\"?)[^\s\"'&,]+"), rf"\1\2{REDACTED}"),
    (re.compile(r"(?i)(authorization:\s*(?:bearer|basic)\s+)\S+"), rf"\1{REDACTED}"),
    (re.compile(r"\b(?:\d[ -]?){13,16}\b"), "****"),
]
SLOW = 0.5


def redact(text: str) -> str:
    for pattern, replacement in PATTERNS:
        text = pattern.sub(replacement, text)
    return text


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": datetime.fromtimestamp(record.created, timezone.utc).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "request": request_id.get(),
            "message": redact(record.getMessage()),
        }
        if record.exc_info:
            entry["exception"] = redact(self.formatException(record.exc_info))
        return json.dumps(entry, default=str)


class OncePerMinute(logging.Filter):
    """Lets a message through once a minute, by its template."""

    def __init__(self):
        super().__init__()
        self.seen: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        now = time.monotonic()
        if now - self.seen.get(record.msg, -60.0) < 60:
            return False
        self.seen[record.msg] = now
        return True


def configure(level: str = "INFO", debug: bool = False) -> logging.handlers.QueueListener:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    records: queue.SimpleQueue = queue.SimpleQueue()
    listener = logging.handlers.QueueListener(records, handler, respect_handler_level=True)
    root = logging.getLogger()
    root.handlers[:] = [logging.handlers.QueueHandler(records)]
    root.setLevel(logging.DEBUG if debug else level)
    logging.getLogger("sqlalchemy.engine").setLevel(logging.WARNING)
    listener.start()
    return listener


sql_log = logging.getLogger("site.sql")


@event.listens_for(Engine, "before_cursor_execute")
def before_execute(connection, cursor, statement, parameters, context, executemany):
    connection.info["started"] = time.perf_counter()


@event.listens_for(Engine, "after_cursor_execute")
def after_execute(connection, cursor, statement, parameters, context, executemany):
    elapsed = time.perf_counter() - connection.info.pop("started", time.perf_counter())
    if elapsed > SLOW:
        sql_log.warning("slow statement (%.2f s): %s", elapsed, " ".join(statement.split())[:500])
    else:
        sql_log.debug(f"{cursor.rowcount} rows in {elapsed * 1000:.1f} ms")


def report_table(table: str, rows: int, seconds: float) -> None:
    sql_log.info(f"SELECT on {table} took {seconds:.2f} s and returned {rows} rows")
    if rows == 0:
        sql_log.warning(f"nothing to select from {table} where rows were expected")
    sql_log.debug("UPDATE %s SET ... skipped: no rows", table)
    sql_log.debug("INSERT INTO {} done".format(table))


@contextmanager
def timed(name: str):
    started = time.perf_counter()
    try:
        yield
    except Exception as error:
        logging.getLogger("site").error(f"<{name}> failed: {type(error).__name__}: {error}")
        raise
    finally:
        logging.getLogger("site").info("%s: %.1f ms", name, (time.perf_counter() - started) * 1000)


class RequestLog:
    def __init__(self, app: ASGIApp):
        self.app = app
        self.log = logging.getLogger("site.requests")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        headers = dict(scope["headers"])
        given = headers.get(b"x-request-id", b"").decode("ascii", "ignore")
        mark = request_id.set(given if re.fullmatch(r"[A-Za-z0-9-]{8,64}", given) else "-")

        async def logged(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.log.info("%s %r -> %d", scope["method"], scope["path"], message["status"])
            await send(message)

        try:
            await self.app(scope, receive, logged)
        finally:
            request_id.reset(mark)

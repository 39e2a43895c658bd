"""A lending library: typed parameters, nested models, dependencies, background mail."""
import asyncio
import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal
from uuid import UUID, uuid4

import aiosqlite
import httpx
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from fastapi import APIRouter, BackgroundTasks, Body, Cookie, Depends, FastAPI, File, Form, Header, HTTPException, Query, Request, Response, UploadFile, WebSocket, status
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse
from fastapi.security import OAuth2PasswordBearer, OAuth2PasswordRequestForm
from fastapi.templating import Jinja2Templates
from fastapi_limiter.depends import RateLimiter
from markupsafe import escape
from pydantic import BaseModel, ConfigDict, EmailStr, Field, HttpUrl, PositiveInt, field_validator
from pydantic_settings import BaseSettings

log = logging.getLogger(__name__)
hasher = PasswordHasher()
oauth = OAuth2PasswordBearer(tokenUrl="/token")
templates = Jinja2Templates(directory="templates")


class Settings(BaseSettings):
    database: str = "library.db"
    covers: Path = Path("/srv/library/covers")
    mailer: str = "https://mail.example.com/v1/send"
    hook_hosts: frozenset[str] = frozenset({"hooks.example.com"})


class Shelf(StrEnum):
    FICTION = "fiction"
    SCIENCE = "science"


class Sort(StrEnum):
    TITLE = "title"
    YEAR = "year"


class Author(BaseModel):
    name: str = Field(min_length=1, max_length=120)
    born: int | None = None


class Book(BaseModel):
    model_config = ConfigDict(str_strip_whitespace=True, extra="forbid")

    title: str = Field(max_length=200)
    isbn: str = Field(pattern=r"^[0-9]{13}$")
    shelf: Shelf
    authors: list[Author] = Field(max_length=20)
    pages: PositiveInt


class Hook(BaseModel):
    url: HttpUrl
    events: list[Literal["lent", "returned"]]

    @field_validator("url")
    @classmethod
    def known_host(cls, url: HttpUrl) -> HttpUrl:
        if url.scheme != "https" or url.host not in Settings().hook_hosts:
            raise ValueError("this host is not allowed")
        return url


class Paging(BaseModel):
    size: int = Field(20, ge=1, le=100)
    after: int = Field(0, ge=0)


def settings() -> Settings:
    return Settings()


async def database(config: Annotated[Settings, Depends(settings)]) -> AsyncIterator[aiosqlite.Connection]:
    async with aiosqlite.connect(config.database) as connection:
        connection.row_factory = aiosqlite.Row
        yield connection


Database = Annotated[aiosqlite.Connection, Depends(database)]
Config = Annotated[Settings, Depends(settings)]


async def member(token: Annotated[str, Depends(oauth)], db: Database) -> int:
    cursor = await db.execute("SELECT member FROM tokens WHERE token = ? AND expires > ?", (token, datetime.now(UTC)))
    row = await cursor.fetchone()
    if row is None:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED)
    return int(row["member"])


Member = Annotated[int, Depends(member)]
router = APIRouter()


@router.post("/token", dependencies=[Depends(RateLimiter(times=5, seconds=60))])
async def token(form: Annotated[OAuth2PasswordRequestForm, Depends()], db: Database) -> dict[str, str]:
    cursor = await db.execute("SELECT id, digest FROM members WHERE email = ?", (form.username,))
    row = await cursor.fetchone()
    try:
        hasher.verify(row["digest"] if row else hasher.hash("nobody"), form.password)
    except VerifyMismatchError:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED) from None
    new = secrets.token_urlsafe(32)
    await db.execute("INSERT INTO tokens VALUES (?, ?, ?)", (new, row["id"], datetime.now(UTC) + timedelta(hours=8)))
    return {"access_token": new, "token_type": "bearer"}


@router.get("/books")
async def books(
    db: Database,
    paging: Annotated[Paging, Query()],
    q: Annotated[str, Query(max_length=100)] = "",
    sort: Sort = Sort.TITLE,
    direction: Literal["asc", "desc"] = "asc",
):
    rows = await db.execute_fetchall(
        f"SELECT id, title FROM books WHERE title LIKE ? AND id > ? ORDER BY {sort.value} {direction} LIMIT {paging.size}",
        (f"%{q}%", paging.after),
    )
    return [dict(row) for row in rows]


@router.post("/books", status_code=201)
async def add_book(book: Book, db: Database, who: Member):
    cursor = await db.execute(
        f"INSERT INTO {book.shelf.value}_books (title, isbn, pages, added_by) VALUES (?, ?, {book.pages}, {who})", (book.title, book.isbn)
    )
    await db.executemany(
        "INSERT INTO authors (book, name) VALUES (?, ?)", [(cursor.lastrowid, author.name) for author in book.authors]
    )
    await db.commit()
    return {"id": cursor.lastrowid}


async def tell(mailer: str, email: str, title: str) -> None:
    async with httpx.AsyncClient(timeout=10) as client:
        (await client.post(mailer, json={"to": email, "text": f"{title} is due"})).raise_for_status()


@router.post("/books/{book}/lend")
async def lend(book: int, until: date, email: Annotated[EmailStr, Body(embed=True)], tasks: BackgroundTasks, db: Database, who: Member, config: Config):
    cursor = await db.execute("UPDATE books SET lent_to = ?, due = ? WHERE id = ? AND lent_to IS NULL RETURNING title", (who, until, book))
    row = await cursor.fetchone()
    if row is None:
        raise HTTPException(409, "already lent")
    tasks.add_task(tell, config.mailer, email, row["title"])
    return {"due": until}


@router.put("/books/{book}/cover")
async def put_cover(book: int, cover: Annotated[UploadFile, File()], config: Config):
    if cover.content_type not in {"image/png", "image/jpeg"}:
        raise HTTPException(415)
    target = config.covers / f"{book}-{uuid4().hex}.img"
    with target.open("wb") as handle:
        while chunk := await cover.read(1 << 16):
            handle.write(chunk)
    return {"cover": target.name}


@router.get("/covers/{name}")
async def cover(name: str, config: Config) -> FileResponse:
    path = (config.covers / name).resolve()
    if not path.is_relative_to(config.covers.resolve()) or not path.is_file():
        raise HTTPException(404)
    return FileResponse(path, headers={"X-Content-Type-Options": "nosniff"})


@router.get("/books/{book}/page", response_class=HTMLResponse)
async def page(request: Request, book: int, db: Database):
    row = await (await db.execute("SELECT title FROM books WHERE id = ?", (book,))).fetchone()
    if row is None:
        return HTMLResponse(f"<p>No book {book} at {escape(request.url.path)}</p>", status_code=404)
    return templates.TemplateResponse(request, "book.html", {"title": row["title"]})


@router.post("/hooks", status_code=202)
async def ping(hook: Hook, request_id: Annotated[UUID | None, Header(alias="X-Request-Id")] = None):
    async with httpx.AsyncClient(follow_redirects=False, timeout=5) as client:
        answer = await client.post(str(hook.url), json={"events": hook.events, "request": str(request_id)})
    return {"status": answer.status_code}


@router.post("/language")
async def language(response: Response, lang: Annotated[Literal["en", "de", "fr"], Form()], back: Annotated[str, Form()] = "/"):
    if not back.startswith("/") or back.startswith("//") or "\\" in back or not back.isprintable():
        back = "/"
    answer = RedirectResponse(back, status_code=303)
    answer.set_cookie("lang", lang, httponly=True, secure=True, samesite="lax")
    return answer


@router.websocket("/shelves/{shelf}/live")
async def live(websocket: WebSocket, shelf: Shelf, db: Database, lang: Annotated[str, Cookie()] = "en"):
    await websocket.accept()
    while True:
        wanted = Paging.model_validate_json(await websocket.receive_text())
        rows = await db.execute_fetchall(f"SELECT id, title FROM {shelf.value}_books WHERE id > ? LIMIT ?", (wanted.after, wanted.size))
        await websocket.send_json([dict(row) for row in rows])


@router.post("/export/{shelf}")
async def export(shelf: Shelf, who: Member):
    process = await asyncio.create_subprocess_exec("export-shelf", "--shelf", shelf.value, "--for", str(who))
    return {"code": await asyncio.wait_for(process.wait(), timeout=60)}


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    log.info("the library opens")
    yield
    log.info("the library closes")


app = FastAPI(lifespan=lifespan)
app.include_router(router)

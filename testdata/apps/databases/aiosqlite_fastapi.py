"""A reading list: FastAPI and aiosqlite."""

from enum import Enum
from typing import Annotated, Literal

import aiosqlite
from fastapi import Depends, FastAPI, HTTPException, Query
from pydantic import BaseModel

app = FastAPI()


class Shelf(str, Enum):
    fiction = "fiction"
    science = "science"


class Book(BaseModel):
    title: str
    author: str
    pages: int = 0


async def connection():
    db = await aiosqlite.connect("books.db")
    try:
        yield db
    finally:
        await db.close()


Db = Annotated[aiosqlite.Connection, Depends(connection)]


@app.get("/books")
async def books(author: str, db: Db):
    async with db.execute(f"SELECT id FROM books WHERE author = '{author}'") as cursor:  # want sql-injection
        return await cursor.fetchall()


@app.get("/books/first")
async def first(title: str):
    async with aiosqlite.connect("books.db") as db:
        cursor = await db.execute("SELECT id FROM books WHERE title = '%s'" % (title,))  # want sql-injection
        return await cursor.fetchone()


@app.get("/books/all")
async def everything(where: str, db: Db):
    rows = await db.execute_fetchall("SELECT id FROM books WHERE {0}".format(where))  # want sql-injection
    return list(rows)


@app.post("/books")
async def add(book: Book, db: Db):
    await db.execute_insert("INSERT INTO books (title, pages) VALUES ('" + book.title + "', " + str(book.pages) + ")")  # want sql-injection
    await db.commit()


@app.post("/books/many")
async def add_many(shelf: str, list_of_books: list[Book], db: Db):
    cursor = await db.cursor()
    rows = [(b.title, b.author) for b in list_of_books]
    await cursor.executemany(f"INSERT INTO shelf_{shelf} (title, author) VALUES (?, ?)", rows)  # want sql-injection


@app.get("/books/ordered")
async def ordered(db: Db, sort: str = "title", descending: bool = False):
    sql = "SELECT id FROM books ORDER BY " + sort
    if descending:
        sql += " DESC"
    cursor = await db.execute(sql)  # want sql-injection
    return await cursor.fetchall()


@app.get("/safe/author")
async def by_author(author: str, db: Db):
    async with db.execute("SELECT id FROM books WHERE author = ?", (author,)) as cursor:
        return [row async for row in cursor]


@app.get("/safe/shelf")
async def by_shelf(shelf: Shelf, direction: Literal["ASC", "DESC"], db: Db):
    cursor = await db.execute(f"SELECT id FROM shelf_{shelf.value} ORDER BY title {direction}")
    return await cursor.fetchall()


@app.get("/safe/page")
async def page(db: Db, limit: Annotated[int, Query(le=50)] = 20, offset: int = 0):
    return await db.execute_fetchall(f"SELECT id FROM books LIMIT {limit} OFFSET {offset}")


@app.get("/safe/sorted")
async def sorted_books(sort: str, db: Db):
    columns = ("title", "author", "pages")
    if sort not in columns:
        raise HTTPException(422, "unknown column")
    cursor = await db.execute("SELECT id FROM books ORDER BY " + sort)
    return await cursor.fetchall()


@app.post("/safe/in")
async def chosen(ids: list[int], db: Db):
    marks = ", ".join(["?"] * len(ids))
    return await db.execute_fetchall(f"SELECT title FROM books WHERE id IN ({marks})", ids)


@app.patch("/safe/books/{book_id}")
async def change(book_id: int, book: Book, db: Db):
    fields = book.model_dump(exclude_unset=True)
    assignments = ", ".join(f"{name} = :{name}" for name in Book.model_fields if name in fields)
    await db.execute(f"UPDATE books SET {assignments} WHERE id = :id", {**fields, "id": book_id})
    await db.commit()

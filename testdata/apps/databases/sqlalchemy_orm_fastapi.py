"""A climbing club: FastAPI with the ORM of SQLAlchemy 2, synchronous and asynchronous."""

from enum import StrEnum
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel
from sqlalchemy import asc, create_engine, desc, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, aliased, mapped_column, sessionmaker

app = FastAPI()
SessionLocal = sessionmaker(create_engine("sqlite:///club.db"))
AsyncSessionLocal = async_sessionmaker(create_async_engine("sqlite+aiosqlite:///club.db"))


class Base(DeclarativeBase):
    pass


class Climb(Base):
    __tablename__ = "climbs"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    grade: Mapped[str]


class Grade(StrEnum):
    EASY = "easy"
    HARD = "hard"


class Filter(BaseModel):
    name: str
    sort: str = "name"


def get_db():
    db = SessionLocal()
    try:
        yield db
    finally:
        db.close()


async def get_async_db():
    async with AsyncSessionLocal() as session:
        yield session


@app.get("/climbs")
def climbs(name: str, db: Session = Depends(get_db)):
    return db.execute(text(f"SELECT id FROM climbs WHERE name = '{name}'")).all()  # want sql-injection


@app.get("/climbs/untyped")
def untyped(name: str, db=Depends(get_db)):
    query = "SELECT id FROM climbs WHERE name = '{}'".format(name)
    return db.execute(query).fetchall()  # want sql-injection


@app.get("/climbs/filter")
def filtered(grade: str, db: Session = Depends(get_db)):
    return db.query(Climb).filter(text("grade = '%s'" % grade)).all()  # want sql-injection


@app.get("/climbs/statement")
def statement(name: str, db: Session = Depends(get_db)):
    raw = text("SELECT * FROM climbs WHERE name LIKE '%" + name + "%'")  # want sql-injection
    return db.query(Climb).from_statement(raw).all()


@app.post("/climbs/search")
async def search(body: Filter, db: Annotated[AsyncSession, Depends(get_async_db)]):
    sql = f"""
        SELECT id FROM climbs
        WHERE name = :name
        ORDER BY {body.sort}
    """
    result = await db.execute(text(sql), {"name": body.name})  # want sql-injection
    return result.all()


@app.get("/climbs/stream")
async def stream(ids: str):
    async with AsyncSessionLocal() as session:
        result = await session.stream(text("SELECT id FROM climbs WHERE id IN (" + ids + ")"))  # want sql-injection
        return [row async for row in result]


@app.get("/climbs/connection")
async def through_connection(name: str, db: AsyncSession = Depends(get_async_db)):
    conn = await db.connection()
    result = await conn.exec_driver_sql("SELECT id FROM climbs WHERE name = '%s'" % name)  # want sql-injection
    return result.all()


@app.get("/safe/text")
def safe_text(name: str, db: Session = Depends(get_db)):
    return db.execute(text("SELECT id FROM climbs WHERE name = :name"), {"name": name}).all()


@app.get("/safe/params")
def safe_params(name: str, db: Session = Depends(get_db)):
    return db.query(Climb).filter(text("name = :name")).params(name=name).all()


@app.get("/safe/orm")
def safe_orm(name: str, grade: Grade, db: Session = Depends(get_db)):
    other = aliased(Climb)
    stmt = select(Climb).join(other, other.grade == Climb.grade).where(or_(Climb.name == name, Climb.name.ilike(f"%{name}%")))
    return db.scalars(stmt.where(Climb.grade == grade)).all()


@app.get("/safe/grade")
def safe_grade(grade: Grade, db: Session = Depends(get_db)):
    return db.execute(text(f"SELECT id FROM climbs WHERE grade = '{grade.value}'")).all()


@app.get("/safe/sorted")
async def safe_sorted(sort: str, order: str = "asc", db: AsyncSession = Depends(get_async_db)):
    columns = {"name": Climb.name, "grade": Climb.grade}
    if sort not in columns:
        raise HTTPException(status_code=400, detail="unknown sort key")
    direction = desc if order == "desc" else asc
    result = await db.execute(select(Climb).order_by(direction(columns[sort])))
    return result.scalars().all()


@app.get("/safe/allowed")
async def safe_allowed(sort: str, db: AsyncSession = Depends(get_async_db)):
    allowed = {"name", "grade"}
    if sort not in allowed:
        sort = "name"
    result = await db.execute(text(f"SELECT id FROM climbs ORDER BY {sort}"))
    return result.all()


@app.get("/safe/count")
async def safe_count(limit: int = 10, db: AsyncSession = Depends(get_async_db)):
    total = await db.scalar(select(func.count()).select_from(Climb))
    rows = await db.execute(text(f"SELECT id FROM climbs LIMIT {limit}"))
    return {"total": total, "rows": rows.all()}


@app.put("/safe/climbs/{climb_id}")
async def safe_update(climb_id: int, body: Filter, db: AsyncSession = Depends(get_async_db)):
    await db.execute(update(Climb).where(Climb.id == climb_id).values(**body.model_dump(include={"name"})))
    await db.commit()

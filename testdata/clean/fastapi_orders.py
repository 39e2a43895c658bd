"""Orders behind FastAPI, with SQLAlchemy's asynchronous ORM."""
from collections.abc import AsyncIterator
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, HTTPException, Path, Query, status
from pydantic import BaseModel, ConfigDict, EmailStr, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import ForeignKey, Select, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="ORDERS_", secrets_dir=None)

    database_url: str = "sqlite+aiosqlite:///orders.db"
    secret_key: SecretStr | None = None
    debug: bool = False


settings = Settings()
engine = create_async_engine(settings.database_url, echo=settings.debug)
Sessions = async_sessionmaker(engine, expire_on_commit=False)
router = APIRouter(prefix="/orders", tags=["orders"])


class Base(DeclarativeBase):
    pass


class OrderRow(Base):
    __tablename__ = "orders"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    email: Mapped[str]
    state: Mapped[str] = mapped_column(default="open")
    placed_at: Mapped[datetime] = mapped_column(server_default=func.now())
    lines: Mapped[list["LineRow"]] = relationship(lazy="selectin")


class LineRow(Base):
    __tablename__ = "order_lines"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id"))
    sku: Mapped[str]
    amount: Mapped[int]
    price: Mapped[Decimal]


class State(StrEnum):
    OPEN = "open"
    PAID = "paid"
    SENT = "sent"


class SortBy(StrEnum):
    PLACED = "placed_at"
    EMAIL = "email"


class Line(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    sku: str = Field(max_length=40)
    amount: int = Field(gt=0)
    price: Decimal


class NewOrder(BaseModel):
    email: EmailStr
    lines: list[Line] = Field(min_length=1)


class Order(NewOrder):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    state: State


async def get_session() -> AsyncIterator[AsyncSession]:
    async with Sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(get_session)]


class Page:
    def __init__(self, limit: Annotated[int, Query(le=200)] = 50, offset: Annotated[int, Query(ge=0)] = 0):
        self.limit = limit
        self.offset = offset

    def of(self, statement: Select) -> Select:
        return statement.limit(self.limit).offset(self.offset)


@router.get("/")
async def list_orders(
    session: Session,
    page: Annotated[Page, Depends()],
    state: State | None = None,
    email: str | None = None,
    sort: SortBy = SortBy.PLACED,
) -> list[Order]:
    statement = select(OrderRow).order_by(getattr(OrderRow, sort.value))
    if state is not None:
        statement = statement.where(OrderRow.state == state)
    if email:
        statement = statement.where(OrderRow.email.ilike(f"%{email}%"))
    rows = await session.scalars(page.of(statement))
    return [Order.model_validate(row) for row in rows]


@router.post("/", status_code=status.HTTP_201_CREATED)
async def create_order(new: NewOrder, session: Session) -> Order:
    row = OrderRow(email=new.email, lines=[LineRow(**line.model_dump()) for line in new.lines])
    session.add(row)
    await session.commit()
    return Order.model_validate(row)


@router.get("/totals")
async def totals(session: Session, since: datetime, direction: Annotated[str, Query(pattern="^(asc|desc)$")] = "desc"):
    order = "ASC" if direction == "asc" else "DESC"
    statement = text(
        "SELECT orders.state, SUM(order_lines.amount * order_lines.price) AS total "
        "FROM orders JOIN order_lines ON order_lines.order_id = orders.id "
        "WHERE orders.placed_at >= :since "
        f"GROUP BY orders.state ORDER BY total {order}"
    )
    result = await session.execute(statement, {"since": since})
    return [dict(row) for row in result.mappings()]


@router.patch("/{order_id}/state")
async def change_state(order_id: Annotated[UUID, Path()], new: State, session: Session) -> dict[str, str]:
    result = await session.execute(update(OrderRow).where(OrderRow.id == order_id).values(state=new))
    if result.rowcount == 0:
        raise HTTPException(404, f"there is no order {order_id}")
    await session.commit()
    return {"state": new}


@router.get("/{order_id}")
async def show_order(order_id: UUID, session: Session) -> Order:
    if (row := await session.get(OrderRow, order_id)) is None:
        raise HTTPException(404)
    return Order.model_validate(row)

"""Reports with SQLAlchemy Core: expressions first, text() where it reads better."""
import csv
import io
from collections.abc import Sequence
from datetime import date

from sqlalchemy import (
    Column,
    Date,
    Engine,
    ForeignKey,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    and_,
    bindparam,
    case,
    create_engine,
    delete,
    func,
    insert,
    literal,
    literal_column,
    select,
    text,
    union_all,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql import quoted_name

metadata = MetaData()
customers = Table(
    "customers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(100), nullable=False),
    Column("region", String(20), nullable=False),
)
invoices = Table(
    "invoices",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("customer_id", ForeignKey("customers.id"), nullable=False),
    Column("total", Numeric(10, 2), nullable=False),
    Column("due", Date, nullable=False),
    Column("state", String(10), nullable=False, server_default="open"),
)

GROUPINGS = {"region": customers.c.region, "customer": customers.c.name}
OPEN_STATES = ("open", "reminded")

OVERDUE = text(
    """
    SELECT customers.name, sum(invoices.total) AS owed
    FROM invoices JOIN customers ON customers.id = invoices.customer_id
    WHERE invoices.due < :today AND invoices.state IN :states
    GROUP BY customers.name
    ORDER BY owed DESC
    """
).bindparams(bindparam("states", expanding=True))


def make_engine(url: str) -> Engine:
    return create_engine(url, pool_pre_ping=True, echo=False)


def turnover(engine: Engine, grouping: str, first: date, last: date) -> list[tuple]:
    column = GROUPINGS[grouping]
    total = func.sum(invoices.c.total).label("total")
    statement = (
        select(column, total)
        .join_from(invoices, customers)
        .where(and_(invoices.c.due >= first, invoices.c.due <= last))
        .group_by(column)
        .order_by(total.desc())
    )
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(statement)]


def overdue(engine: Engine, today: date) -> list[dict]:
    with engine.connect() as connection:
        rows = connection.execute(OVERDUE, {"today": today, "states": list(OPEN_STATES)})
        return [dict(row) for row in rows.mappings()]


def search(engine, words, regions):
    statement = select(customers).where(customers.c.name.icontains(words, autoescape=True))
    if regions:
        statement = statement.where(customers.c.region.in_(regions))
    with engine.connect() as connection:
        return connection.execute(statement.order_by(literal_column("name"))).all()


def by_name(engine, name):
    with engine.connect() as connection:
        return connection.execute(text("SELECT id FROM customers WHERE name = :name"), {"name": name}).scalar()


def by_ids(engine, ids):
    names = [f"id_{number}" for number in range(len(ids))]
    marks = ", ".join(f":{name}" for name in names)
    with engine.connect() as connection:
        return connection.execute(text(f"SELECT name FROM customers WHERE id IN ({marks})"), dict(zip(names, ids))).all()


def remind(engine: Engine, today: date) -> int:
    state = case((invoices.c.state == "open", "reminded"), else_=invoices.c.state)
    with engine.begin() as connection:
        result = connection.execute(update(invoices).where(invoices.c.due < today).values(state=state))
        return result.rowcount


def import_customers(engine: Engine, rows: Sequence[dict]) -> None:
    with engine.begin() as connection:
        connection.execute(insert(customers), list(rows))
        connection.execute(delete(customers).where(customers.c.name == ""))


def history(engine: Engine, name: str) -> list:
    kinds = [select(literal("customer").label("kind"), customers.c.name).where(customers.c.name == name)]
    kinds.append(select(literal("region").label("kind"), customers.c.region).where(customers.c.name == name))
    with engine.connect() as connection:
        return list(connection.execute(union_all(*kinds)))


def create_archive(engine: Engine) -> Table:
    name = quoted_name("invoices_archive", quote=True)
    archive = Table(name, MetaData(), Column("id", Integer, primary_key=True), Column("archived", Date))
    archive.create(engine, checkfirst=True)
    return archive


def as_csv(rows, columns):
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(columns)
    writer.writerows(rows)
    return buffer.getvalue()


def explain(statement, dialect_name="postgresql"):
    """The text of a statement for the log; it is printed, never executed."""
    dialect = {"postgresql": postgresql, "sqlite": sqlite}[dialect_name].dialect()
    compiled = statement.compile(dialect=dialect)
    return f"{compiled} with {sorted(compiled.params)}"

"""orders: split the name, index the state, and forget the old table

Revision ID: 5f2c9a7d1b34
Revises: 1c0d8e6a4f22
"""
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects import postgresql

revision: str = "5f2c9a7d1b34"
down_revision: str | None = "1c0d8e6a4f22"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

STATES = ("open", "paid", "sent", "returned")
SCHEMA = "shop"
OLD_TABLES = ["orders_2019", "orders_2020"]

orders = sa.table(
    "orders",
    sa.column("id", sa.Integer),
    sa.column("name", sa.String),
    sa.column("first_name", sa.String),
    sa.column("last_name", sa.String),
    sa.column("state", sa.String),
    schema=SCHEMA,
)

state_type = postgresql.ENUM(*STATES, name="order_state", schema=SCHEMA)


def upgrade() -> None:
    bind = op.get_bind()
    state_type.create(bind, checkfirst=True)
    op.add_column("orders", sa.Column("first_name", sa.String(100)), schema=SCHEMA)
    op.add_column("orders", sa.Column("last_name", sa.String(100)), schema=SCHEMA)
    op.execute(
        """
        UPDATE shop.orders
        SET first_name = split_part(name, ' ', 1),
            last_name = split_part(name, ' ', 2)
        """
    )
    op.execute(f"ALTER TABLE {SCHEMA}.orders ALTER COLUMN state TYPE {SCHEMA}.order_state USING state::{SCHEMA}.order_state")
    op.execute(orders.update().where(orders.c.state.is_(None)).values(state=op.inline_literal("open")))
    op.create_index("ix_orders_state", "orders", ["state"], schema=SCHEMA, postgresql_where=sa.text("state <> 'sent'"))
    op.create_check_constraint("ck_orders_state", "orders", "state IN (%s)" % ", ".join(f"'{state}'" for state in STATES), schema=SCHEMA)
    for table in OLD_TABLES:
        op.execute(f"DROP TABLE IF EXISTS {SCHEMA}.{table}")
    if not context.is_offline_mode():
        move_names(bind)


def move_names(bind: sa.Connection) -> None:
    rows = bind.execute(sa.select(orders.c.id, orders.c.name).where(orders.c.last_name == "")).all()
    for number, name in rows:
        first, _, last = name.rpartition(" ")
        bind.execute(
            sa.text("UPDATE shop.orders SET first_name = :first, last_name = :last WHERE id = :id"),
            {"first": first, "last": last, "id": number},
        )
    bind.execute(sa.text("INSERT INTO shop.log (message) VALUES (:message)"), {"message": f"{len(rows)} names moved"})


def downgrade() -> None:
    op.drop_constraint("ck_orders_state", "orders", schema=SCHEMA)
    op.drop_index("ix_orders_state", table_name="orders", schema=SCHEMA)
    op.execute("ALTER TABLE shop.orders ALTER COLUMN state TYPE varchar(20)")
    op.execute("DROP TYPE " + SCHEMA + ".order_state")
    for column in ("last_name", "first_name"):
        op.drop_column("orders", column, schema=SCHEMA)

"""Products and orders with Flask-SQLAlchemy."""
from __future__ import annotations

from datetime import datetime, timezone
from decimal import Decimal, InvalidOperation

from flask import Blueprint, abort, jsonify, request
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import ForeignKey, String, bindparam, func, or_, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, selectinload


class Base(DeclarativeBase):
    pass


db = SQLAlchemy(model_class=Base)
shop = Blueprint("shop", __name__)


class Product(db.Model):
    id: Mapped[int] = mapped_column(primary_key=True)
    sku: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    price: Mapped[Decimal]
    stock: Mapped[int] = mapped_column(default=0)

    def __repr__(self):
        return f"<Product {self.sku} {self.name}>"

    def to_dict(self):
        return {"sku": self.sku, "name": self.name, "price": str(self.price), "stock": self.stock}


class Order(db.Model):
    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(200), index=True)
    placed_at: Mapped[datetime] = mapped_column(default=lambda: datetime.now(timezone.utc))
    lines: Mapped[list[OrderLine]] = relationship(back_populates="order", cascade="all, delete-orphan")

    def __repr__(self):
        return f"<Order {self.id} of {self.email}>"


class OrderLine(db.Model):
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    quantity: Mapped[int]
    order: Mapped[Order] = relationship(back_populates="lines")
    product: Mapped[Product] = relationship()


SORTABLE = {"name": Product.name, "price": Product.price, "stock": Product.stock}

LOW_STOCK = text(
    "SELECT sku, stock FROM product WHERE stock < :limit AND sku NOT IN :ignored ORDER BY stock"
).bindparams(bindparam("ignored", expanding=True))


@shop.get("/products")
def products():
    query = db.select(Product)
    if words := request.args.get("q", "").split():
        query = query.where(or_(*(Product.name.icontains(word, autoescape=True) for word in words)))
    if (ceiling := request.args.get("max")) is not None:
        try:
            query = query.where(Product.price <= Decimal(ceiling))
        except InvalidOperation:
            abort(400, "max is not a number")
    column = SORTABLE.get(request.args.get("sort", "name"), Product.name)
    query = query.order_by(column.desc() if request.args.get("desc") else column.asc())
    page = db.paginate(query, per_page=50, max_per_page=100)
    return jsonify(items=[product.to_dict() for product in page.items], total=page.total)


@shop.get("/products/<sku>")
def product(sku):
    found = db.session.execute(db.select(Product).filter_by(sku=sku)).scalar_one_or_none()
    if found is None:
        return jsonify(error=f"no product {sku}"), 404
    return jsonify(found.to_dict())


@shop.get("/products/low")
def low_stock():
    ignored = request.args.getlist("ignore") or [""]
    rows = db.session.execute(LOW_STOCK, {"limit": request.args.get("limit", 5, type=int), "ignored": ignored})
    return jsonify([dict(row._mapping) for row in rows])


@shop.post("/orders")
def place_order():
    body = request.get_json()
    order = Order(email=body["email"])
    for line in body["lines"]:
        chosen = Product.query.filter_by(sku=line["sku"]).with_for_update().first_or_404()
        quantity = int(line["quantity"])
        if quantity < 1 or chosen.stock < quantity:
            return jsonify(error="not enough left", sku=chosen.sku), 409
        chosen.stock -= quantity
        order.lines.append(OrderLine(product=chosen, quantity=quantity))
    db.session.add(order)
    try:
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        abort(409)
    return jsonify(order=order.id), 201


@shop.get("/orders/<int:order_id>")
def show_order(order_id):
    order = db.get_or_404(Order, order_id, options=[selectinload(Order.lines).selectinload(OrderLine.product)])
    return jsonify(email=order.email, lines=[{"sku": line.product.sku, "n": line.quantity} for line in order.lines])


@shop.get("/statistics")
def statistics():
    per_day = db.select(func.date(Order.placed_at).label("day"), func.count()).group_by(text("day")).order_by(text("day DESC"))
    return jsonify([[str(day), count] for day, count in db.session.execute(per_day)])

"""A bakery's orders: Starlette with the databases library, and records for reports."""

import records
import sqlalchemy
from databases import Database
from starlette.applications import Starlette
from starlette.endpoints import HTTPEndpoint
from starlette.responses import JSONResponse
from starlette.routing import Route

database = Database("postgresql+asyncpg:///bakery")
reports = records.Database("postgresql:///bakery")
metadata = sqlalchemy.MetaData()
orders = sqlalchemy.Table("orders", metadata, sqlalchemy.Column("id", sqlalchemy.Integer), sqlalchemy.Column("customer", sqlalchemy.String))


async def by_customer(request):
    query = f"SELECT id FROM orders WHERE customer = '{request.query_params['customer']}'"
    return JSONResponse([dict(r) for r in await database.fetch_all(query)])  # want sql-injection


async def by_keyword(request):
    row = await database.fetch_one(query="SELECT id FROM orders WHERE code = '" + request.query_params["code"] + "'")  # want sql-injection
    return JSONResponse(dict(row))


class Orders(HTTPEndpoint):
    async def post(self, request):
        body = await request.json()
        async with database.connection() as connection:
            await connection.execute("INSERT INTO orders (customer) VALUES ('%(customer)s')" % body)  # want sql-injection
        return JSONResponse({})

    async def get(self, request):
        sort = request.query_params.get("sort", "id")
        found = []
        async for row in database.iterate("SELECT id FROM orders ORDER BY {}".format(sort)):  # want sql-injection
            found.append(row.id)
        return JSONResponse(found)


def report(request):
    rows = reports.query("SELECT * FROM orders WHERE day = '{}'".format(request.query_params["day"]))  # want sql-injection
    return JSONResponse(rows.all(as_dict=True))


def bulk(request):
    with reports.get_connection() as conn:
        conn.bulk_query("INSERT INTO " + request.query_params["table"] + " (customer) VALUES (:customer)", [])  # want sql-injection
    return JSONResponse({})


async def safe_values(request):
    query = "SELECT id FROM orders WHERE customer = :customer"
    return JSONResponse(await database.fetch_all(query=query, values={"customer": request.query_params["customer"]}))


async def safe_core(request):
    query = orders.select().where(orders.c.customer == request.query_params["customer"])
    return JSONResponse(await database.fetch_all(query))


async def safe_clauses(request):
    clauses, values = [], {}
    for name in ("customer", "code"):
        if name in request.query_params:
            clauses.append(f"{name} = :{name}")
            values[name] = request.query_params[name]
    query = "SELECT id FROM orders"
    if clauses:
        query = f"{query} WHERE {' AND '.join(clauses)}"
    return JSONResponse(await database.fetch_all(query, values))


async def safe_in(request):
    ids = request.query_params.getlist("id")
    values = {f"id{i}": v for i, v in enumerate(ids)}
    marks = ", ".join(f":{key}" for key in values)
    return JSONResponse(await database.fetch_all(f"SELECT id FROM orders WHERE id IN ({marks})", values))


async def safe_number(request):
    return JSONResponse(await database.fetch_val("SELECT customer FROM orders WHERE id = %d" % int(request.path_params["order"])))


def safe_report(request):
    rows = reports.query("SELECT * FROM orders WHERE day = :day", day=request.query_params["day"])
    return JSONResponse(rows.all(as_dict=True))


app = Starlette(
    routes=[
        Route("/customers", by_customer),
        Route("/keyword", by_keyword),
        Route("/orders", Orders),
        Route("/report", report),
        Route("/bulk", bulk),
        Route("/safe/values", safe_values),
        Route("/safe/core", safe_core),
        Route("/safe/clauses", safe_clauses),
        Route("/safe/in", safe_in),
        Route("/safe/number/{order}", safe_number),
        Route("/safe/report", safe_report),
    ]
)

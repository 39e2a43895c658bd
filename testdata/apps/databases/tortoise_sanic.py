"""An allotment: Sanic and Tortoise ORM."""

from sanic import Blueprint
from sanic.response import json
from tortoise import Tortoise, connections, fields
from tortoise.expressions import Q, RawSQL
from tortoise.models import Model
from tortoise.transactions import in_transaction

bp = Blueprint("plots")


class Plot(Model):
    id = fields.IntField(primary_key=True)
    tenant = fields.CharField(max_length=80)
    size = fields.IntField()


@bp.get("/plots")
async def plots(request):
    conn = connections.get("default")
    rows = await conn.execute_query_dict(f"SELECT id FROM plot WHERE tenant = '{request.args.get('tenant')}'")  # want sql-injection
    return json(rows)


@bp.get("/plots/raw")
async def raw(request):
    rows = await Plot.raw("SELECT * FROM plot WHERE tenant = '%s'" % request.args.get("tenant"))  # want sql-injection
    return json([p.id for p in rows])


@bp.post("/plots/transaction")
async def transaction(request):
    async with in_transaction() as conn:
        await conn.execute_query("UPDATE plot SET tenant = '{}' WHERE id = 1".format(request.json["tenant"]))  # want sql-injection
    return json({})


@bp.post("/plots/script")
async def script(request):
    db = Tortoise.get_connection("default")
    await db.execute_script("DELETE FROM waiting; DELETE FROM plot WHERE tenant = '" + request.json["tenant"] + "';")  # want sql-injection
    return json({})


@bp.get("/plots/annotated")
async def annotated(request):
    expression = "size * " + request.args.get("factor")
    rows = await Plot.annotate(weight=RawSQL(expression)).values("id", "weight")  # want sql-injection
    return json(rows)


@bp.get("/safe/query")
async def safe_query(request):
    conn = connections.get("default")
    return json(await conn.execute_query_dict("SELECT id FROM plot WHERE tenant = ?", [request.args.get("tenant")]))


@bp.get("/safe/filter")
async def safe_filter(request):
    rows = await Plot.filter(Q(tenant=request.args.get("tenant")) | Q(size__gt=10)).values("id")
    return json(rows)


@bp.get("/safe/sorted")
async def safe_sorted(request):
    order = {"size": "-size", "tenant": "tenant"}.get(request.args.get("sort", ""), "id")
    return json(await Plot.all().order_by(order).values("id"))


@bp.get("/safe/column")
async def safe_column(request):
    column = request.args.get("column")
    if column not in Plot._meta.fields_map:
        return json({"error": "unknown column"}, status=400)
    conn = connections.get("default")
    return json(await conn.execute_query_dict(f"SELECT {column} FROM plot"))


@bp.get("/safe/size/<size:int>")
async def safe_size(request, size):
    conn = connections.get("default")
    return json(await conn.execute_query_dict("SELECT id FROM plot WHERE size > %s" % size))

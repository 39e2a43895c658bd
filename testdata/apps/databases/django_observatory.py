"""An observatory's log: Django's cursors, raw(), extra() and RawSQL."""

from django.core.exceptions import BadRequest
from django.db import connection, connections, models, transaction
from django.db.models import F, Func, Q, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Lower
from django.http import HttpResponseBadRequest, JsonResponse
from django.views import View

ORDERS = {"star": "star_name", "night": "-night"}
TABLES = ["observation", "calibration"]


class Observation(models.Model):
    star = models.CharField(max_length=80)
    night = models.DateField()
    note = models.TextField()

    @classmethod
    def search(cls, term):
        return cls.objects.raw("SELECT * FROM observation WHERE note LIKE '%%" + term + "%%'")  # want sql-injection


def dictfetchall(cursor):
    columns = [col[0] for col in cursor.description]
    return [dict(zip(columns, row)) for row in cursor.fetchall()]


def by_star(request):
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM observation WHERE star = '%s'" % request.GET["star"])  # want sql-injection
        return JsonResponse({"rows": dictfetchall(cursor)})


def other_database(request, star):
    star = request.GET.get("star", star)
    with connections["archive"].cursor() as c:
        c.execute(f"SELECT id FROM observation WHERE star = '{star}'")  # want sql-injection
        return JsonResponse({"rows": c.fetchall()})


def raw_format(request):
    rows = Observation.objects.raw("SELECT * FROM observation WHERE star = '{}'".format(request.GET["star"]))  # want sql-injection
    return JsonResponse({"rows": [r.pk for r in rows]})


def searched(request):
    return JsonResponse({"rows": [r.pk for r in Observation.search(request.GET["q"])]})


def extra_where(request):
    rows = Observation.objects.extra(where=["star = '" + request.GET["star"] + "'"])  # want sql-injection
    return JsonResponse({"rows": [r.pk for r in rows]})


def extra_select(request):
    rows = Observation.objects.filter(night__year=2024).extra(select={"near": f"night - '{request.GET['night']}'"})  # want sql-injection
    return JsonResponse({"rows": [r.pk for r in rows]})


def raw_expression(request):
    column = request.GET["column"]
    rows = Observation.objects.annotate(value=RawSQL(f"SELECT {column} FROM calibration LIMIT 1", []))  # want sql-injection
    return JsonResponse({"rows": [r.value for r in rows]})


class Remove(View):
    def post(self, request):
        ids = ",".join(request.POST.getlist("id"))
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM observation WHERE id IN (" + ids + ")")  # want sql-injection
        return JsonResponse({})

    def put(self, request):
        cursor = connection.cursor()
        try:
            cursor.executemany("UPDATE %s SET note = %%s WHERE id = %%s" % request.GET["table"], [("", 1)])  # want sql-injection
        finally:
            cursor.close()
        return JsonResponse({})


def safe_cursor(request):
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM observation WHERE star = %s AND note LIKE %s", [request.GET["star"], f"%{request.GET['q']}%"])
        return JsonResponse({"rows": dictfetchall(cursor)})


def safe_named(request):
    with connections["archive"].cursor() as cursor:
        cursor.execute("SELECT id FROM observation WHERE star = %(star)s", {"star": request.GET["star"]})
        return JsonResponse({"rows": cursor.fetchall()})


def safe_raw(request):
    rows = Observation.objects.raw("SELECT * FROM observation WHERE star = %s", [request.GET["star"]])
    return JsonResponse({"rows": [r.pk for r in rows]})


def safe_extra(request):
    rows = Observation.objects.extra(where=["star = %s"], params=[request.GET["star"]], select={"upper": "upper(star)"})
    return JsonResponse({"rows": [r.pk for r in rows]})


def safe_orm(request):
    term = request.GET["q"]
    rows = Observation.objects.filter(Q(star=term) | Q(note__icontains=term)).annotate(
        low=Lower("star"), next=F("night") + 1, tag=Func(Value(term), function="UPPER")
    )
    return JsonResponse({"rows": list(rows.order_by(ORDERS.get(request.GET.get("sort"), "pk")).values("id", "low"))})


def safe_table(request):
    table = request.GET.get("table")
    if table not in TABLES:
        return HttpResponseBadRequest("unknown table")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")
        return JsonResponse({"count": cursor.fetchone()[0]})


def safe_meta(request):
    table = Observation._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM %s" % table)
        return JsonResponse({"count": cursor.fetchone()[0]})


def safe_ids(request):
    try:
        ids = [int(i) for i in request.POST.getlist("id")]
    except ValueError:
        raise BadRequest("ids must be numbers")
    marks = ", ".join(["%s"] * len(ids))
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM observation WHERE id IN ({marks})", ids)
    return JsonResponse({})


def safe_clauses(request):
    clauses, params = [], []
    for field, column in (("star", "star = %s"), ("after", "night > %s")):
        value = request.GET.get(field)
        if value:
            clauses.append(column)
            params.append(value)
    where = (" WHERE " + " AND ".join(clauses)) if clauses else ""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM observation" + where + " ORDER BY id", params)
        return JsonResponse({"rows": cursor.fetchall()})

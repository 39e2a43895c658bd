"""Function views: patients, visits, reports."""
import ast
import base64
import json
import pickle
import shlex
import subprocess
from enum import StrEnum

import yaml
from asgiref.sync import sync_to_async
from django.core import signing
from django.db import connection, transaction
from django.db.models.expressions import RawSQL
from django.http import Http404, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.template import Context, Engine, Template
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from .forms import PatientForm, PatientSearch, ReportForm
from .models import Patient, Visit


class Period(StrEnum):
    DAY = "day"
    WEEK = "week"


def rows(sql, params=None):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)  # at rows_sink
        return cursor.fetchall()


# SQL: what the address holds ----------------------------------------------------------------------------------


@require_GET
def patients(request, surname):  # at surname
    sql = "SELECT id FROM clinic_patient WHERE surname = '%s'" % surname  # at surname_sql
    return JsonResponse({"rows": rows(sql)})  # want sql-injection via surname surname_sql to rows_sink


def visits(request, number):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT summary FROM clinic_visit WHERE patient_id = {number}")
        return JsonResponse({"rows": cursor.fetchall()})


def card(request, handle):
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM clinic_card WHERE handle = '" + handle + "'")
        return JsonResponse({"row": cursor.fetchone()})


def export(request, key):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM clinic_export WHERE key = '{key}'")
        return JsonResponse({"row": cursor.fetchone()})


def ward(request, ward):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM beds_{ward}")
        return JsonResponse({"beds": cursor.fetchone()[0]})


def bed(request, code):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT state FROM clinic_bed WHERE code = '{code}'")
        return JsonResponse({"state": cursor.fetchone()})


def notes(request, word):  # at word
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM clinic_patient WHERE notes ILIKE '%%{word}%%'")  # want sql-injection via word
        return JsonResponse({"rows": cursor.fetchall()})


# SQL: what a form holds ---------------------------------------------------------------------------------------


def search(request):
    form = PatientSearch(request.GET)  # at search_form
    if not form.is_valid():
        return JsonResponse(form.errors, status=400)
    surname = form.cleaned_data["surname"]  # at cleaned_surname
    found = Patient.objects.annotate(score=RawSQL(f"similarity(surname, '{surname}')", []))  # want sql-injection via cleaned_surname
    return JsonResponse({"count": found.count()})


def search_typed(request):
    form = PatientSearch(request.GET)
    if not form.is_valid():
        return JsonResponse(form.errors, status=400)
    data = form.cleaned_data
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM clinic_patient WHERE visits >= {data['visits']} AND ward = '{data['ward']}' "
            f"AND code = '{data['code']}' AND handle = '{data['handle']}' AND born > '{data['born']}'"
        )
        return JsonResponse({"rows": cursor.fetchall()})


def report(request):
    form = ReportForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest("form")
    column = form.cleaned_data["column"]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column}, count(*) FROM clinic_patient GROUP BY {column}")
        return JsonResponse({"rows": cursor.fetchall(), "title": form.cleaned_data["title"]})


def reference(request):
    form = ReportForm(request.POST)
    if form.is_valid():
        number = form.cleaned_data["reference"]
        with connection.cursor() as cursor:
            cursor.execute("SELECT title FROM clinic_report WHERE reference = '%s'" % number)
            return JsonResponse({"title": cursor.fetchone()})
    return JsonResponse(form.errors, status=400)


def by_name(request):
    name = request.GET["name"]  # at query_name
    return JsonResponse({"ids": list(Patient.objects.named(name).values_list("id", flat=True))})  # at named


def by_name_bound(request):
    found = Patient.objects.named_bound(request.GET["name"])
    return JsonResponse({"ids": list(found.values_list("id", flat=True))})


async def by_header(request):
    tenant = request.headers.get("X-Clinic", "main")  # at tenant
    found = await sync_to_async(list)(Patient.objects.raw(f"SELECT * FROM {tenant}_patient"))  # want sql-injection via tenant
    return JsonResponse({"count": len(found)})


def statistics(request):
    period = Period(request.GET.get("period", "day"))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT date_trunc('{period}', created), count(*) FROM clinic_visit GROUP BY 1")
        return JsonResponse({"rows": cursor.fetchall()})


def since(request):
    with connection.cursor() as cursor:
        return JsonResponse({"count": Visit.count_since(cursor, request.GET.get("day"))})


@require_http_methods(["GET", "POST"])
def edit(request, pk):
    patient = get_object_or_404(Patient, pk=pk)
    form = PatientForm(request.POST or None, instance=patient)
    if request.method == "POST" and form.is_valid():
        form.save()
    return render(request, "clinic/patient.html", {"form": form, "patient": patient})


# Shell --------------------------------------------------------------------------------------------------------


@require_POST
def label(request):
    printer = request.POST.get("printer", "front")  # at printer
    subprocess.Popen("lp -d " + printer + " /srv/clinic/label.pdf", shell=True)  # want command-injection via printer
    return HttpResponse(status=202)


@require_POST
def label_argv(request):
    subprocess.Popen(["lp", "-d", request.POST.get("printer", "front"), "/srv/clinic/label.pdf"])
    return HttpResponse(status=202)


@require_POST
def label_known(request):
    printers = {"front": "hp-front", "lab": "zebra-lab"}
    printer = printers.get(request.POST.get("printer"))
    if printer is None:
        raise Http404
    subprocess.run(f"lp -d {printer} /srv/clinic/label.pdf", shell=True, check=True)
    return HttpResponse(status=202)


@require_POST
def label_quoted(request):
    text = shlex.quote(request.body.decode())
    transaction.on_commit(lambda: subprocess.run(f"echo {text} | lp", shell=True, check=True))
    return HttpResponse(status=202)


@require_POST
def label_copies(request):
    try:
        copies = int(request.POST["copies"])
    except (KeyError, ValueError):
        return HttpResponseBadRequest("copies")
    subprocess.run("lp -n %d /srv/clinic/label.pdf" % copies, shell=True, check=True)
    return HttpResponse(status=202)


@csrf_exempt  # want csrf-disabled
def reboot_scanner(request):
    payload = json.loads(request.body)  # at payload
    host = payload["scanner"]["host"]  # at scanner
    output = subprocess.check_output("ssh %s reboot" % host, shell=True, text=True)  # want command-injection via payload scanner
    return JsonResponse({"output": output})


# Code and templates ---------------------------------------------------------------------------------------------


def dose(request):
    formula = request.COOKIES.get("formula", "weight * 2")  # at formula
    return JsonResponse({"dose": eval(formula, {"weight": 70})})  # want code-injection via formula


def dose_known(request):
    formulas = {"child": lambda weight: weight * 0.5, "adult": lambda weight: weight * 2}
    try:
        formula = formulas[request.GET["formula"]]
    except KeyError:
        return HttpResponseBadRequest("formula")
    return JsonResponse({"dose": formula(float(request.GET["weight"]))})


def dose_literal(request):
    return JsonResponse({"doses": ast.literal_eval(request.GET.get("doses", "[]"))})


def dose_constant(request):
    code = compile("weight * factor", "<dose>", "eval")
    return JsonResponse({"dose": eval(code, {"weight": float(request.GET["weight"]), "factor": 2})})


def letter(request):
    template = Template("Dear {{ name }}, " + request.POST["text"])  # want template-injection via
    return HttpResponse(template.render(Context({"name": "Ann"})))


def letter_engine(request):
    layout = request.FILES["layout"].read().decode()  # at layout
    template = Engine.get_default().from_string(layout)  # want template-injection via layout
    return HttpResponse(template.render(Context({"name": "Ann"})))


def letter_context(request):
    template = Template("Dear {{ name }}, {{ text }}")
    return HttpResponse(template.render(Context({"name": "Ann", "text": request.POST["text"]})))


def letter_chosen(request):
    layouts = {"short": "Dear {{ name }}", "long": "Dear {{ name }}, {{ text }}"}
    template = Template(layouts.get(request.POST.get("layout"), layouts["short"]))
    return HttpResponse(template.render(Context({"name": "Ann", "text": request.POST.get("text")})))


def letter_percent(request):
    return HttpResponse("Dear %s" % request.POST["name"], content_type="text/plain; charset=utf-8")


# State that comes back --------------------------------------------------------------------------------------------


def basket(request):
    cookie = request.COOKIES["basket"]  # at basket
    return JsonResponse({"items": len(pickle.loads(base64.b64decode(cookie)))})  # want unsafe-deserialization via basket


@csrf_exempt  # want csrf-disabled
def import_rota(request):
    rota = yaml.load(request.body, Loader=yaml.Loader)  # want unsafe-deserialization via
    return JsonResponse({"days": len(rota)})


def basket_signed(request):
    try:
        items = signing.loads(request.COOKIES["basket"], salt="basket", max_age=3600)
    except signing.BadSignature:
        return HttpResponseBadRequest("basket")
    return JsonResponse({"items": len(items)})


def basket_json(request):
    return JsonResponse({"items": len(json.loads(request.COOKIES.get("basket", "[]")))})


def basket_of_session(request):
    return JsonResponse({"items": len(request.session.get("basket", []))})


def import_rota_safe(request):
    return JsonResponse({"days": len(yaml.safe_load(request.FILES["rota"]))})

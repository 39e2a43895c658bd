"""Pages for the staff: maintenance, prices and cards."""
import hashlib
import json
import os
import pickle
import random
import re
import secrets
import shlex
import subprocess

from django.contrib.auth.decorators import permission_required
from django.contrib.auth.hashers import make_password
from django.core import signing
from django.http import HttpResponseBadRequest, JsonResponse
from django.urls import path
from django.utils.crypto import get_random_string, salted_hmac
from django.utils.decorators import method_decorator
from django.views import View

from .models import Member


# Commands -----------------------------------------------------------------------------------------------------


@permission_required("library.view_loan")
def convert(request):
    name = request.POST["name"]
    os.system("convert-scan /srv/library/scans/%s.tif" % name)  # want command-injection
    return JsonResponse({"status": "converting"})


@permission_required("library.view_loan")
def convert_list(request):
    name = request.POST["name"]
    if not re.fullmatch(r"[A-Za-z0-9_]+", name):
        return HttpResponseBadRequest("letters and digits only")
    subprocess.run(["convert-scan", f"/srv/library/scans/{name}.tif"], check=True, timeout=60)
    return JsonResponse({"status": "converting"})


@permission_required("library.view_loan")
def convert_quoted(request):
    name = shlex.quote(request.POST["name"])
    os.system(f"convert-scan --name={name} < /srv/library/scans/latest.tif")
    return JsonResponse({"status": "converting"})


@method_decorator(permission_required("library.change_book"), name="dispatch")
class Label(View):
    def post(self, request):
        fields = json.loads(request.body)
        command = f"print-label --title \"{fields['title']}\""
        process = subprocess.Popen(command, shell=True, stdout=subprocess.PIPE)  # want command-injection
        return JsonResponse({"code": process.wait()})

    def put(self, request):
        fields = json.loads(request.body)
        process = subprocess.Popen(["print-label", "--title", fields["title"]], stdout=subprocess.PIPE)
        return JsonResponse({"code": process.wait()})

    def delete(self, request):
        fields = json.loads(request.body)
        process = subprocess.Popen(f"print-label --cancel {int(fields['number'])} > /dev/null", shell=True)
        return JsonResponse({"code": process.wait()})


# Prices --------------------------------------------------------------------------------------------------------


@permission_required("library.change_book")
def fine(request):
    return JsonResponse({"fine": eval(request.GET["rule"], {"days": 3})})  # want code-injection


@permission_required("library.change_book")
def fine_rule(request):
    rules = {"day": lambda days: 0.1 * days, "week": lambda days: 0.5 * (days // 7)}
    rule = rules.get(request.GET["rule"])
    if rule is None:
        return HttpResponseBadRequest("unknown rule")
    return JsonResponse({"fine": rule(int(request.GET["days"]))})


@permission_required("library.change_book")
def fine_number(request):
    return JsonResponse({"fine": float(request.GET["rate"]) * 3})


# Members ---------------------------------------------------------------------------------------------------------


@permission_required("library.add_member")
def enrol(request):
    password = request.POST["password"]
    member = Member(email=request.POST["email"])
    member.password = hashlib.sha1(password.encode()).hexdigest()  # want fast-password-hash
    member.save()
    return JsonResponse({"status": "enrolled"})


@permission_required("library.add_member")
def enrol_hashed(request):
    member = Member(email=request.POST["email"], password=make_password(request.POST["password"]))
    member.save()
    return JsonResponse({"status": "enrolled"})


@permission_required("library.add_member")
def enrol_pbkdf2(request):
    salt = secrets.token_bytes(16)
    digest = hashlib.pbkdf2_hmac("sha256", request.POST["password"].encode(), salt, 1_000_000)
    Member.objects.create(email=request.POST["email"], password=f"{salt.hex()}${digest.hex()}")
    return JsonResponse({"status": "enrolled"})


@permission_required("library.add_member")
def invite(request):
    invite_code = "".join(random.choice("ABCDEFGHJKLMNPQRSTUVWXYZ23456789") for _ in range(8))  # want weak-random
    request.session["invite_code"] = invite_code
    return JsonResponse({"status": "invited"})


@permission_required("library.add_member")
def invite_secrets(request):
    request.session["invite_code"] = secrets.token_hex(8)
    return JsonResponse({"status": "invited"})


@permission_required("library.add_member")
def invite_django(request):
    request.session["invite_code"] = get_random_string(16)
    return JsonResponse({"status": "invited"})


# Library cards -----------------------------------------------------------------------------------------------------


def card_signature(number):
    return hashlib.md5(f"library-card:{number}".encode()).hexdigest()  # want weak-hash


def card_signature_hmac(number):
    return salted_hmac("library-card", str(number), algorithm="sha256").hexdigest()


def card_signature_signing(number):
    return signing.Signer(salt="library-card").sign(str(number))


@permission_required("library.view_member")
def read_card(request):
    card = pickle.loads(bytes.fromhex(request.COOKIES["card"]))  # want unsafe-deserialization
    return JsonResponse({"number": card["number"]})


@permission_required("library.view_member")
def read_card_json(request):
    card = json.loads(bytes.fromhex(request.COOKIES["card"]))
    return JsonResponse({"number": card["number"]})


@permission_required("library.view_member")
def read_card_signed(request):
    try:
        card = signing.loads(request.COOKIES["card"], salt="library-card", max_age=3600)
    except signing.BadSignature:
        return HttpResponseBadRequest("not our card")
    return JsonResponse({"number": card["number"]})


urlpatterns = [
    path("convert", convert),
    path("convert/list", convert_list),
    path("convert/quoted", convert_quoted),
    path("label", Label.as_view()),
    path("fine", fine),
    path("fine/rule", fine_rule),
    path("fine/number", fine_number),
    path("enrol", enrol),
    path("enrol/hashed", enrol_hashed),
    path("enrol/pbkdf2", enrol_pbkdf2),
    path("invite", invite),
    path("invite/secrets", invite_secrets),
    path("invite/django", invite_django),
    path("card", read_card),
    path("card/json", read_card_json),
    path("card/signed", read_card_signed),
]

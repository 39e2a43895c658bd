"""The JSON interface, with Django REST framework."""
import hashlib
import json
import pickle
from urllib.parse import quote, urlsplit

import requests
import yaml
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.urls import include, path
from rest_framework import serializers, viewsets
from rest_framework.decorators import action, api_view
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.routers import DefaultRouter
from rest_framework.views import APIView

from .models import Book, Loan, Member

METADATA_HOSTS = {"metadata.example.org", "openbooks.example.org"}


class LoanSerializer(serializers.ModelSerializer):
    class Meta:
        model = Loan
        fields = ["id", "book", "member", "due"]


class HoldingsQuery(serializers.Serializer):
    author = serializers.CharField(max_length=200)
    pages = serializers.IntegerField(min_value=0, default=0)


class LoanViewSet(viewsets.ModelViewSet):
    serializer_class = LoanSerializer
    queryset = Loan.objects.all()

    @action(detail=False)
    def due(self, request):
        day = request.query_params["day"]
        loans = Loan.objects.raw("SELECT * FROM library_loan WHERE due = '" + day + "'")  # want sql-injection
        return Response(LoanSerializer(loans, many=True).data)

    @action(detail=False)
    def due_bound(self, request):
        loans = Loan.objects.raw("SELECT * FROM library_loan WHERE due = %s", [request.query_params["day"]])
        return Response(LoanSerializer(loans, many=True).data)

    @action(detail=False)
    def due_orm(self, request):
        loans = self.get_queryset().filter(due=request.query_params["day"])
        return Response(self.get_serializer(loans, many=True).data)


class Holdings(APIView):
    def post(self, request):
        author = request.data["author"]
        with connection.cursor() as cursor:
            cursor.execute("SELECT id, title FROM library_book WHERE author = '{0}'".format(author))  # want sql-injection
            return Response(cursor.fetchall())

    def put(self, request):
        query = HoldingsQuery(data=request.data)
        query.is_valid(raise_exception=True)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id, title FROM library_book WHERE author = %(author)s AND pages >= %(pages)s",
                query.validated_data,
            )
            return Response(cursor.fetchall())

    def patch(self, request):
        query = HoldingsQuery(data=request.data)
        query.is_valid(raise_exception=True)
        books = Book.objects.filter(author=query.validated_data["author"])
        return Response(list(books.values("id", "title")))


# Metadata from elsewhere ------------------------------------------------------------------------------------------


@api_view(["POST"])
def metadata(request):
    answer = requests.get(request.data["source"], timeout=10)  # want ssrf
    return Response({"size": len(answer.content)})


@api_view(["POST"])
def metadata_checked(request):
    source = request.data["source"]
    parts = urlsplit(source)
    if parts.scheme != "https" or parts.hostname not in METADATA_HOSTS or "@" in parts.netloc:
        raise ValidationError("unknown source")
    answer = requests.get(source, timeout=10, allow_redirects=False)
    return Response({"size": len(answer.content)})


@api_view(["GET"])
def metadata_isbn(request):
    isbn = request.query_params["isbn"]
    answer = requests.get(f"https://metadata.example.org/isbn/{quote(isbn, safe='')}.json", timeout=10)
    return Response({"size": len(answer.content)})


@api_view(["GET"])
def rates(request):
    with requests.Session() as session:
        session.verify = False  # want tls-verification-disabled
        answer = session.get("https://rates.example.org/fines", timeout=10)
    return Response({"rate": answer.json()["rate"]})


@api_view(["GET"])
def rates_pinned(request):
    with requests.Session() as session:
        session.verify = "/etc/library/rates-ca.pem"
        answer = session.get("https://rates.example.org/fines", timeout=10)
    return Response({"rate": answer.json()["rate"]})


@api_view(["GET"])
def rates_default(request):
    answer = requests.get("https://rates.example.org/fines", timeout=(3.05, 27))
    return Response({"rate": answer.json()["rate"]})


def notify(event):
    return requests.post("https://hooks.example.org/library", json=event)  # want request-without-timeout


# Imports -------------------------------------------------------------------------------------------------------------


@api_view(["POST"])
def import_records(request):
    records = pickle.load(request.FILES["records"])  # want unsafe-deserialization
    return Response({"records": len(records)})


@api_view(["POST"])
def import_records_json(request):
    records = json.load(request.FILES["records"])
    return Response({"records": len(records)})


@api_view(["POST"])
def import_records_yaml(request):
    records = yaml.safe_load(request.FILES["records"])
    return Response({"records": len(records)})


@api_view(["POST"])
def import_rules(request):
    rules = yaml.load(request.body, yaml.Loader)  # want unsafe-deserialization
    return Response({"rules": len(rules)})


def read_rules(path):
    with open(path, encoding="utf-8") as handle:
        return yaml.load(handle, Loader=yaml.Loader)  # want yaml-unsafe-load


# Registration ----------------------------------------------------------------------------------------------------------


class Register(APIView):
    def post(self, request):
        digest = hashlib.sha512(request.data["password"].encode()).hexdigest()  # want fast-password-hash
        Member.objects.create(email=request.data["email"], password=digest)
        return Response({"status": "registered"})

    def put(self, request):
        Member.objects.create(email=request.data["email"], password=make_password(request.data["password"]))
        return Response({"status": "registered"})


router = DefaultRouter()
router.register("loans", LoanViewSet, basename="loan")

urlpatterns = [
    path("", include(router.urls)),
    path("holdings", Holdings.as_view()),
    path("metadata", metadata),
    path("metadata/checked", metadata_checked),
    path("metadata/isbn", metadata_isbn),
    path("import", import_records),
    path("import/json", import_records_json),
    path("import/yaml", import_records_yaml),
    path("rates", rates),
    path("rates/pinned", rates_pinned),
    path("register", Register.as_view()),
    path("rates/default", rates_default),
    path("import/rules", import_rules),
]

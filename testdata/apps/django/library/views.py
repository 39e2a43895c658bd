"""Lists of books, authors and members as JSON."""
from django.db import connection, connections
from django.db.models import CharField, F, Value, Window
from django.db.models.expressions import RawSQL
from django.db.models.functions import Concat, Rank
from django.http import HttpResponseBadRequest, JsonResponse
from django.urls import path, re_path
from django.views import View
from django.views.generic import ListView

from .models import Book, Member

SORTS = {"title": "title", "author": "author", "pages": "pages"}


def as_json(rows):
    return JsonResponse({"rows": [list(row) for row in rows]})


# Search ----------------------------------------------------------------------------------------------------


def search(request):
    title = request.GET.get("title", "")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, title FROM library_book WHERE title LIKE '%{title}%'")  # want sql-injection
        return as_json(cursor.fetchall())


def search_bound(request):
    title = request.GET.get("title", "")
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, title FROM library_book WHERE title LIKE %s", [f"%{title}%"])
        return as_json(cursor.fetchall())


def search_orm(request):
    books = Book.objects.filter(title__icontains=request.GET.get("title", "")).values_list("id", "title")
    return as_json(books)


# Raw model queries -----------------------------------------------------------------------------------------


def raw(request):
    query = "SELECT * FROM library_book WHERE author = '%s'" % request.GET["author"]
    return as_json((book.id, book.title) for book in Book.objects.raw(query))  # want sql-injection


def raw_bound(request):
    query = "SELECT * FROM library_book WHERE author = %s"
    return as_json((book.id, book.title) for book in Book.objects.raw(query, [request.GET["author"]]))


def raw_ids(request):
    ids = [int(number) for number in request.GET.getlist("id")]
    if not ids:
        return HttpResponseBadRequest("no id given")
    marks = ", ".join(["%s"] * len(ids))
    books = Book.objects.raw(f"SELECT * FROM library_book WHERE id IN ({marks})", ids)
    return as_json((book.id, book.title) for book in books)


def extra(request):
    books = Book.objects.extra(where=["title LIKE '" + request.GET.get("start", "") + "%%'"])  # want sql-injection
    return as_json(books.values_list("id", "title"))


def extra_bound(request):
    books = Book.objects.extra(where=["title LIKE %s"], params=[request.GET.get("start", "") + "%"])
    return as_json(books.values_list("id", "title"))


def extra_orm(request):
    order = SORTS.get(request.GET.get("sort", ""), "title")
    books = Book.objects.filter(title__startswith=request.GET.get("start", "")).order_by(order)
    return as_json(books.values_list("id", "title"))


# Shelves, from the address -----------------------------------------------------------------------------------


def shelf(request, shelf):
    cursor = connection.cursor()
    cursor.execute("SELECT id, title FROM library_book WHERE shelf = '" + shelf + "'")  # want sql-injection
    return as_json(cursor.fetchall())


def shelf_bound(request, shelf):
    cursor = connection.cursor()
    cursor.execute("SELECT id, title FROM library_book WHERE shelf = %(shelf)s", {"shelf": shelf})
    return as_json(cursor.fetchall())


def shelf_number(request, number):
    cursor = connections["default"].cursor()
    cursor.execute("SELECT id, title FROM library_book WHERE shelf = %s", [f"S{number:03}"])
    return as_json(cursor.fetchall())


def shelf_slug(request, name):
    return as_json(Book.objects.filter(shelf=name).values_list("id", "title"))


def year(request, year):
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM library_loan WHERE due BETWEEN %s AND %s", [f"{year}-01-01", f"{year}-12-31"])
        return as_json(cursor.fetchall())


# Authors, as classes -----------------------------------------------------------------------------------------


class AuthorList(View):
    def get(self, request):
        sort = self.request.GET.get("sort", "author")
        with connection.cursor() as cursor:
            cursor.execute("SELECT DISTINCT author FROM library_book ORDER BY {}".format(sort))  # want sql-injection
            return as_json(cursor.fetchall())

    def post(self, request):
        sort = SORTS.get(request.POST.get("sort"), "author")
        with connection.cursor() as cursor:
            cursor.execute("SELECT DISTINCT author FROM library_book ORDER BY {}".format(sort))
            return as_json(cursor.fetchall())

    def put(self, request):
        sort = request.GET.get("sort", "author")
        if sort not in SORTS:
            return HttpResponseBadRequest("unknown order")
        return as_json(Book.objects.order_by(sort).values_list("author").distinct())


class AuthorsByLetter(ListView):
    model = Book

    def get_queryset(self):
        letter = self.kwargs["letter"]
        return Book.objects.raw(f"SELECT * FROM library_book WHERE author LIKE '{letter}%%'")  # want sql-injection

    def render_to_response(self, context, **_kwargs):
        return JsonResponse({"titles": [book.title for book in context["object_list"]]})


class AuthorsByLetterBound(ListView):
    model = Book

    def get_queryset(self):
        return Book.objects.filter(author__istartswith=self.kwargs["letter"])

    def render_to_response(self, context, **_kwargs):
        return JsonResponse({"titles": [book.title for book in context["object_list"]]})


# Members -----------------------------------------------------------------------------------------------------


def rank(request):
    bonus = request.POST.get("bonus", "0")
    members = Member.objects.annotate(total=RawSQL("points + " + bonus, []))  # want sql-injection
    return as_json(members.values_list("id", "total"))


def rank_bound(request):
    bonus = request.POST.get("bonus", "0")
    members = Member.objects.annotate(total=RawSQL("points + %s", [int(bonus)]))
    return as_json(members.values_list("id", "total"))


def rank_expressions(request):
    label = Concat(Value(request.POST.get("prefix", "")), F("email"), output_field=CharField())
    members = Member.objects.annotate(label=label, rank=Window(Rank(), order_by=F("points").desc()))
    return as_json(members.values_list("label", "rank"))


# For the import command -----------------------------------------------------------------------------------------


def truncate(table):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM %s" % table)


def truncate_quoted(table):
    with connection.cursor() as cursor:
        if table not in connection.introspection.table_names(cursor):
            raise LookupError(table)
        cursor.execute("DELETE FROM " + connection.ops.quote_name(table))


urlpatterns = [
    path("books/search", search, name="search"),
    path("books/search/bound", search_bound),
    path("books/search/orm", search_orm),
    path("books/raw", raw),
    path("books/raw/bound", raw_bound),
    path("books/raw/ids", raw_ids),
    path("books/extra", extra),
    path("books/extra/bound", extra_bound),
    path("books/extra/orm", extra_orm),
    path("shelves/<str:shelf>", shelf),
    path("shelves/<str:shelf>/bound", shelf_bound),
    path("shelves/<int:number>/number", shelf_number),
    path("shelves/<slug:name>/slug", shelf_slug),
    path("authors", AuthorList.as_view()),
    path("authors/<str:letter>", AuthorsByLetter.as_view()),
    path("members/rank", rank),
    path("members/rank/bound", rank_bound),
    re_path(r"^years/(?P<year>[0-9]{4})$", year),
    path("members/rank/expressions", rank_expressions),
    path("authors/<str:letter>/bound", AuthorsByLetterBound.as_view()),
]

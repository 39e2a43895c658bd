#: rule sql-injection
#: alone
import os
import subprocess

from django.conf import settings

settings.configure(
    DEBUG=False, ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, SECRET_KEY="proof", INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
)
import django

django.setup()
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.db.models.expressions import RawSQL
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.safestring import mark_safe

call_command("migrate", verbosity=0)
for name in ("ann", "bob", "cid"):
    User.objects.create(username=name)


#: proof
def ask(p, value):
    answer = wsgi(p.app, "/?value=" + quoted(value))
    return answer.status, answer.text, answer.headers.get("location"), answer.headers.get("content-type")


def benign(p):
    return [ask(p, v) for v in ("ann", "nobody")]


def exploit(p):
    try:
        return all(n in ask(p, "x' OR '1'='1")[1] for n in ("ann", "bob", "cid"))
    except Exception:
        return False


#: case cursor
def view(request):
    value = request.GET["value"]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT username FROM auth_user WHERE username = '{value}'")
        return JsonResponse(cursor.fetchall(), safe=False)


urlpatterns = [path("", view)]
app = get_wsgi_application()


#: case cursor, percent format
def view(request):
    cursor = connection.cursor()
    cursor.execute("SELECT username FROM auth_user WHERE is_active AND username = '%s'" % request.GET["value"])
    return JsonResponse(cursor.fetchall(), safe=False)


urlpatterns = [path("", view)]
app = get_wsgi_application()


#: case raw
def view(request):
    value = request.GET["value"]
    found = User.objects.raw("SELECT * FROM auth_user WHERE username = '" + value + "'")
    return JsonResponse([u.username for u in found], safe=False)


urlpatterns = [path("", view)]
app = get_wsgi_application()


#: case raw, LIKE
def view(request):
    value = request.GET["value"]
    found = User.objects.raw(f"SELECT * FROM auth_user WHERE username LIKE '%%{value}%%' ORDER BY id")
    return JsonResponse([u.username for u in found], safe=False)


urlpatterns = [path("", view)]
app = get_wsgi_application()
#: proof
def exploit(p):
    try:
        return all(n in ask(p, "zzz' OR 1=1 --")[1] for n in ("ann", "bob", "cid"))
    except Exception:
        return False


#: case extra
def view(request):
    value = request.GET["value"]
    found = User.objects.extra(where=[f"username = '{value}'"])
    return JsonResponse([u.username for u in found], safe=False)


urlpatterns = [path("", view)]
app = get_wsgi_application()


#: case RawSQL
def view(request):
    value = request.GET["value"]
    found = User.objects.annotate(same=RawSQL("username = '%s'" % value, [])).filter(same=True)
    return JsonResponse([u.username for u in found], safe=False)


urlpatterns = [path("", view)]
app = get_wsgi_application()


#: case HTML
#: rule reflected-xss
def view(request):
    return HttpResponse("<h1>Hello " + request.GET["value"] + "</h1>")


urlpatterns = [path("", view)]
app = get_wsgi_application()
#: proof
def exploit(p):
    return "<script>" in ask(p, "<script>alert(1)</script>")[1]


#: case HTML, f-string and status
#: rule reflected-xss
def view(request):
    value = request.GET.get("value", "")
    return HttpResponse(f"<p>{value} is not here</p>", status=404)


urlpatterns = [path("", view)]
app = get_wsgi_application()
#: proof
def exploit(p):
    return "<script>" in ask(p, "<script>alert(1)</script>")[1]


#: case redirect
#: rule open-redirect
def view(request):
    return HttpResponseRedirect(request.GET["value"])


urlpatterns = [path("", view)]
app = get_wsgi_application()
#: proof
def benign(p):
    return [ask(p, v) for v in ("/home", "/a?b=c")]


def exploit(p):
    return any("evil.example" in (ask(p, v)[2] or "") for v in ("//evil.example/", "https://evil.example/", "/\\evil.example"))


#: case redirect with a default
#: rule open-redirect
def view(request):
    target = request.GET.get("value", "/")
    return redirect(target)


urlpatterns = [path("", view)]
app = get_wsgi_application()
#: proof
def benign(p):
    return [ask(p, v) for v in ("/home", "/a?b=c")]


def exploit(p):
    return any("evil.example" in (ask(p, v)[2] or "") for v in ("//evil.example/", "https://evil.example/", "/\\evil.example"))


#: case mark_safe
#: rule unsafe-markup
def view(request):
    value = request.GET["value"]
    return HttpResponse(mark_safe("<b>" + value + "</b>"))


urlpatterns = [path("", view)]
app = get_wsgi_application()
#: proof
def exploit(p):
    return "<script>" in ask(p, "<script>alert(1)</script>")[1]

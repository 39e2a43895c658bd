"""Pages, letters and files."""
import os
from pathlib import Path
from uuid import uuid4

from django.contrib.auth import login
from django.contrib.auth.views import LoginView
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse, HttpResponseNotFound, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.template import Context, Engine, Template
from django.urls import path, reverse
from django.utils.html import escape, format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import View

COVERS = Path("/srv/library/covers")


# Greetings ---------------------------------------------------------------------------------------------------


def hello(request):
    name = request.GET.get("name", "reader")
    return HttpResponse(f"<p>Hello {name}</p>")  # want reflected-xss


def hello_escaped(request):
    name = request.GET.get("name", "reader")
    return HttpResponse(f"<p>Hello {escape(name)}</p>")


def hello_html(request):
    return HttpResponse(format_html("<p>Hello {}</p>", request.GET.get("name", "reader")))


def hello_template(request):
    return render(request, "hello.html", {"name": request.GET.get("name", "reader")})


# Not found ----------------------------------------------------------------------------------------------------


def lost(request, where):
    return HttpResponseNotFound("<h1>No page at " + where + "</h1>")  # want reflected-xss


def lost_json(request, where):
    return JsonResponse({"missing": where}, status=404)


def lost_text(request, where):
    return HttpResponseNotFound("No page at " + where, content_type="text/plain; charset=utf-8")


class Notes(View):
    def get(self, request):
        response = HttpResponse("<h1>Your note</h1>")
        response.write("<p>%s</p>" % request.GET.get("note", ""))  # want reflected-xss
        return response

    def post(self, request):
        response = HttpResponse("<h1>Your note</h1>")
        response.write("<p>%s</p>" % escape(request.POST.get("note", "")))
        return response

    def put(self, request):
        return HttpResponse(request.body, content_type="application/octet-stream")


# For the newsletter ---------------------------------------------------------------------------------------------


def entry(title, author):
    return "<li><i>%s</i> by %s</li>" % (title, author)


def entry_escaped(title, author):
    return "<li><i>%s</i> by %s</li>" % (escape(title), escape(author))


def entry_format(title, author):
    return format_html("<li><i>{}</i> by {}</li>", title, author)


# Letters to members --------------------------------------------------------------------------------------------


def letter(request):
    template = Template("Dear {{ name }}, " + request.POST["text"])  # want template-injection
    text = template.render(Context({"name": "member"}, autoescape=False))
    return HttpResponse(text, content_type="text/plain")


def letter_context(request):
    template = Template("Dear {{ name }}, {{ text }}")
    text = template.render(Context({"name": "member", "text": request.POST["text"]}))
    return HttpResponse(text, content_type="text/plain")


def letter_named(request):
    letters = {"due": "{{ title }} is due.", "lost": "{{ title }} was lost."}
    try:
        source = letters[request.POST["letter"]]
    except KeyError:
        raise Http404 from None
    template = Engine().from_string(source)
    return HttpResponse(template.render(Context({"title": request.POST.get("title", "")})))


# Redirects ------------------------------------------------------------------------------------------------------


def go(request):
    return redirect(request.GET.get("next", "/"))  # want open-redirect


def go_checked(request):
    target = request.GET.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=True):
        target = "/"
    return redirect(target)


def go_named(request):
    if request.GET.get("next") == "search":
        return redirect(reverse("search"))
    return HttpResponseRedirect("/")


class Login(LoginView):
    def form_valid(self, form):
        login(self.request, form.get_user())
        return HttpResponseRedirect(self.request.POST["next"])  # want open-redirect


class CheckedLogin(LoginView):
    def form_valid(self, form):
        login(self.request, form.get_user())
        target = self.request.POST.get("next", "")
        if url_has_allowed_host_and_scheme(target, allowed_hosts={self.request.get_host()}):
            return HttpResponseRedirect(target)
        return HttpResponseRedirect(self.get_default_redirect_url())


# Files ------------------------------------------------------------------------------------------------------------


def cover(request):
    return FileResponse(open(os.path.join("/srv/library/covers", request.GET["file"]), "rb"))  # want path-traversal


def cover_resolved(request):
    picture = (COVERS / request.GET["file"]).resolve()
    if not picture.is_relative_to(COVERS.resolve()):
        raise Http404
    return FileResponse(picture.open("rb"))


def cover_by_id(request, book):
    return FileResponse((COVERS / f"{book}.jpg").open("rb"))


def upload(request):
    target = "/srv/library/uploads/" + request.POST["folder"]
    os.makedirs(target, exist_ok=True)  # want path-traversal
    return JsonResponse({"status": "created"})


def upload_stored(request):
    document = request.FILES["document"]
    if document.content_type != "application/pdf":
        raise Http404
    name = default_storage.save(f"uploads/{uuid4()}.pdf", document)
    return JsonResponse({"stored": name})


urlpatterns = [
    path("hello", hello),
    path("hello/escaped", hello_escaped),
    path("hello/html", hello_html),
    path("hello/template", hello_template),
    path("lost/<path:where>", lost),
    path("lost-json/<path:where>", lost_json),
    path("lost-text/<path:where>", lost_text),
    path("notes", Notes.as_view()),
    path("letters", letter),
    path("letters/context", letter_context),
    path("letters/named", letter_named),
    path("go", go),
    path("go/checked", go_checked),
    path("go/named", go_named),
    path("login", Login.as_view()),
    path("covers", cover),
    path("covers/resolved", cover_resolved),
    path("covers/<uuid:book>", cover_by_id),
    path("uploads", upload),
    path("uploads/stored", upload_stored),
    path("login/checked", CheckedLogin.as_view()),
]

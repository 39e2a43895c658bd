"""What comes in from and goes out to other sites: middleware, redirects, requests, pages."""
import json
import urllib.request
from urllib.parse import urlencode, urlsplit

import httpx
import requests
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import (
    HttpResponse,
    HttpResponseBadRequest,
    HttpResponsePermanentRedirect,
    HttpResponseRedirect,
    JsonResponse,
    StreamingHttpResponse,
)
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils.deprecation import MiddlewareMixin
from django.utils.html import conditional_escape, escape, format_html, format_html_join
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import mark_safe
from django.views.generic import RedirectView, View

from .forms import UploadForm

PARTNERS = {"lab": "https://lab.example.com/api", "pharmacy": "https://pharmacy.example.com/api"}


# Redirects ----------------------------------------------------------------------------------------------------


class Leave(RedirectView):
    permanent = False

    def get_redirect_url(self, *args, **kwargs):  # at leave_kwargs
        return kwargs["target"]  # want open-redirect via leave_kwargs


class LeaveByName(RedirectView):
    pattern_name = "clinic:doctor"
    query_string = True

    def get_redirect_url(self, *args, **kwargs):
        name = kwargs["target"].strip("/")
        return super().get_redirect_url(*args, name=name)


class LeaveFor(RedirectView):
    places = {"lab": "https://lab.example.com/", "pharmacy": "https://pharmacy.example.com/"}

    def get_redirect_url(self, *args, **kwargs):
        return self.places.get(self.request.GET.get("place"), "/")


class LeaveChecked(View):
    def get(self, request):
        target = request.GET.get("next", "")
        if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
            target = resolve_url(settings.LOGIN_REDIRECT_URL)
        return HttpResponseRedirect(target)


class LegacyAddresses(MiddlewareMixin):
    def process_request(self, request):
        if old := request.GET.get("redirect_to"):  # at old
            return HttpResponsePermanentRedirect(old)  # want open-redirect via old
        return None


class Canonical:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if not request.path.endswith("/"):
            return redirect(request.path + "/", permanent=True)
        response = self.get_response(request)
        response["X-Clinic"] = "1"
        return response


class Tenants:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        home = request.COOKIES.get("home")  # at home
        if home and request.path == "/":
            return redirect(home)  # want open-redirect via home
        return self.get_response(request)


def after_login(request):
    views = {"lab": "clinic:lab", "ward": "clinic:ward"}
    return redirect(views.get(request.POST.get("view"), "clinic:ward"))


def after_search(request):
    return redirect(f"{reverse('clinic:search')}?{urlencode({'q': request.POST.get('q', '')})}")


def after_visit(request):
    response = HttpResponse(status=302)
    response["Location"] = request.POST.get("to")  # want open-redirect via
    return response


# Requests -----------------------------------------------------------------------------------------------------


def fetch(request):
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return HttpResponseBadRequest()
    website = form.cleaned_data["website"]  # at website
    return HttpResponse(requests.get(website, timeout=5).status_code)  # want ssrf via website


async def fetch_json(request):
    url = json.loads(request.body).get("callback")  # at callback
    async with httpx.AsyncClient() as client:
        await client.post(url, json={"done": True})  # want ssrf via callback
    return HttpResponse(status=202)


def fetch_partner(request, partner):
    try:
        base = PARTNERS[partner]
    except KeyError as error:
        raise PermissionDenied from error
    with urllib.request.urlopen(f"{base}/patients/{int(request.GET['patient'])}", timeout=5) as answer:
        return JsonResponse(json.load(answer))


def fetch_allowed(request):
    url = request.POST["url"]
    parts = urlsplit(url)
    if parts.scheme != "https" or parts.hostname not in settings.PARTNER_HOSTS:
        return HttpResponseBadRequest("host")
    return HttpResponse(requests.get(url, timeout=5, allow_redirects=False).status_code)


def fetch_record(request):
    answer = requests.get("https://lab.example.com/records", params=request.GET.dict(), timeout=5)
    cache.set("last-record", answer.status_code, 60)
    return JsonResponse({"status": answer.status_code})


# HTML ---------------------------------------------------------------------------------------------------------


def hello(request, name, greeting="Hello"):  # at hello_name
    return HttpResponse(f"<h1>{greeting}, {name}</h1>")  # want reflected-xss via hello_name


def hello_list(request):
    names = request.GET.getlist("name")  # at names
    items = mark_safe("".join("<li>%s</li>" % name for name in names))  # want unsafe-markup via names
    return HttpResponse("<ul>" + items + "</ul>")


def hello_written(request):
    response = HttpResponse()
    response.write("<p>")
    response.write(conditional_escape(request.GET.get("name")))
    response.write("</p>")
    return response


def hello_joined(request):
    items = format_html_join("\n", "<li>{}</li>", ((name,) for name in request.GET.getlist("name")))
    return HttpResponse(format_html("<ul>{}</ul>", items))


def hello_escaped(request, name):
    return HttpResponse("<h1>%s</h1>" % escape(name))


def hello_plain(request, name):
    return HttpResponse(f"Hello {name}", headers={"Content-Type": "text/plain"})


def hello_stream(request):
    def lines():
        for name in request.GET.getlist("name"):
            yield f"{name}\n"

    return StreamingHttpResponse(lines(), content_type="text/csv")


def not_found(request, exception):
    return HttpResponse(f"<p>There is nothing at {escape(request.path)}</p>", status=404)

"""The foyer: what views write themselves, templates, ways on."""
from html import escape
from string import Template as Pattern
from urllib.parse import urlencode, urlsplit

import jinja2
import markupsafe
from chameleon import PageTemplate
from mako.template import Template
from pyramid.httpexceptions import HTTPBadRequest, HTTPFound, HTTPMovedPermanently, HTTPNotFound, HTTPSeeOther
from pyramid.renderers import render, render_to_response
from pyramid.response import Response
from pyramid.security import forget, remember
from pyramid.view import exception_view_config, forbidden_view_config, notfound_view_config, view_config

DOORS = {"left": "/doors/left", "right": "/doors/right"}


# HTML --------------------------------------------------------------------------------------------------


@view_config(name="hello")
def hello(request):
    return Response("<h1>Good evening, " + request.params["name"] + "</h1>")  # at hello_name # want reflected-xss via hello_name


@view_config(name="programme")
def programme(context, request):
    evening = request.cookies.get("evening")  # at evening
    response = request.response
    response.text = f"<p>Tonight: {evening}</p>"  # want reflected-xss via evening
    return response


@notfound_view_config()
def missing(request):
    path = request.path_info  # at missing_path
    body = "<h1>No stage at %s</h1>" % path  # at missing_body
    return Response(body=body.encode(), status=404)  # want reflected-xss via missing_path missing_body


@view_config(name="hello-escaped")
def hello_escaped(request):
    return Response("<h1>Good evening, " + escape(request.params.get("name", "")) + "</h1>")


@view_config(name="hello-text")
def hello_text(request):
    return Response(f"Good evening, {request.params.get('name')}", content_type="text/plain", charset="utf-8")


@view_config(name="hello-json", renderer="json")
def hello_json(request):
    return {"greeting": f"Good evening, {request.params.get('name')}"}


@view_config(name="hello-string", renderer="string")
def hello_string(request):
    return "Good evening, " + request.params.get("name", "guest")


@view_config(name="hello-page", renderer="templates/hello.jinja2")
def hello_page(request):
    return {"name": request.params.get("name")}


@view_config(name="hello-later")
def hello_later(request):
    response = Response(content_type="application/json")
    response.text = '{"path": "%s"}' % markupsafe.escape(request.path_info)
    return response


@exception_view_config(HTTPBadRequest)
def wrong(exc, request):
    return Response(markupsafe.Markup("<h1>%s</h1><p>%s</p>") % (exc.title, request.url), status=400)


# Templates ---------------------------------------------------------------------------------------------


@view_config(name="poster", request_method="POST")
def poster(request):
    design = request.POST["design"]  # at design
    return Response(Template(design).render(play="Faust"), content_type="text/plain")  # want template-injection via design


@view_config(name="leaflet", request_method="POST")
def leaflet(request):
    body = request.body.decode("utf8")  # at leaflet
    page = PageTemplate("<html><body>" + body + "</body></html>")  # want template-injection via leaflet
    return Response(page(play="Faust"), content_type="text/plain")


@view_config(name="letter", request_method="POST", renderer="string")
def letter(request):
    salutation = request.json_body.get("salutation")  # at salutation
    source = salutation + " {{ name }},"  # at letter_source
    return jinja2.Environment().from_string(source).render(name="Ada")  # want autoescape-disabled, template-injection via salutation letter_source


@view_config(name="poster-plain", request_method="POST")
def poster_plain(request):
    return render_to_response("templates/poster.mako", {"design": request.POST["design"]}, request=request)


@view_config(name="poster-text", request_method="POST", renderer="string")
def poster_text(request):
    return Pattern("Tonight: $play").safe_substitute(play=request.POST["play"])


@view_config(name="poster-inline", request_method="POST")
def poster_inline(request):
    page = Template("<h1>${play | h}</h1>").render(play=request.POST["play"])
    return Response(page)


@view_config(name="poster-rendered", request_method="POST")
def poster_rendered(request):
    part = render("templates/part.jinja2", {"play": request.POST["play"]}, request)
    return Response("<main>" + part + "</main>")


# Ways on -----------------------------------------------------------------------------------------------


@view_config(route_name="login", request_method="POST")
@forbidden_view_config()
def login(request):
    came_from = request.params.get("came_from", "/")  # at came_from
    headers = remember(request, "ada")
    return HTTPFound(location=came_from, headers=headers)  # want open-redirect via came_from


@view_config(name="door")
def door(request):
    raise HTTPSeeOther(request.GET["to"])  # at door_to # want open-redirect via door_to


@view_config(name="back")
def back(request):
    response = Response(status=302)
    response.location = request.referer  # at back_to # want open-redirect via back_to
    return response


@view_config(name="logout")
def logout(request):
    return HTTPFound(request.route_url("plays", _query={"said": request.params.get("said", "bye")}), headers=forget(request))


@view_config(name="left-or-right")
def left_or_right(request):
    try:
        return HTTPFound(DOORS[request.params["door"]])
    except KeyError:
        raise HTTPNotFound()


@view_config(name="search")
def search(request):
    return HTTPFound("/plays?" + urlencode({"q": request.params.get("q", "")}))


@view_config(name="moved")
def moved(request):
    return HTTPMovedPermanently(location=request.resource_url(request.context) + "new")


@view_config(name="onwards")
def onwards(request):
    target = request.params.get("to", "/")
    there = urlsplit(target)
    if there.scheme or there.netloc or not target.startswith("/") or target[1:2] in ("/", "\\"):
        return HTTPBadRequest()
    return HTTPFound(target)

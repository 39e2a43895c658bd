import os
from urllib.parse import urlsplit

from pyramid.authorization import ACLHelper, Allow, Authenticated, Everyone
from pyramid.config import Configurator
from pyramid.csrf import CookieCSRFStoragePolicy
from pyramid.httpexceptions import HTTPBadRequest, HTTPFound, HTTPNotFound, HTTPSeeOther, HTTPTooManyRequests
from pyramid.response import FileResponse
from pyramid.authentication import AuthTktCookieHelper
from pyramid.view import forbidden_view_config, view_config

import bcrypt
from .store import attempts, users, posts


class SecurityPolicy:
    def __init__(self, secret):
        self.helper = AuthTktCookieHelper(secret, secure=True, http_only=True, samesite="Lax", timeout=3600, reissue_time=360)
        self.acl = ACLHelper()

    def identity(self, request):
        found = self.helper.identify(request)
        return users.get(found["userid"]) if found else None

    def permits(self, request, context, permission):
        user = self.identity(request)
        return self.acl.permits(context, [Everyone] + ([Authenticated, user.name] if user else []), permission)

    def remember(self, request, userid, **kw):
        return self.helper.remember(request, userid, **kw)

    def forget(self, request, **kw):
        return self.helper.forget(request, **kw)


def local(request, target):
    parts = urlsplit(target or "")
    if parts.scheme or parts.netloc or not parts.path.startswith("/") or target.startswith("//") or "\\" in target:
        return request.route_path("home")
    return target


@view_config(route_name="login", renderer="login.jinja2", request_method="GET")
def login_form(request):
    return {"next": request.params.get("next", "/")}


@view_config(route_name="login", request_method="POST")
def login(request):
    name = request.POST["name"]
    if attempts.too_many(name, request.client_addr):
        raise HTTPTooManyRequests()
    user = users.find(name)
    if user and bcrypt.checkpw(request.POST["password"].encode(), user.digest):
        headers = request.registry.policy.remember(request, user.id)
        return HTTPSeeOther(local(request, request.POST.get("next")), headers=headers)
    attempts.record(name, request.client_addr)
    return HTTPSeeOther(request.route_path("login"))


@view_config(route_name="delete", request_method="POST", permission="edit")
def delete(request):
    posts.delete(int(request.matchdict["id"]))
    return HTTPSeeOther(request.route_path("home"))


@view_config(route_name="post", request_method="POST", permission="edit")
def edit(request):
    post = posts.get(int(request.matchdict["id"]))
    post.title = request.POST["title"]
    posts.save(post)
    return HTTPSeeOther(request.route_path("home"))


@view_config(route_name="file")
def file(request):
    base = os.path.realpath("/srv/files")
    path = os.path.realpath(os.path.join(base, os.path.basename(request.matchdict["name"])))
    if not os.path.isfile(path):
        raise HTTPNotFound()
    return FileResponse(path, request=request, content_type="application/octet-stream")


def main(global_config, **settings):
    with Configurator(settings=settings) as config:
        config.set_security_policy(SecurityPolicy(settings["auth.secret"]))
        config.set_csrf_storage_policy(CookieCSRFStoragePolicy(secure=True, httponly=True, samesite="Lax"))
        config.set_default_csrf_options(require_csrf=True)
        config.include("pyramid_jinja2")
        for name, path in [("home", "/"), ("login", "/login"), ("delete", "/p/{id}/delete"), ("post", "/p/{id}"), ("file", "/f/{name}")]:
            config.add_route(name, path)
        config.scan()
    return config.make_wsgi_app()

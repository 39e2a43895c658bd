"""The theatre: routes, and which views answer them."""
from pyramid.config import Configurator

from . import admin
from .resources import root_factory


def main(global_config, **settings):
    with Configurator(settings=settings, root_factory=root_factory) as config:
        config.include("pyramid_jinja2")
        config.add_route("plays", "/plays")
        config.add_route("play", r"/plays/{id:\d+}")
        config.add_route("titled", "/plays/titled/{title}")
        config.add_route("season", "/season/{year:[0-9]{4}}/{part:spring|autumn}")
        config.add_route("tickets", "/tickets")
        config.add_route("props", "/props/{name}")
        config.add_route("script", "/scripts/*path")
        config.add_route("lights", "/lights")
        config.add_route("effects", "/lights/effects")
        config.add_view(admin.lights, route_name="lights", request_method="POST")
        config.add_view(admin.Effects, attr="show", route_name="effects", renderer="string")
        config.add_view("theatre.admin.dimmed", route_name="lights", request_method="PUT", renderer="json")
        config.add_static_view("static", "theatre:static")
        config.scan(".plays")
        config.scan(".foyer")
        config.scan(".stage")
        return config.make_wsgi_app()

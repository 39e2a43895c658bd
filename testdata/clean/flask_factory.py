"""An application factory whose configuration comes from its surroundings."""
import json
import logging
import logging.config
import os
import time
from pathlib import Path

import click
from flask import Flask, g, jsonify, request
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

SECRET_KEY_FILE = "/run/secrets/flask_secret_key"
SECRET_KEY_VARIABLE = "SHOP_SECRET_KEY"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"level": os.environ.get("SHOP_LOG_LEVEL", "INFO"), "handlers": ["console"]},
}


class Config:
    DEBUG = False
    TESTING = False
    SESSION_COOKIE_SECURE = True
    SESSION_COOKIE_HTTPONLY = True
    SESSION_COOKIE_SAMESITE = "Lax"
    MAX_CONTENT_LENGTH = 2 * 1024 * 1024
    PREFERRED_URL_SCHEME = "https"


def secret_key():
    """The signing key: from the environment, or from a file that the orchestrator mounts."""
    if key := os.environ.get(SECRET_KEY_VARIABLE):
        return key
    return Path(SECRET_KEY_FILE).read_text(encoding="ascii").strip()


def create_app(config=None):
    logging.config.dictConfig(LOGGING)
    app = Flask(__name__)
    app.config.from_object(Config)
    app.config["SECRET_KEY"] = secret_key()
    app.config.from_prefixed_env("SHOP")
    if config is not None:
        app.config.from_mapping(config)
    if settings := os.environ.get("SHOP_SETTINGS"):
        app.config.from_file(settings, load=json.load)
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1)
    register_hooks(app)
    register_commands(app)
    return app


def register_hooks(app):
    @app.before_request
    def start_timer():
        g.started = time.perf_counter()

    @app.after_request
    def log_request(response):
        elapsed = (time.perf_counter() - g.pop("started", time.perf_counter())) * 1000
        app.logger.debug("%s %s -> %s in %.1f ms", request.method, request.path, response.status_code, elapsed)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
        return response

    @app.errorhandler(HTTPException)
    def http_error(error):
        return jsonify(error=error.name, code=error.code), error.code

    @app.errorhandler(Exception)
    def unexpected(error):
        app.logger.exception("unexpected error in %s", request.endpoint, exc_info=error)
        return jsonify(error="Something went wrong"), 500

    @app.get("/debug-toolbar")
    def toolbar():
        return jsonify(enabled=app.debug)


def register_commands(app):
    @app.cli.command("show-config")
    @click.option("--debug/--no-debug", default=False, help="Also show debug settings.")
    def show_config(debug):
        for name in sorted(app.config):
            if name.endswith(("KEY", "PASSWORD", "TOKEN")):
                continue
            if debug or not name.startswith("DEBUG"):
                click.echo(f"{name} = {app.config[name]!r}")


if __name__ == "__main__":
    create_app().run(host="127.0.0.1", port=int(os.environ.get("PORT", "8000")), debug=False)

"""Bookshop: the application object and how it is started."""
import os

from flask import Flask, jsonify

from accounts import accounts
from catalog import catalog
from pages import pages
from remote import remote
from tools import tools

app = Flask(__name__)
app.secret_key = "bookshop-signing-key-2021"  # want hardcoded-secret-key
app.config["DATABASE"] = os.environ.get("BOOKSHOP_DB", "bookshop.db")

for blueprint in (accounts, catalog, pages, remote, tools):
    app.register_blueprint(blueprint)


@app.get("/health")
def health():
    return jsonify(status="ok")


def create_admin_app():
    admin = Flask("bookshop_admin")
    admin.config["SECRET_KEY"] = "s3cret"  # want hardcoded-secret-key
    admin.debug = True  # want debug-enabled
    admin.register_blueprint(accounts)
    return admin


def create_production_app():
    production = Flask("bookshop")
    production.secret_key = os.environ["BOOKSHOP_SECRET_KEY"]
    production.config["DATABASE"] = os.environ["BOOKSHOP_DB"]
    production.register_blueprint(catalog)
    return production


def create_app_from_files(secrets_dir="/run/secrets"):
    settings = Flask("bookshop")
    with open(os.path.join(secrets_dir, "bookshop_secret_key"), encoding="utf-8") as handle:
        settings.config["SECRET_KEY"] = handle.read().strip()
    settings.config.from_prefixed_env("BOOKSHOP")
    settings.debug = False
    return settings


def serve():
    app.run(host="127.0.0.1", port=8000, debug=False)


def serve_for_developers():
    app.run(host="127.0.0.1", port=8000, debug=os.environ.get("BOOKSHOP_DEVELOPER") == "1")


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=5000, debug=True)  # want debug-enabled

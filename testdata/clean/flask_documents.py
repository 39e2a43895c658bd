"""Documents of a tenant: listing, searching, uploading, sharing and downloading them."""
import hashlib
import hmac
import logging
import secrets
import sqlite3
import subprocess
from functools import wraps
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import requests
from flask import Blueprint, Response, abort, current_app, flash, g, jsonify, redirect, render_template, request, send_file, session, url_for
from flask.views import MethodView
from flask_wtf import FlaskForm
from flask_wtf.file import FileAllowed, FileField, FileRequired
from markupsafe import Markup
from werkzeug.security import check_password_hash
from werkzeug.utils import secure_filename
from wtforms import IntegerField, PasswordField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Regexp

from .limits import limiter

log = logging.getLogger(__name__)
documents = Blueprint("documents", __name__, url_prefix="/documents")

SORTABLE = {"name": "name COLLATE NOCASE", "size": "size", "added": "added_at"}
THUMBNAILS = {"small": "160x160", "large": "640x640"}
SUFFIXES = frozenset({".pdf", ".odt", ".txt"})


class UploadForm(FlaskForm):
    document = FileField(validators=[FileRequired(), FileAllowed(["pdf", "odt", "txt"])])
    folder = StringField(validators=[InputRequired(), Regexp(r"\A[a-z0-9-]{1,40}\Z")])
    keep_days = IntegerField(default=30, validators=[NumberRange(1, 3650)])


class LoginForm(FlaskForm):
    email = StringField(validators=[InputRequired(), Length(max=200)])
    password = PasswordField(validators=[InputRequired()])


class SearchForm(FlaskForm):
    class Meta:
        csrf = False

    words = StringField(validators=[Length(max=100)])
    sort = SelectField(choices=[(name, name.title()) for name in SORTABLE], default="name")
    page = IntegerField(default=1, validators=[NumberRange(1, 10_000)])


def connection() -> sqlite3.Connection:
    if "documents_db" not in g:
        g.documents_db = sqlite3.connect(current_app.config["DOCUMENTS_DB"])
        g.documents_db.row_factory = sqlite3.Row
    return g.documents_db


def root() -> Path:
    return Path(current_app.config["DOCUMENTS_ROOT"]).resolve() / str(int(session["tenant"]))


def needs_login(view):
    @wraps(view)
    def guarded(*args, **kwargs):
        if "tenant" not in session:
            return redirect(url_for("documents.login", next=request.full_path))
        return view(*args, **kwargs)

    return guarded


def is_ours(target: str) -> bool:
    """A path on this site: browsers read a backslash as a slash, and drop control characters."""
    if not target.startswith("/") or target.startswith("//") or "\\" in target or not target.isprintable():
        return False
    parts = urlsplit(target)
    return not parts.scheme and not parts.netloc


@documents.route("/login", methods=["GET", "POST"])
@limiter.limit("5/minute", methods=["POST"])
def login():
    form = LoginForm()
    if form.validate_on_submit():
        row = connection().execute("SELECT id, tenant, digest FROM people WHERE email = ?", (form.email.data,)).fetchone()
        if row and check_password_hash(row["digest"], form.password.data):
            session.clear()
            session["tenant"] = row["tenant"]
            target = request.args.get("next", "")
            return redirect(target if is_ours(target) else url_for("documents.index"))
        log.info("a login failed")
        flash("Unknown address or wrong password.")
    return render_template("documents/login.html", form=form)


@documents.get("/")
@needs_login
def index():
    form = SearchForm(request.args)
    if not form.validate():
        return jsonify(errors=form.errors), 400
    order = SORTABLE[form.sort.data]
    rows = connection().execute(
        f"SELECT key, name, size FROM documents WHERE tenant = ? AND name LIKE ? ESCAPE '\\' ORDER BY {order} LIMIT 50 OFFSET ?",
        (session["tenant"], f"%{escape_like(form.words.data or '')}%", (form.page.data - 1) * 50),
    ).fetchall()
    return render_template("documents/index.html", form=form, rows=rows)


def escape_like(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


@documents.post("/")
@needs_login
def upload():
    form = UploadForm()
    if not form.validate_on_submit():
        return jsonify(errors=form.errors), 422
    name = secure_filename(form.document.data.filename)
    suffix = Path(name).suffix
    if suffix not in SUFFIXES:
        abort(415)
    key = uuid4()
    folder = root() / form.folder.data
    folder.mkdir(parents=True, exist_ok=True)
    form.document.data.save(folder / f"{key}{suffix}")
    with connection() as db:
        db.execute(
            "INSERT INTO documents (key, tenant, name, folder, keep_days) VALUES (?, ?, ?, ?, ?)",
            (str(key), session["tenant"], name, form.folder.data, form.keep_days.data),
        )
    return jsonify(key=key), 201


class DocumentView(MethodView):
    decorators = [needs_login]

    def get(self, key: UUID) -> Response:
        row = self.row(key)
        path = (root() / row["folder"] / f"{key}{Path(row['name']).suffix}").resolve()
        if not path.is_relative_to(root()):
            abort(404)
        return send_file(path, as_attachment=True, download_name=row["name"])

    def delete(self, key: UUID):
        with connection() as db:
            db.execute("DELETE FROM documents WHERE tenant = :tenant AND key = :key", {"tenant": session["tenant"], "key": str(key)})
        return "", 204

    @staticmethod
    def row(key: UUID) -> sqlite3.Row:
        row = connection().execute("SELECT * FROM documents WHERE tenant = ? AND key = ?", (session["tenant"], str(key))).fetchone()
        return row or abort(404)


documents.add_url_rule("/<uuid:key>", view_func=DocumentView.as_view("document"))


@documents.post("/<uuid:key>/thumbnail/<any(small, large):size>")
@needs_login
def thumbnail(key, size):
    row = DocumentView.row(key)
    source = root() / row["folder"] / f"{key}.pdf"
    target = root() / "thumbnails" / f"{key}-{size}.png"
    subprocess.run(["convert", f"{source}[0]", "-thumbnail", THUMBNAILS[size], str(target)], check=True, timeout=60)
    return jsonify(size=size)


@documents.post("/<uuid:key>/share")
@needs_login
def share(key):
    token = secrets.token_urlsafe(24)
    digest = hashlib.sha256(token.encode()).hexdigest()
    with connection() as db:
        db.execute("INSERT INTO shares (document, digest) VALUES (?, ?)", (str(key), digest))
    return jsonify(link=url_for("documents.shared", token=token, _external=True))


@documents.get("/shared/<token>")
def shared(token):
    digest = hashlib.sha256(token.encode()).hexdigest()
    row = connection().execute("SELECT document FROM shares WHERE digest = ?", (digest,)).fetchone()
    if row is None:
        return Markup("<p>There is nothing shared as {}.</p>").format(token), 404
    return redirect(url_for("documents.document", key=row["document"]))


@documents.post("/hooks/scanner")
def scanner_hook():
    body = request.get_data()
    signature = hmac.new(current_app.config["SCANNER_KEY"], body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(signature, request.headers.get("X-Signature", "")):
        abort(403)
    report = request.get_json()
    answer = requests.get(
        current_app.config["SCANNER_URL"], params={"scan": report["scan"]}, timeout=(3, 10), allow_redirects=False
    )
    answer.raise_for_status()
    return jsonify(verdict=answer.json()["verdict"])


@documents.errorhandler(404)
def missing(_error):
    return render_template("documents/missing.html", path=request.path), 404

"""A site for exercises: accounts, uploads, imports, tools and hooks, each done with care."""
from __future__ import annotations

import base64
import hmac
import hashlib
import ipaddress
import json
import logging
import os
import secrets
import socket
import sqlite3
import subprocess
import zipfile
from datetime import datetime, timedelta, timezone
from functools import wraps
from pathlib import Path
from urllib.parse import urlsplit

import defusedxml.ElementTree as DET
import jwt
import requests
import yaml
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from flask import (Flask, abort, current_app, flash, g, jsonify, redirect, render_template, request,
                   send_from_directory, session, url_for)
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_talisman import Talisman
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.utils import secure_filename

BASE = Path(__file__).resolve().parent
UPLOADS = BASE / "uploads"
FILES = BASE / "files"
ALLOWED = {"png", "jpg", "pdf"}
FETCH_HOSTS = {"api.example.com", "status.example.com"}
ph = PasswordHasher()
log = logging.getLogger(__name__)

app = Flask(__name__)
app.config.update(
    SECRET_KEY=os.environ["SECRET_KEY"],
    JWT_KEY=os.environ["JWT_KEY"],
    SESSION_COOKIE_SECURE=True,
    SESSION_COOKIE_HTTPONLY=True,
    SESSION_COOKIE_SAMESITE="Lax",
    MAX_CONTENT_LENGTH=4 * 1024 * 1024,
    PERMANENT_SESSION_LIFETIME=timedelta(hours=8),
)
app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1)
csrf = CSRFProtect(app)
limiter = Limiter(get_remote_address, app=app, default_limits=["200 per hour"], storage_uri=os.environ.get("REDIS_URL"))
Talisman(app, content_security_policy={"default-src": "'self'"})


def get_db() -> sqlite3.Connection:
    if "db" not in g:
        g.db = sqlite3.connect(os.environ.get("DB", "users.db"))
        g.db.row_factory = sqlite3.Row
    return g.db


@app.teardown_appcontext
def close_db(exc=None):
    db = g.pop("db", None)
    if db is not None:
        db.close()


def query(sql: str, params: tuple = (), *, one: bool = False):
    cur = get_db().execute(sql, params)
    rows = cur.fetchall()
    get_db().commit()
    if one:
        return rows[0] if rows else None
    return rows


def login_required(role: str | None = None):
    def deco(view):
        @wraps(view)
        def wrapper(*args, **kwargs):
            if "uid" not in session:
                return redirect(url_for("login"))
            if role and session.get("role") != role:
                abort(403)
            return view(*args, **kwargs)
        return wrapper
    return deco


def is_safe_next(target: str) -> bool:
    parts = urlsplit(target)
    return not parts.scheme and not parts.netloc and target.startswith("/") and not target.startswith(("//", "/\\"))


@app.get("/")
def index():
    return render_template("index.html", name=request.args.get("name", "guest"))


@app.route("/login", methods=["GET", "POST"])
@limiter.limit("5 per minute")
def login():
    error = None
    if request.method == "POST":
        row = query("SELECT * FROM users WHERE username = ?", (request.form["username"],), one=True)
        try:
            ok = row is not None and ph.verify(row["password_hash"], request.form["password"])
        except VerifyMismatchError:
            ok = False
        if ok:
            session.clear()
            session["uid"] = row["id"]
            session["role"] = row["role"]
            target = request.form.get("next", "")
            return redirect(target if is_safe_next(target) else url_for("index"))
        log.warning("failed login for %r", request.form["username"])
        error = "Wrong name or password"
    return render_template("login.html", error=error)


@app.get("/search")
def search():
    q = request.args.get("q", "")[:100]
    rows = query("SELECT title FROM posts WHERE title LIKE ? ESCAPE '\\'", (f"%{q}%",))
    return render_template("search.html", q=q, rows=rows)


@app.post("/ping")
@login_required("admin")
def ping():
    try:
        host = str(ipaddress.ip_address(request.form["host"]))
    except ValueError:
        abort(400)
    done = subprocess.run(["ping", "-c", "1", host], capture_output=True, text=True, timeout=5, check=False)
    return render_template("ping.html", out=done.stdout)


@app.route("/upload", methods=["GET", "POST"])
@login_required()
def upload():
    if request.method == "POST":
        f = request.files.get("file")
        if f is None or "." not in f.filename:
            abort(400)
        ext = f.filename.rsplit(".", 1)[1].lower()
        if ext not in ALLOWED:
            abort(400)
        stored = f"{secrets.token_hex(16)}.{ext}"
        f.save(UPLOADS / stored)
        os.chmod(UPLOADS / stored, 0o640)
        query("INSERT INTO uploads(name, stored, owner) VALUES (?,?,?)", (secure_filename(f.filename), stored, session["uid"]))
        return redirect(url_for("upload"))
    return render_template("upload.html")


@app.get("/download/<path:name>")
@login_required()
def download(name: str):
    return send_from_directory(FILES, name, as_attachment=True)


@app.get("/view")
def view():
    target = (BASE / "pages" / (request.args["page"] + ".txt")).resolve()
    if not target.is_relative_to((BASE / "pages").resolve()):
        abort(404)
    return target.read_text(), 200, {"Content-Type": "text/plain; charset=utf-8"}


@app.get("/fetch")
@login_required()
def fetch():
    parts = urlsplit(request.args.get("url", ""))
    if parts.scheme != "https" or parts.hostname not in FETCH_HOSTS:
        abort(400)
    r = requests.get(f"https://{parts.hostname}{parts.path}", timeout=5, allow_redirects=False)
    return jsonify(status=r.status_code, length=len(r.content))


@app.post("/import/xml")
@login_required()
def import_xml():
    doc = DET.fromstring(request.get_data())
    return jsonify([e.text for e in doc])


@app.post("/import/yaml")
@login_required()
def import_yaml():
    return jsonify(yaml.safe_load(request.get_data()))


@app.post("/import/json")
@login_required()
def import_json():
    raw = base64.b64decode(request.form["data"])
    return jsonify(json.loads(raw))


@app.post("/unzip")
@login_required()
def unzip():
    f = request.files["file"]
    with zipfile.ZipFile(f.stream) as z:
        for info in z.infolist():
            dest = (UPLOADS / info.filename).resolve()
            if not dest.is_relative_to(UPLOADS):
                abort(400)
            if info.file_size > 1_000_000:
                abort(413)
            z.extract(info, UPLOADS)
    return "", 204


@app.post("/token")
@login_required()
def token():
    now = datetime.now(timezone.utc)
    t = jwt.encode({"sub": str(session["uid"]), "iat": now, "exp": now + timedelta(minutes=15)}, app.config["JWT_KEY"], algorithm="HS256")
    return jsonify(token=t)


@app.get("/whoami")
def whoami():
    scheme, _, t = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        abort(401)
    try:
        claims = jwt.decode(t, app.config["JWT_KEY"], algorithms=["HS256"])
    except jwt.InvalidTokenError:
        abort(401)
    return jsonify(sub=claims["sub"])


@app.post("/forgot")
@limiter.limit("3 per hour")
def forgot():
    tok = secrets.token_urlsafe(32)
    digest = hashlib.sha256(tok.encode()).hexdigest()
    expires = datetime.now(timezone.utc) + timedelta(minutes=30)
    query("UPDATE users SET reset_digest = ?, reset_expires = ? WHERE email = ?", (digest, expires.isoformat(), request.form["email"]))
    send_reset_mail(request.form["email"], url_for("reset", tok=tok, _external=True))
    flash("If that address is known, a mail is on its way.")
    return redirect(url_for("login"))


def send_reset_mail(to, link):
    current_app.extensions["mailer"].send("reset.txt", to=to, link=link)


@app.route("/reset/<tok>", methods=["GET", "POST"])
@limiter.limit("10 per hour")
def reset(tok):
    digest = hashlib.sha256(tok.encode()).hexdigest()
    row = query("SELECT id, reset_expires FROM users WHERE reset_digest = ?", (digest,), one=True)
    if row is None or datetime.fromisoformat(row["reset_expires"]) < datetime.now(timezone.utc):
        abort(404)
    if request.method == "POST":
        if len(request.form["password"]) < 12:
            flash("Too short")
        else:
            query("UPDATE users SET password_hash = ?, reset_digest = NULL WHERE id = ?", (ph.hash(request.form["password"]), row["id"]))
            return redirect(url_for("login"))
    return render_template("reset.html")


@app.route("/comments", methods=["GET", "POST"])
@login_required()
def comments():
    if request.method == "POST":
        query("INSERT INTO comments(body, author) VALUES (?, ?)", (request.form["body"], session["uid"]))
        return redirect(url_for("comments"))
    return render_template("comments.html", comments=query("SELECT body FROM comments"))


@app.post("/post/<int:post_id>/delete")
@login_required()
def delete_post(post_id: int):
    query("DELETE FROM posts WHERE id = ? AND author = ?", (post_id, session["uid"]))
    return redirect(url_for("index"))


@app.get("/admin")
@login_required("admin")
def admin():
    return render_template("admin.html", users=query("SELECT id, username, role FROM users"))


@app.get("/internal")
def internal():
    if not ipaddress.ip_address(request.remote_addr).is_loopback:
        abort(403)
    return jsonify(uptime=os.times().elapsed)


@app.post("/hooks/ci")
@csrf.exempt
def ci_hook():
    sent = request.headers.get("X-Signature", "")
    want = hmac.new(os.environ["HOOK_KEY"].encode(), request.get_data(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(sent, want):
        abort(401)
    return "", 204


@app.errorhandler(404)
def not_found(e):
    return render_template("404.html"), 404


@app.errorhandler(Exception)
def crash(e):
    log.exception("unhandled")
    return jsonify(error="internal error"), 500

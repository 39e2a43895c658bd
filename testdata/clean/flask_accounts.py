"""Sign-in, sign-out and password reset for a Flask site."""
import hashlib
import hmac
import logging
import secrets
from datetime import datetime, timedelta, timezone
from functools import wraps
from urllib.parse import urlsplit

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHash, VerificationError
from flask import Blueprint, abort, current_app, flash, g, redirect, render_template, request, session, url_for

from .limits import limiter

log = logging.getLogger(__name__)
accounts = Blueprint("accounts", __name__)
hasher = PasswordHasher()

PASSWORD_FIELD = "password"
PASSWORD_MIN_LENGTH = 12
RESET_LIFETIME = timedelta(minutes=30)


def login_required(view):
    @wraps(view)
    def wrapped(*args, **kwargs):
        if g.get("user") is None:
            return redirect(url_for("accounts.login", next=request.full_path))
        return view(*args, **kwargs)

    return wrapped


def is_local_target(target):
    """Whether a browser that follows target stays on this site."""
    if not target or "\\" in target or any(ord(character) <= 32 or ord(character) == 127 for character in target):
        return False
    parts = urlsplit(target)
    return not parts.scheme and not parts.netloc and target.startswith("/") and not target.startswith("//")


def after_login():
    target = request.form.get("next") or request.args.get("next")
    if is_local_target(target):
        return redirect(target)
    return redirect(url_for("home.index"))


@accounts.before_app_request
def load_user():
    user_id = session.get("user_id")
    g.user = current_app.users.by_id(user_id) if user_id else None


@accounts.route("/login", methods=["GET", "POST"])
@limiter.limit("5/minute", methods=["POST"])
def login():
    if request.method == "GET":
        return render_template("login.html", password_field=PASSWORD_FIELD, next=request.args.get("next", ""))
    email = request.form.get("email", "").strip().lower()
    user = current_app.users.by_email(email)
    if user is None or not verify(user.password_hash, request.form.get(PASSWORD_FIELD, "")):
        log.info("failed login for %r from %s", email, request.remote_addr)
        flash("Wrong e-mail address or password.")
        return render_template("login.html", password_field=PASSWORD_FIELD), 401
    if hasher.check_needs_rehash(user.password_hash):
        current_app.users.set_password_hash(user.id, hasher.hash(request.form[PASSWORD_FIELD]))
    session.clear()
    session["user_id"] = user.id
    session["csrf_token"] = secrets.token_hex(32)
    return after_login()


@accounts.post("/logout")
def logout():
    session.clear()
    return redirect(url_for("home.index"))


def verify(password_hash, password):
    try:
        return hasher.verify(password_hash, password)
    except (VerificationError, InvalidHash):
        return False


@accounts.post("/reset")
def request_reset():
    user = current_app.users.by_email(request.form.get("email", ""))
    if user is not None:
        token = secrets.token_urlsafe(32)
        # Only the digest is stored: the token itself carries 256 bits of entropy.
        digest = hashlib.sha256(token.encode()).hexdigest()
        current_app.resets.add(user.id, digest, datetime.now(timezone.utc) + RESET_LIFETIME)
        current_app.mailer.send_reset(user.email, url_for("accounts.choose_password", token=token, _external=True))
    flash("If the address is known, a letter is on its way.")
    return redirect(url_for("accounts.login"))


@accounts.route("/reset/<token>", methods=["GET", "POST"])
def choose_password(token):
    digest = hashlib.sha256(token.encode()).hexdigest()
    reset = current_app.resets.unused(digest)
    if reset is None or not hmac.compare_digest(reset.digest, digest) or reset.expires < datetime.now(timezone.utc):
        abort(404)
    if request.method == "POST":
        password = request.form[PASSWORD_FIELD]
        if len(password) < PASSWORD_MIN_LENGTH:
            flash(f"Choose at least {PASSWORD_MIN_LENGTH} characters.")
            return render_template("choose_password.html"), 400
        current_app.users.set_password_hash(reset.user_id, hasher.hash(password))
        current_app.resets.use(reset)
        return redirect(url_for("accounts.login"))
    return render_template("choose_password.html")


@accounts.get("/profile")
@login_required
def profile():
    return render_template("profile.html", user=g.user)

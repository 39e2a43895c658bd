"""Registration, login, resets and the cart cookie."""
import base64
import hashlib
import json
import os
import pickle
import random
import secrets
from hashlib import md5

import bcrypt
import yaml
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHash, VerificationError
from flask import Blueprint, abort, current_app, jsonify, request, session
from itsdangerous import BadSignature, URLSafeSerializer
from pydantic import BaseModel, ValidationError
from werkzeug.security import check_password_hash, generate_password_hash

from catalog import get_db

accounts = Blueprint("accounts", __name__, url_prefix="/account")
argon = PasswordHasher()


# Passwords -------------------------------------------------------------------------------------------


@accounts.post("/register")
def register():
    hashed = hashlib.md5(request.form["password"].encode()).hexdigest()  # want fast-password-hash
    save_account(request.form["email"], hashed)
    return jsonify(status="registered")


@accounts.post("/register-argon2")
def register_argon2():
    save_account(request.form["email"], argon.hash(request.form["password"]))
    return jsonify(status="registered")


@accounts.post("/register-werkzeug")
def register_werkzeug():
    hashed = generate_password_hash(request.form["password"])
    save_account(request.form["email"], hashed)
    return jsonify(status="registered")


@accounts.post("/register-bcrypt")
def register_bcrypt():
    password = request.form["password"].encode()
    if len(password) > 72:
        abort(400)
    save_account(request.form["email"], bcrypt.hashpw(password, bcrypt.gensalt(12)).decode())
    return jsonify(status="registered")


def save_account(email, password_hash):
    db = get_db()
    db.execute("INSERT INTO accounts (email, password_hash) VALUES (?, ?)", (email, password_hash))
    db.commit()


def salted(password, salt):
    digest = hashlib.sha256()
    digest.update(salt.encode() + password.encode())  # want fast-password-hash
    return digest.hexdigest()


def stretched(password, salt):
    return hashlib.pbkdf2_hmac("sha256", password.encode(), salt, 600_000).hex()


def scrypted(password):
    salt = os.urandom(16)
    return salt + hashlib.scrypt(password.encode(), salt=salt, n=2**15, r=8, p=1, maxmem=64 * 1024 * 1024)


@accounts.post("/login")
def login():  # want login-brute-force
    row = get_db().execute("SELECT id, password_hash FROM accounts WHERE email = ?", (request.form["email"],)).fetchone()
    if row is None or not verify(row["password_hash"], request.form["password"]):
        abort(401)
    session.clear()
    session["account"] = row["id"]
    return jsonify(status="welcome")


def verify(stored, password):
    if not stored.startswith("$argon2"):
        return check_password_hash(stored, password)
    try:
        return argon.verify(stored, password)
    except (VerificationError, InvalidHash):
        return False


# Reset codes -----------------------------------------------------------------------------------------


@accounts.post("/reset")
def reset():
    reset_token = "".join(random.choices("abcdefghijkmnpqrstuvwxyz23456789", k=20))  # want weak-random
    remember_token(request.form["email"], reset_token)
    return jsonify(status="sent")


@accounts.post("/reset-secrets")
def reset_secrets():
    reset_token = secrets.token_urlsafe(32)
    remember_token(request.form["email"], reset_token)
    return jsonify(status="sent")


@accounts.post("/reset-system-random")
def reset_system_random():
    generator = random.SystemRandom()
    reset_token = "".join(generator.choice("abcdefghijkmnpqrstuvwxyz23456789") for _ in range(32))
    remember_token(request.form["email"], reset_token)
    return jsonify(status="sent")


def remember_token(email, token):
    digest = hashlib.sha256(token.encode()).hexdigest()
    db = get_db()
    db.execute("INSERT INTO resets (email, digest) VALUES (?, ?)", (email, digest))
    db.commit()


# Signed download links ----------------------------------------------------------------------------------


def sign_link(path, key):
    return md5((key + path).encode()).hexdigest()  # want weak-hash, homemade-mac


def sign_link_properly(path):
    return URLSafeSerializer(current_app.secret_key, salt="downloads").dumps(path)


def link_cache_key(path):
    return hashlib.md5(path.encode(), usedforsecurity=False).hexdigest()


# The cart lives in a cookie -----------------------------------------------------------------------------


class Cart(BaseModel):
    items: list[int]
    coupon: str | None = None


@accounts.get("/cart")
def cart():
    items = pickle.loads(base64.b64decode(request.cookies.get("cart", "")))  # want unsafe-deserialization
    return jsonify(items=len(items))


@accounts.get("/cart-json")
def cart_json():
    items = json.loads(base64.b64decode(request.cookies.get("cart", "W10=")))
    return jsonify(items=len(items))


@accounts.get("/cart-model")
def cart_model():
    try:
        content = Cart.model_validate_json(request.cookies.get("cart", '{"items": []}'))
    except ValidationError:
        abort(400)
    return jsonify(items=len(content.items))


@accounts.get("/cart-signed")
def cart_signed():
    serializer = URLSafeSerializer(current_app.secret_key, salt="cart")
    try:
        items = serializer.loads(request.cookies.get("cart", ""))
    except BadSignature:
        items = []
    return jsonify(items=len(items))


# Importing a wish list ----------------------------------------------------------------------------------


@accounts.post("/wishes")
def wishes():
    content = yaml.load(request.files["wishes"].read(), Loader=yaml.Loader)  # want unsafe-deserialization
    return jsonify(wishes=len(content))


@accounts.post("/wishes-safe")
def wishes_safe():
    content = yaml.safe_load(request.files["wishes"].read())
    return jsonify(wishes=len(content))


@accounts.post("/wishes-safe-loader")
def wishes_safe_loader():
    content = yaml.load(request.data, Loader=yaml.SafeLoader)
    return jsonify(wishes=len(content))


def load_recommendations(path):
    with open(path, "rb") as handle:
        return pickle.load(handle)  # want pickle-load


def load_shelves():
    with open("shelves.yaml", encoding="utf-8") as handle:
        return yaml.load(handle, Loader=yaml.UnsafeLoader)  # want yaml-unsafe-load

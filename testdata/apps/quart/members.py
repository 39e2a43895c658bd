"""Members: sign-up, tokens, and the preferences they upload."""
import asyncio
import hashlib
import hmac
import json
import os
import pickle
import random
import secrets
import string

import yaml
from argon2 import PasswordHasher
from quart import Blueprint, abort, current_app, jsonify, request

from readings import pool

members = Blueprint("members", __name__, url_prefix="/members")
hasher = PasswordHasher(time_cost=3, memory_cost=65536, parallelism=4)


# Passwords ---------------------------------------------------------------------------------------------


@members.post("/")
async def sign_up():
    body = await request.get_json()
    password = body["password"]
    digest = hashlib.sha1(password.encode("utf-8")).hexdigest()  # want fast-password-hash
    await store(body["email"], digest)
    return jsonify(status="created")


@members.post("/argon2")
async def sign_up_argon2():
    body = await request.get_json()
    digest = await asyncio.to_thread(hasher.hash, body["password"])
    await store(body["email"], digest)
    return jsonify(status="created")


@members.post("/scrypt")
async def sign_up_scrypt():
    body = await request.get_json()
    salt = os.urandom(16)
    key = hashlib.scrypt(body["password"].encode(), salt=salt, n=16384, r=8, p=5, dklen=32)
    await store(body["email"], salt.hex() + "$" + key.hex())
    return jsonify(status="created")


@members.post("/pbkdf2")
async def sign_up_pbkdf2():
    body = await request.get_json()
    salt = secrets.token_bytes(16)
    key = hashlib.pbkdf2_hmac("sha512", body["password"].encode(), salt, 1_000)  # want fast-password-hash
    await store(body["email"], salt.hex() + "$" + key.hex())
    return jsonify(status="created")


async def store(email, digest):
    db = await pool()
    await db.execute("INSERT INTO members (email, digest) VALUES ($1, $2)", email, digest)


# Tokens ------------------------------------------------------------------------------------------------


def new_api_key():
    api_key = "%032x" % random.getrandbits(128)  # want weak-random
    return api_key


def new_api_key_from_secrets():
    api_key = secrets.token_hex(16)
    return api_key


def new_voucher():
    alphabet = string.ascii_uppercase + string.digits
    return "-".join("".join(secrets.choice(alphabet) for _ in range(4)) for _ in range(4))


@members.post("/verify-webhook")
async def verify_webhook():
    body = await request.get_data()
    signature = hashlib.md5(current_app.config["WEBHOOK_KEY"] + body).hexdigest()  # want weak-hash
    if not hmac.compare_digest(signature, request.headers.get("X-Signature", "")):
        abort(403)
    return jsonify(status="accepted")


@members.post("/verify-webhook-hmac")
async def verify_webhook_hmac():
    body = await request.get_data()
    signature = hmac.new(current_app.config["WEBHOOK_KEY"], body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(signature, request.headers.get("X-Signature", "")):
        abort(403)
    return jsonify(status="accepted")


@members.get("/avatar-tag")
async def avatar_tag():
    with open("/srv/stations/avatar.png", "rb") as handle:
        tag = hashlib.md5(handle.read(), usedforsecurity=False).hexdigest()
    return jsonify(tag=tag)


# Preferences ---------------------------------------------------------------------------------------------


@members.put("/preferences")
async def preferences():
    body = await request.get_data()
    wanted = pickle.loads(body)  # want unsafe-deserialization
    return jsonify(units=wanted.get("units"))


@members.put("/preferences/json")
async def preferences_json():
    body = await request.get_data()
    wanted = json.loads(body)
    return jsonify(units=wanted.get("units"))


@members.put("/preferences/parsed")
async def preferences_parsed():
    wanted = await request.get_json()
    return jsonify(units=wanted.get("units"))


@members.post("/layout")
async def layout():
    files = await request.files
    wanted = yaml.unsafe_load(files["layout"].read())  # want unsafe-deserialization
    return jsonify(panels=len(wanted))


@members.post("/layout/safe")
async def layout_safe():
    files = await request.files
    wanted = yaml.safe_load(files["layout"].read())
    return jsonify(panels=len(wanted))


@members.post("/layout/c-loader")
async def layout_c_loader():
    files = await request.files
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    wanted = yaml.load(files["layout"].read(), Loader=loader)
    return jsonify(panels=len(wanted))


def read_forecast(path):
    with open(path, "rb") as handle:
        return pickle.Unpickler(handle).load()  # want pickle-load

"""Members: passwords, invitations and saved layouts."""
import base64
import hashlib
import hmac
import json
import marshal
import os
import pickle
import random
import secrets
import string

import aiosqlite
import yaml
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHash, VerificationError
from pydantic import BaseModel, ValidationError
from starlette.endpoints import HTTPEndpoint
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

DATABASE = "/var/lib/garden/members.db"
argon2 = PasswordHasher()


class Layout(BaseModel):
    columns: int = 2
    beds: list[str] = []


async def save(email: str, digest: str) -> None:
    async with aiosqlite.connect(DATABASE) as db:
        await db.execute("INSERT INTO members (email, digest) VALUES (?, ?)", (email, digest))
        await db.commit()


# Passwords ---------------------------------------------------------------------------------------------------


class Registration(HTTPEndpoint):
    async def post(self, request: Request) -> JSONResponse:
        form = await request.form()
        digest = hashlib.new("md5", form["password"].encode()).hexdigest()  # want fast-password-hash
        await save(form["email"], digest)
        return JSONResponse({"status": "registered"})

    async def put(self, request: Request) -> JSONResponse:
        form = await request.form()
        await save(form["email"], argon2.hash(form["password"]))
        return JSONResponse({"status": "registered"})

    async def patch(self, request: Request) -> JSONResponse:
        form = await request.form()
        salt = os.urandom(16)
        digest = hashlib.scrypt(form["password"].encode(), salt=salt, n=2**14, r=8, p=5)
        await save(form["email"], f"{salt.hex()}:{digest.hex()}")
        return JSONResponse({"status": "registered"})


def check(stored: str, password: str) -> bool:
    return stored == hashlib.sha256(password.encode()).hexdigest()  # want fast-password-hash


def check_argon2(stored: str, password: str) -> bool:
    try:
        return argon2.verify(stored, password)
    except (VerificationError, InvalidHash):
        return False


def check_peppered(stored: str, password: str) -> bool:
    pepper = os.environ["GARDEN_PEPPER"].encode()
    peppered = hmac.new(pepper, password.encode(), hashlib.sha256).hexdigest()
    return check_argon2(stored, peppered)


# Invitations -------------------------------------------------------------------------------------------------


async def invite(request: Request) -> JSONResponse:
    token = "".join(random.sample(string.ascii_letters, 16))  # want weak-random
    request.session["invitation_token"] = token
    return JSONResponse({"status": "invited"})


async def invite_secrets(request: Request) -> JSONResponse:
    request.session["invitation_token"] = secrets.token_urlsafe(24)
    return JSONResponse({"status": "invited"})


async def invite_system(request: Request) -> JSONResponse:
    token = "".join(random.SystemRandom().choices(string.ascii_letters, k=24))
    request.session["invitation_token"] = token
    return JSONResponse({"status": "invited"})


def signature(url: str, key: str) -> str:
    return hashlib.sha1(f"{key}:{url}".encode()).hexdigest()  # want weak-hash, homemade-mac


def signature_hmac(url: str, key: str) -> str:
    return hmac.new(key.encode(), url.encode(), hashlib.sha256).hexdigest()


def picture_name(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16] + ".jpg"


# Layouts -----------------------------------------------------------------------------------------------------


async def layout(request: Request) -> JSONResponse:
    saved = pickle.loads(base64.b64decode(request.headers["x-layout"]))  # want unsafe-deserialization
    return JSONResponse({"columns": saved["columns"]})


async def layout_json(request: Request) -> JSONResponse:
    saved = json.loads(base64.b64decode(request.headers["x-layout"]))
    return JSONResponse({"columns": saved["columns"]})


async def layout_model(request: Request) -> JSONResponse:
    try:
        saved = Layout.model_validate_json(await request.body())
    except ValidationError:
        raise HTTPException(422) from None
    return JSONResponse({"columns": saved.columns})


async def layout_upload(request: Request) -> JSONResponse:
    form = await request.form()
    saved = marshal.loads(await form["layout"].read())  # want unsafe-deserialization
    return JSONResponse({"columns": saved["columns"]})


async def layout_yaml(request: Request) -> JSONResponse:
    saved = yaml.load(await request.body(), Loader=yaml.UnsafeLoader)  # want unsafe-deserialization
    return JSONResponse({"columns": saved["columns"]})


async def layout_safe_yaml(request: Request) -> JSONResponse:
    saved = yaml.load(await request.body(), Loader=yaml.SafeLoader)
    return JSONResponse({"columns": saved["columns"]})


def default_layout(path: str) -> dict:
    with open(path, "rb") as handle:
        return pickle.load(handle)  # want pickle-load


routes = [
    Route("/", Registration),
    Route("/invite", invite, methods=["POST"]),
    Route("/invite/secrets", invite_secrets, methods=["POST"]),
    Route("/invite/system", invite_system, methods=["POST"]),
    Route("/layout", layout),
    Route("/layout/json", layout_json),
    Route("/layout/model", layout_model, methods=["POST"]),
    Route("/layout/upload", layout_upload, methods=["POST"]),
    Route("/layout/yaml", layout_yaml, methods=["POST"]),
    Route("/layout/yaml/safe", layout_safe_yaml, methods=["POST"]),
]

"""People: passwords, tokens, and what they upload about themselves."""
import base64
import hashlib
import hmac
import json
import os
import pickle
import random
import secrets
from typing import Annotated

import bcrypt
import yaml
from argon2 import PasswordHasher
from fastapi import APIRouter, Body, Cookie, Depends, File, Form, HTTPException, Request, UploadFile
from fastapi.security import OAuth2PasswordRequestForm
from pydantic import BaseModel, EmailStr, SecretStr, ValidationError
from sqlalchemy import text
from sqlalchemy.orm import Session

from parts import database

router = APIRouter(prefix="/people")
hasher = PasswordHasher()
Database = Annotated[Session, Depends(database)]


class Registration(BaseModel):
    email: EmailStr
    password: str


class SecretRegistration(BaseModel):
    email: EmailStr
    password: SecretStr


class Profile(BaseModel):
    name: str
    languages: list[str] = []


# Passwords -----------------------------------------------------------------------------------------------


@router.post("/")
def register(person: Registration, session: Database):
    digest = hashlib.sha256(person.password.encode()).hexdigest()  # want fast-password-hash
    keep(session, person.email, digest)
    return {"status": "registered"}


@router.post("/argon2")
def register_argon2(person: Registration, session: Database):
    keep(session, person.email, hasher.hash(person.password))
    return {"status": "registered"}


@router.post("/bcrypt")
def register_bcrypt(person: SecretRegistration, session: Database):
    password = person.password.get_secret_value().encode()
    if len(password) > 72:
        raise HTTPException(422, "at most 72 bytes")
    keep(session, person.email, bcrypt.hashpw(password, bcrypt.gensalt()).decode("ascii"))
    return {"status": "registered"}


@router.post("/pbkdf2")
def register_pbkdf2(person: Registration, session: Database):
    salt = os.urandom(16)
    digest = hashlib.pbkdf2_hmac("sha256", person.password.encode(), salt, 600_000)
    keep(session, person.email, f"{salt.hex()}${digest.hex()}")
    return {"status": "registered"}


def keep(session: Session, email: str, digest: str) -> None:
    session.execute(text("INSERT INTO people (email, digest) VALUES (:email, :digest)"), {"email": email, "digest": digest})
    session.commit()


@router.post("/token")
def token(form: Annotated[OAuth2PasswordRequestForm, Depends()], session: Database):
    row = session.execute(text("SELECT digest FROM people WHERE email = :email"), {"email": form.username}).first()
    given = hashlib.sha256(form.password.encode()).hexdigest()  # want fast-password-hash
    if row is None or not hmac.compare_digest(row.digest, given):
        raise HTTPException(401)
    access_token = str(random.randint(10**15, 10**16))  # want weak-random
    return {"access_token": access_token}


@router.post("/token/argon2")
def token_argon2(form: Annotated[OAuth2PasswordRequestForm, Depends()], session: Database):  # want login-brute-force
    row = session.execute(text("SELECT digest FROM people WHERE email = :email"), {"email": form.username}).first()
    try:
        hasher.verify(row.digest if row else hasher.hash("nobody"), form.password)
    except Exception:
        raise HTTPException(401) from None
    access_token = secrets.token_urlsafe(32)
    return {"access_token": access_token}


@router.post("/otp")
def one_time_code():
    code = f"{secrets.randbelow(10**6):06}"
    return {"digits": len(code)}


# Upload receipts --------------------------------------------------------------------------------------------


@router.post("/receipt")
def receipt(key: Annotated[str, Form()], document: Annotated[bytes, File()]):
    return {"receipt": hashlib.sha1(key.encode() + document).hexdigest()}  # want weak-hash


@router.post("/receipt/hmac")
def receipt_hmac(document: Annotated[bytes, File()]):
    key = os.environ["DEPOT_RECEIPT_KEY"].encode()
    return {"receipt": hmac.new(key, document, hashlib.sha256).hexdigest()}


@router.post("/receipt/checksum")
def receipt_checksum(document: Annotated[bytes, File()]):
    return {"checksum": hashlib.blake2b(document, digest_size=16).hexdigest()}


# State that comes back from the client ------------------------------------------------------------------------


@router.get("/basket")
def basket(basket: Annotated[str, Cookie()]):
    items = pickle.loads(base64.urlsafe_b64decode(basket))  # want unsafe-deserialization
    return {"items": len(items)}


@router.get("/basket/json")
def basket_json(basket: Annotated[str, Cookie()]):
    items = json.loads(base64.urlsafe_b64decode(basket))
    return {"items": len(items)}


@router.get("/basket/signed")
def basket_signed(basket: Annotated[str, Cookie()]):
    payload, _, signature = basket.partition(".")
    expected = hmac.new(os.environ["DEPOT_COOKIE_KEY"].encode(), payload.encode(), "sha256").hexdigest()
    if not hmac.compare_digest(expected, signature):
        raise HTTPException(400)
    return {"items": len(json.loads(base64.urlsafe_b64decode(payload)))}


@router.post("/profile")
async def profile(upload: UploadFile):
    content = await upload.read()
    wanted = yaml.load(content, Loader=yaml.CLoader)  # want unsafe-deserialization
    return {"name": wanted["name"]}


@router.post("/profile/safe")
async def profile_safe(upload: UploadFile):
    wanted = yaml.safe_load(await upload.read())
    return {"name": wanted["name"]}


@router.post("/profile/model")
async def profile_model(request: Request):
    try:
        wanted = Profile.model_validate_json(await request.body())
    except ValidationError as error:
        raise HTTPException(422, error.errors(include_url=False)) from None
    return {"name": wanted.name}


@router.post("/restore")
async def restore(request: Request):
    state = pickle.loads(await request.body())  # want unsafe-deserialization
    return {"entries": len(state)}


@router.post("/restore/body")
def restore_body(state: Annotated[dict[str, str], Body()]):
    return {"entries": len(state)}


def cached_state(path):
    with open(path, "rb") as handle:
        return pickle.load(handle)  # want pickle-load

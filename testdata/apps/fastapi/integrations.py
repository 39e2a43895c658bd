"""Suppliers' services, and documents on the depot's disk."""
import shutil
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import quote, urlsplit
from uuid import UUID, uuid4

import httpx
import requests
from fastapi import APIRouter, Body, Depends, HTTPException, Query, Request, UploadFile
from fastapi.responses import FileResponse
from pydantic import BaseModel, HttpUrl

router = APIRouter(prefix="/integrations")

DOCUMENTS = Path("/srv/depot/documents").resolve()
SUPPLIERS = {"acme": "https://acme.example.com", "bolt": "https://bolt.example.com"}
WEBHOOK_HOSTS = frozenset({"hooks.example.com", "hooks.example.net"})


class Subscription(BaseModel):
    callback: HttpUrl
    event: str


class Import(BaseModel):
    url: str
    sheet: str = "parts"


# Outgoing calls ---------------------------------------------------------------------------------------------


@router.post("/import")
def import_sheet(wanted: Import):
    answer = requests.get(wanted.url, timeout=15)  # want ssrf
    return {"size": len(answer.content)}


@router.post("/import/checked")
def import_sheet_checked(wanted: Import):
    parts = urlsplit(wanted.url)
    if parts.scheme != "https" or parts.netloc not in ("acme.example.com", "bolt.example.com"):
        raise HTTPException(400, "unknown supplier")
    answer = requests.get(wanted.url, timeout=15, allow_redirects=False)
    return {"size": len(answer.content)}


@router.post("/import/supplier/{supplier}")
def import_from_supplier(supplier: Literal["acme", "bolt"], sheet: Annotated[str, Body(embed=True)]):
    answer = requests.get(f"{SUPPLIERS[supplier]}/sheets/{quote(sheet, safe='')}", timeout=15)
    return {"size": len(answer.content)}


@router.post("/subscribe")
async def subscribe(subscription: Subscription):
    async with httpx.AsyncClient(timeout=5) as client:
        await client.post(str(subscription.callback), json={"event": subscription.event})  # want ssrf
    return {"status": "subscribed"}


@router.post("/subscribe/checked")
async def subscribe_checked(subscription: Subscription):
    callback = subscription.callback
    if callback.scheme != "https" or callback.host not in WEBHOOK_HOSTS:
        raise HTTPException(400, "unknown receiver")
    async with httpx.AsyncClient(timeout=5) as client:
        await client.post(f"https://{callback.host}/depot", json={"event": subscription.event})
    return {"status": "subscribed"}


@router.post("/subscribe/named")
async def subscribe_named(receiver: Literal["ledger", "wiki"]):
    async with httpx.AsyncClient(base_url="https://hooks.example.com", timeout=5) as client:
        await client.post(f"/{receiver}", json={"event": "subscribed"})
    return {"status": "subscribed"}


@router.get("/status")
def status(host: Annotated[str, Query()]):
    answer = httpx.get("https://" + host + "/status")  # want ssrf
    return {"code": answer.status_code}


@router.get("/status/{supplier}")
def supplier_status(supplier: str):
    if (base := SUPPLIERS.get(supplier)) is None:
        raise HTTPException(404)
    return {"code": httpx.get(f"{base}/status").status_code}


def probe(url):
    return requests.head(url, timeout=3).status_code  # want ssrf


@router.get("/probe")
def probe_supplier(url: str):
    return {"code": probe(url)}


@router.post("/push")
def push(level: int):
    requests.post("https://ledger.example.com/stock", json={"level": level}, timeout=5, verify=False)  # want tls-verification-disabled
    return {"status": "pushed"}


@router.post("/push/late")
def push_late(level: int):
    requests.put("https://ledger.example.com/stock", json={"level": level})  # want request-without-timeout
    return {"status": "pushed"}


@router.post("/push/verified")
def push_verified(level: int):
    with requests.Session() as session:
        session.verify = "/etc/depot/ledger-ca.pem"
        session.post("https://ledger.example.com/stock", json={"level": level}, timeout=5)
    return {"status": "pushed"}


# Documents --------------------------------------------------------------------------------------------------


@router.get("/documents")
def document(name: str):
    return FileResponse(DOCUMENTS / name)  # want path-traversal


@router.get("/documents/resolved")
def document_resolved(name: str):
    path = (DOCUMENTS / name).resolve()
    if not path.is_relative_to(DOCUMENTS) or not path.is_file():
        raise HTTPException(404)
    return FileResponse(path)


def existing(name: str) -> Path:
    path = (DOCUMENTS / name).resolve()
    try:
        path.relative_to(DOCUMENTS)
    except ValueError:
        raise HTTPException(404) from None
    return path


@router.get("/documents/checked")
def document_checked(path: Annotated[Path, Depends(existing)]):
    return FileResponse(path)


@router.get("/documents/by-id/{document_id}")
def document_by_id(document_id: UUID):
    return FileResponse(DOCUMENTS / f"{document_id}.pdf")


@router.get("/notes/{name:path}")
def note(name: str):
    with open("/srv/depot/notes/" + name, encoding="utf-8") as handle:  # want path-traversal
        return {"text": handle.read()}


@router.post("/documents")
def upload(document: UploadFile):
    with open(f"/srv/depot/documents/{document.filename}", "wb") as target:  # want upload-filename-trusted
        shutil.copyfileobj(document.file, target)
    return {"status": "stored"}


@router.post("/documents/renamed")
def upload_renamed(document: UploadFile):
    suffix = Path(document.filename or "").suffix.lower()
    if suffix not in {".pdf", ".png"}:
        raise HTTPException(415)
    with open(DOCUMENTS / f"{uuid4().hex}{suffix}", "wb") as target:
        shutil.copyfileobj(document.file, target)
    return {"status": "stored"}


@router.post("/documents/base-name")
def upload_base_name(document: UploadFile):
    name = Path(document.filename or "").name
    if not name or name.startswith("."):
        raise HTTPException(400)
    with (DOCUMENTS / name).open("wb") as target:
        shutil.copyfileobj(document.file, target)
    return {"status": "stored"}


@router.delete("/documents")
async def forget(request: Request):
    body = await request.json()
    Path("/srv/depot/documents", body["name"]).unlink()  # want path-traversal
    return {"status": "deleted"}

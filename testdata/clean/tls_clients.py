"""Connections with TLS: default contexts, a private authority, client certificates, pinned services."""
import asyncio
import logging
import os
import smtplib
import socket
import ssl
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import httpx
import redis
import requests

logger = logging.getLogger(__name__)

CA_BUNDLE = os.environ.get("INTERNAL_CA", "/etc/ssl/certs/internal.pem")
TIMEOUT = 10


@dataclass(frozen=True)
class ClientCertificate:
    certificate: Path
    key: Path


def context(ca: str | None = None, client: ClientCertificate | None = None) -> ssl.SSLContext:
    """A context that checks certificates and host names."""
    result = ssl.create_default_context(cafile=ca)
    result.minimum_version = ssl.TLSVersion.TLSv1_2
    if client is not None:
        result.load_cert_chain(client.certificate, client.key)
    return result


class Accounts:
    """Accounts of another service. Here verify means: send a letter to check the address."""

    def __init__(self, base_url: str = "https://accounts.internal.example.com"):
        self.base_url = base_url
        self.session = requests.Session()
        self.session.verify = CA_BUNDLE

    def create(self, email: str, verify: bool = True) -> int:
        answer = self.session.post(f"{self.base_url}/accounts", json={"email": email, "verify": verify}, timeout=TIMEOUT)
        answer.raise_for_status()
        return answer.json()["id"]

    def import_known(self, addresses: list[str]) -> list[int]:
        return [self.create(address, verify=False) for address in addresses]


def internal_status(name: str) -> int:
    services = {"mail": "https://mail.internal.example.com", "files": "https://files.internal.example.com"}
    return requests.head(services[name], verify=CA_BUNDLE, timeout=(3, TIMEOUT)).status_code


def public_status() -> dict[str, bool]:
    answer = requests.get("https://status.example.com/api", verify=True, timeout=TIMEOUT)
    return {item["name"]: item["up"] for item in answer.json()["services"]}


def time_of_certificate(host: str, port: int = 443) -> str:
    with socket.create_connection((host, port), timeout=TIMEOUT) as raw:
        with context().wrap_socket(raw, server_hostname=host) as secure:
            return secure.getpeercert()["notAfter"]


def fetch_list() -> list[str]:
    request = urllib.request.Request("https://lists.example.com/blocked.txt", headers={"User-Agent": "site/1"})
    with urllib.request.urlopen(request, timeout=TIMEOUT, context=context()) as answer:
        return answer.read().decode("utf-8").splitlines()


@asynccontextmanager
async def partner(certificate: ClientCertificate) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(verify=context(CA_BUNDLE, certificate), timeout=TIMEOUT) as client:
        yield client


async def statuses(names: list[str]) -> dict[str, int]:
    connector = aiohttp.TCPConnector(ssl=context(), limit=20)
    timeout = aiohttp.ClientTimeout(total=TIMEOUT)

    async def one(session: aiohttp.ClientSession, name: str) -> int:
        async with session.get("/status", params={"service": name}) as answer:
            return answer.status

    async with aiohttp.ClientSession("https://status.example.com", connector=connector, timeout=timeout) as session:
        results = await asyncio.gather(*(one(session, name) for name in names))
    return dict(zip(names, results))


async def default_session() -> str:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT)) as session:
        async with session.get("https://example.com/", ssl=True, raise_for_status=True) as answer:
            return await answer.text()


def send(message) -> None:
    with smtplib.SMTP_SSL("smtp.example.com", 465, context=context(), timeout=TIMEOUT) as server:
        server.send_message(message)


def cache() -> redis.Redis:
    return redis.Redis(
        host="cache.internal.example.com",
        ssl=True,
        ssl_cert_reqs="required",
        ssl_ca_certs=CA_BUNDLE,
        socket_timeout=TIMEOUT,
    )


def server_context(certificate: ClientCertificate) -> ssl.SSLContext:
    """For listening: the peers here are browsers, which show no certificate."""
    result = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    result.minimum_version = ssl.TLSVersion.TLSv1_2
    result.load_cert_chain(certificate.certificate, certificate.key)
    return result


def listens(port: int) -> bool:
    with closing(socket.socket()) as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0

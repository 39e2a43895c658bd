"""A client for a JSON service: sessions, retries with jitter, and time limits on every call."""
import http.client
import json
import logging
import os
import random
import ssl
import time
import urllib.request
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urljoin

import httpx
import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

logger = logging.getLogger(__name__)

BASE_URL = "https://api.example.com/v3/"
DEFAULT_TIMEOUT = (3.05, 27)
RETRYABLE = {429, 502, 503, 504}


class ServiceError(Exception):
    def __init__(self, status: int, message: str):
        super().__init__(f"{status}: {message}")
        self.status = status


def make_session(ca_bundle: str | None = None) -> requests.Session:
    session = requests.Session()
    retries = Retry(total=3, backoff_factor=0.5, status_forcelist=sorted(RETRYABLE), allowed_methods={"GET", "HEAD"})
    session.mount("https://", HTTPAdapter(max_retries=retries, pool_maxsize=20))
    session.verify = ca_bundle or True
    session.headers.update({"Accept": "application/json", "User-Agent": "example-client/3"})
    return session


@dataclass
class Client:
    token: str = field(repr=False)
    base_url: str = BASE_URL
    timeout: tuple[float, float] = DEFAULT_TIMEOUT
    session: requests.Session = field(default_factory=make_session, repr=False)

    def request(self, method: str, path: str, **options: Any) -> Any:
        options.setdefault("timeout", self.timeout)
        headers = {"Authorization": f"Bearer {self.token}", **options.pop("headers", {})}
        response = self.session.request(method, urljoin(self.base_url, path), headers=headers, **options)
        if not response.ok:
            raise ServiceError(response.status_code, response.reason)
        return response.json() if response.content else None

    def get(self, path: str, **params: Any) -> Any:
        return self.request("GET", path, params=params)

    def delete(self, path: str) -> None:
        self.request("DELETE", path)

    def project(self, name: str) -> dict[str, Any]:
        return self.get(f"projects/{quote(name, safe='')}")

    def projects(self, owner: str) -> list[dict[str, Any]]:
        return self.get("projects", owner=owner, order="name")["items"]


def with_jitter(call, attempts: int = 5, base: float = 0.25):
    """Call until it succeeds; the pauses grow and differ, so that clients do not march in step."""
    for attempt in range(attempts):
        try:
            return call()
        except (requests.ConnectionError, requests.Timeout) as error:
            if attempt == attempts - 1:
                raise
            delay = random.uniform(0, base * 2**attempt)
            logger.info("attempt %d failed (%s), again in %.2f s", attempt + 1, error, delay)
            time.sleep(delay)


def current_version() -> str:
    response = requests.get("https://api.example.com/version", timeout=5)
    return response.json()["version"]


def upload(path: str, content: bytes) -> None:
    options: dict[str, Any] = {"timeout": 60, "headers": {"Content-Type": "application/octet-stream"}}
    requests.put(BASE_URL + "files/" + quote(path), data=content, **options).raise_for_status()


def download(name: str) -> bytes:
    url = f"https://files.example.com/{quote(name)}?{urlencode({'raw': 1})}"
    with urllib.request.urlopen(url, timeout=30, context=ssl.create_default_context()) as answer:
        return answer.read()


def ping() -> bool:
    connection = http.client.HTTPSConnection("api.example.com", timeout=3)
    try:
        connection.request("HEAD", "/health")
        return connection.getresponse().status == 200
    finally:
        connection.close()


async def gather_status(names: list[str]) -> dict[str, int]:
    async with httpx.AsyncClient(base_url=BASE_URL, timeout=httpx.Timeout(10.0), verify=True) as client:
        return {name: (await client.get(f"services/{quote(name, safe='')}")).status_code for name in names}


def from_environment() -> Client:
    return Client(token=os.environ["EXAMPLE_API_TOKEN"], base_url=os.environ.get("EXAMPLE_API_URL", BASE_URL))


def save_settings(client: Client, path: str) -> None:
    with open(path, "w", encoding="utf-8") as handle:
        json.dump({"base_url": client.base_url, "timeout": client.timeout}, handle)

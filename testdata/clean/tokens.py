"""Sessions, one-time codes, API keys and signed links."""
import base64
import hashlib
import hmac
import json
import os
import secrets
import struct
import time
import uuid
from dataclasses import dataclass, field
from random import SystemRandom

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from itsdangerous import BadData, URLSafeTimedSerializer

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
SECRET_KEY_ENV = "LINK_SIGNING_KEY"
TOKEN_HEADER = "X-Api-Token"
TOKEN_PREFIX = "site_"

system_random = SystemRandom()


@dataclass(frozen=True)
class ApiKey:
    prefix: str
    digest: str
    created: float = field(default_factory=time.time)

    def __repr__(self):
        return f"<ApiKey {self.prefix}...>"


def new_api_key() -> tuple[str, ApiKey]:
    """The key to show once, and what is kept: a prefix to find it by, and a digest of the whole."""
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    # A fast digest is right here: the token has 256 bits of entropy, there is nothing to guess.
    return token, ApiKey(token[:12], hashlib.sha256(token.encode()).hexdigest())


def matches(token: str, key: ApiKey) -> bool:
    return hmac.compare_digest(hashlib.sha256(token.encode()).hexdigest(), key.digest)


def new_session_id() -> str:
    return secrets.token_hex(32)


def recovery_codes(count: int = 10) -> list[str]:
    return ["-".join("".join(secrets.choice(ALPHABET) for _ in range(5)) for _ in range(3)) for _ in range(count)]


def pin(digits: int = 6) -> str:
    return "".join(str(system_random.randint(0, 9)) for _ in range(digits))


def request_id() -> str:
    return uuid.uuid4().hex


def time_code(secret: bytes, moment: float | None = None, step: int = 30) -> str:
    """A time-based one-time code (RFC 6238), with SHA-256."""
    counter = int((time.time() if moment is None else moment) // step)
    digest = hmac.new(secret, struct.pack(">Q", counter), hashlib.sha256).digest()
    offset = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**6:06}"


def check_time_code(secret: bytes, code: str) -> bool:
    now = time.time()
    return any(hmac.compare_digest(time_code(secret, now + drift), code) for drift in (-30, 0, 30))


class Links:
    """Links that expire, signed with a key from the environment."""

    def __init__(self, secret_key: str | None = None):
        self.serializer = URLSafeTimedSerializer(secret_key or os.environ[SECRET_KEY_ENV], salt="links")

    def sign(self, path: str) -> str:
        return self.serializer.dumps({"path": path})

    def open(self, token: str, max_age: int = 3600) -> str | None:
        try:
            return self.serializer.loads(token, max_age=max_age)["path"]
        except BadData:
            return None


class Envelope:
    """Values in cookies, encrypted; the first key encrypts, all of them decrypt."""

    def __init__(self, keys: list[str]):
        self.fernet = MultiFernet([Fernet(key) for key in keys])

    def seal(self, value: object) -> str:
        return self.fernet.encrypt(json.dumps(value).encode()).decode()

    def unseal(self, text: str) -> object:
        try:
            return json.loads(self.fernet.decrypt(text.encode(), ttl=86400))
        except InvalidToken:
            return None


def webhook_signature(secret: str, timestamp: int, body: bytes) -> str:
    message = b"%d." % timestamp + body
    return "v1=" + hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def fingerprint(public_key: bytes) -> str:
    digest = hashlib.sha256(public_key).digest()
    return "SHA256:" + base64.b64encode(digest).rstrip(b"=").decode()


def gravatar(email: str) -> str:
    """The service finds pictures by this digest; it accepts SHA-256."""
    digest = hashlib.sha256(email.strip().lower().encode()).hexdigest()
    return f"https://gravatar.com/avatar/{digest}?d=identicon"

"""Passwords: hashing, checking, moving old hashes to Argon2id, and refusing leaked ones."""
import base64
import getpass
import hashlib
import hmac
import os
import re
import secrets
import string
import sys
from dataclasses import dataclass
from typing import Protocol

import bcrypt
import httpx
from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHash, VerificationError
from werkzeug.security import check_password_hash, generate_password_hash

PASSWORD_MIN_LENGTH = 12
PASSWORD_FIELDS = ("password", "password_repeat")
PASSWORD_POLICY = "At least {minimum} characters; choose a phrase, not a word."
PBKDF2_ITERATIONS = 600_000
CLASSES = (string.ascii_lowercase, string.ascii_uppercase, string.digits)

hasher = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=4, type=Type.ID)


class Hasher(Protocol):
    prefix: str

    def hash(self, password: str) -> str: ...

    def verify(self, stored: str, password: str) -> bool: ...


class Argon2:
    prefix = "$argon2id$"

    def hash(self, password: str) -> str:
        return hasher.hash(password)

    def verify(self, stored: str, password: str) -> bool:
        try:
            return hasher.verify(stored, password)
        except (VerificationError, InvalidHash):
            return False


class Bcrypt:
    prefix = "$2b$"

    def hash(self, password: str) -> str:
        raw = password.encode("utf-8")
        if len(raw) > 72:
            raise ValueError("bcrypt looks at 72 bytes only")
        return bcrypt.hashpw(raw, bcrypt.gensalt(rounds=12)).decode("ascii")

    def verify(self, stored: str, password: str) -> bool:
        return bcrypt.checkpw(password.encode("utf-8"), stored.encode("ascii"))


class Pbkdf2:
    prefix = "pbkdf2$"

    def hash(self, password: str) -> str:
        salt = os.urandom(16)
        key = hashlib.pbkdf2_hmac("sha256", password.encode("utf-8"), salt, PBKDF2_ITERATIONS)
        return f"{self.prefix}{PBKDF2_ITERATIONS}${salt.hex()}${key.hex()}"

    def verify(self, stored: str, password: str) -> bool:
        _, iterations, salt, key = stored.split("$")
        actual = hashlib.pbkdf2_hmac("sha256", password.encode("utf-8"), bytes.fromhex(salt), int(iterations))
        return hmac.compare_digest(actual.hex(), key)


class Scrypt:
    prefix = "scrypt$"

    def hash(self, password: str) -> str:
        salt = secrets.token_bytes(16)
        key = hashlib.scrypt(password.encode("utf-8"), salt=salt, n=2**14, r=8, p=5, dklen=32)
        return self.prefix + base64.b64encode(salt + key).decode("ascii")

    def verify(self, stored: str, password: str) -> bool:
        raw = base64.b64decode(stored.removeprefix(self.prefix))
        key = hashlib.scrypt(password.encode("utf-8"), salt=raw[:16], n=2**14, r=8, p=5, dklen=32)
        return hmac.compare_digest(key, raw[16:])


@dataclass
class Passwords:
    preferred: Hasher
    accepted: tuple[Hasher, ...] = ()

    def verify(self, stored: str, password: str) -> tuple[bool, str | None]:
        """Whether the password is right, and a new hash where the stored one is out of date."""
        for candidate in (self.preferred, *self.accepted):
            if stored.startswith(candidate.prefix):
                right = candidate.verify(stored, password)
                return right, self.preferred.hash(password) if right and candidate is not self.preferred else None
        return check_password_hash(stored, password), None


def legacy_hash(password: str) -> str:
    return generate_password_hash(password, method="scrypt")


def is_leaked(password: str) -> bool:
    """Ask which hashes with the same first five characters are known; the password never leaves this machine."""
    digest = hashlib.sha1(password.encode("utf-8"), usedforsecurity=False).hexdigest().upper()
    answer = httpx.get(f"https://api.pwnedpasswords.com/range/{digest[:5]}", timeout=5)
    return any(line.partition(":")[0] == digest[5:] for line in answer.text.splitlines())


def problems(password: str) -> list[str]:
    found = []
    if len(password) < PASSWORD_MIN_LENGTH:
        found.append(PASSWORD_POLICY.format(minimum=PASSWORD_MIN_LENGTH))
    if re.fullmatch(r"(.)\1*", password):
        found.append("One character, over and over.")
    return found


def generate(length: int = 20) -> str:
    characters = [secrets.choice(group) for group in CLASSES]
    characters += [secrets.choice("".join(CLASSES)) for _ in range(length - len(CLASSES))]
    secrets.SystemRandom().shuffle(characters)
    return "".join(characters)


def ask() -> str:
    password = getpass.getpass("New password: ")
    if problems(password):
        sys.exit("\n".join(problems(password)))
    return password

"""Caches that hold JSON: in memory, in files and in Redis."""
import asyncio
import functools
import gzip
import hashlib
import inspect
import json
import random
import time
from collections import OrderedDict
from pathlib import Path
from typing import Any, Callable, Protocol

import redis
import redis.asyncio

# Takes a lock only if it is free, and gives it back only if it is ours.
ACQUIRE = """
if redis.call('set', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then
    return 1
end
return 0
"""
RELEASE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"


class Cache(Protocol):
    def get(self, key: str) -> Any: ...

    def set(self, key: str, value: Any, lifetime: float) -> None: ...


def cache_key(prefix: str, *parts: object) -> str:
    """A short name for the arguments; nothing depends on it being hard to guess."""
    text = json.dumps(parts, sort_keys=True, default=str)
    return f"{prefix}:{hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()}"


def spread(lifetime: float) -> float:
    """Entries made at the same moment must not all expire at the same moment."""
    return lifetime * random.uniform(0.9, 1.1)


class MemoryCache:
    def __init__(self, size: int = 1024):
        self.size = size
        self.entries: OrderedDict[str, tuple[float, Any]] = OrderedDict()

    def __repr__(self) -> str:
        return f"<MemoryCache {len(self.entries)} of {self.size}>"

    def get(self, key: str) -> Any:
        expires, value = self.entries.get(key, (0.0, None))
        if expires < time.monotonic():
            self.entries.pop(key, None)
            return None
        self.entries.move_to_end(key)
        return value

    def set(self, key: str, value: Any, lifetime: float) -> None:
        self.entries[key] = (time.monotonic() + spread(lifetime), value)
        while len(self.entries) > self.size:
            self.entries.popitem(last=False)


class FileCache:
    def __init__(self, folder: Path):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def path(self, key: str) -> Path:
        return self.folder / (hashlib.sha256(key.encode()).hexdigest() + ".json.gz")

    def get(self, key: str) -> Any:
        try:
            with gzip.open(self.path(key), "rt", encoding="utf-8") as handle:
                entry = json.load(handle)
        except (FileNotFoundError, json.JSONDecodeError):
            return None
        return entry["value"] if entry["expires"] > time.time() else None

    def set(self, key: str, value: Any, lifetime: float) -> None:
        with gzip.open(self.path(key), "wt", encoding="utf-8") as handle:
            json.dump({"expires": time.time() + lifetime, "value": value}, handle)


class RedisCache:
    def __init__(self, url: str, prefix: str = "site"):
        self.client = redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)
        self.prefix = prefix

    def get(self, key: str) -> Any:
        raw = self.client.get(f"{self.prefix}:{key}")
        return json.loads(raw) if raw is not None else None

    def set(self, key: str, value: Any, lifetime: float) -> None:
        self.client.set(f"{self.prefix}:{key}", json.dumps(value), ex=int(spread(lifetime)))

    def increment_all(self, names: list[str]) -> list[int]:
        pipeline = self.client.pipeline()
        for name in names:
            pipeline.incr(f"{self.prefix}:count:{name}")
        return pipeline.execute()

    def lock(self, name: str, owner: str, milliseconds: int = 10_000) -> bool:
        return bool(self.client.eval(ACQUIRE, 1, f"{self.prefix}:lock:{name}", owner, milliseconds))

    def unlock(self, name: str, owner: str) -> None:
        self.client.eval(RELEASE, 1, f"{self.prefix}:lock:{name}", owner)


async def warm(url: str, keys: list[str], load: Callable[[str], Any]) -> None:
    client = redis.asyncio.Redis.from_url(url)
    async with client.pipeline(transaction=False) as pipeline:
        for key in keys:
            pipeline.set(key, json.dumps(await asyncio.to_thread(load, key)), ex=300)
        await pipeline.execute()
    await client.aclose()


def cached(cache: Cache, lifetime: float = 60):
    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            bound = inspect.signature(function).bind(*args, **kwargs)
            key = cache_key(function.__qualname__, *bound.arguments.items())
            if (value := cache.get(key)) is None:
                value = function(*args, **kwargs)
                cache.set(key, value, lifetime)
            return value

        return wrapper

    return decorate

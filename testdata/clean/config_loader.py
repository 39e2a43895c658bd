"""Configuration from YAML, TOML, JSON, INI files and the environment."""
import configparser
import json
import logging
import os
import re
import tomllib
from collections import ChainMap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import yaml
from yaml import SafeLoader
from yaml.constructor import ConstructorError

try:
    from yaml import CSafeLoader as Loader
except ImportError:
    from yaml import SafeLoader as Loader

logger = logging.getLogger(__name__)

VARIABLE = re.compile(r"\$\{([A-Z][A-Z0-9_]*)(?::-([^}]*))?\}")
DEFAULTS = Path(__file__).with_name("defaults.yaml")
PLACES = (Path("/etc/site/config.yaml"), Path("~/.config/site.toml").expanduser(), Path("site.ini"))


class ConfigError(Exception):
    pass


class EnvLoader(SafeLoader):
    """Understands !env NAME, and otherwise only plain YAML."""


def construct_env(loader: SafeLoader, node: yaml.ScalarNode) -> str:
    name = loader.construct_scalar(node)
    try:
        return os.environ[name]
    except KeyError:
        raise ConstructorError(None, None, f"{name} is not set", node.start_mark) from None


EnvLoader.add_constructor("!env", construct_env)


@dataclass
class Config:
    host: str = "127.0.0.1"
    port: int = 8000
    debug: bool = False
    secret_key: str = field(default="", repr=False)
    database: str = "sqlite:///site.db"
    workers: int = 2
    extra: dict[str, Any] = field(default_factory=dict)

    def check(self) -> None:
        if not self.debug and len(self.secret_key) < 32:
            raise ConfigError("set secret_key to at least 32 characters, for example with !env SECRET_KEY")
        if not 0 < self.port < 65536:
            raise ConfigError(f"port {self.port} does not exist")


def read_yaml(path: Path) -> dict[str, Any]:
    with path.open(encoding="utf-8") as handle:
        return yaml.load(handle, Loader=EnvLoader) or {}


def read_documents(text: str) -> list[Any]:
    return list(yaml.safe_load_all(text))


def read_fast(path: str) -> Any:
    with open(path, "rb") as handle:
        return yaml.load(handle, Loader=Loader)


def read_toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def read_ini(path: Path) -> dict[str, Any]:
    parser = configparser.ConfigParser(interpolation=None)
    with open(path, encoding="utf-8") as handle:
        parser.read_file(handle)
    return dict(parser["site"]) if parser.has_section("site") else {}


READERS = {".yaml": read_yaml, ".yml": read_yaml, ".toml": read_toml, ".ini": read_ini, ".json": lambda path: json.loads(path.read_text())}


def expand(value: Any) -> Any:
    if isinstance(value, str):
        return VARIABLE.sub(lambda match: os.environ.get(match[1], match[2] or ""), value)
    if isinstance(value, Mapping):
        return {key: expand(item) for key, item in value.items()}
    if isinstance(value, list):
        return [expand(item) for item in value]
    return value


def from_environment(prefix: str = "SITE_") -> dict[str, Any]:
    return {name.removeprefix(prefix).lower(): value for name, value in os.environ.items() if name.startswith(prefix)}


def sources(explicit: Path | None) -> Iterator[dict[str, Any]]:
    yield from_environment()
    for path in (explicit, *PLACES, DEFAULTS):
        if path is not None and path.is_file():
            logger.debug("reading settings from %s", path)
            yield READERS[path.suffix](path)


def load(explicit: str | None = None) -> Config:
    merged = ChainMap(*sources(Path(explicit) if explicit else None))
    names = {item.name: item.type for item in fields(Config)}
    known = {name: expand(value) for name, value in merged.items() if name in names}
    extra = {name: expand(value) for name, value in merged.items() if name not in names}
    for name in ("port", "workers"):
        if name in known:
            known[name] = int(known[name])
    if "debug" in known:
        known["debug"] = str(known["debug"]).lower() in ("1", "true", "yes")
    config = Config(**known, extra=extra)
    config.check()
    return config


def save(config: Config, path: Path) -> None:
    public = {item.name: getattr(config, item.name) for item in fields(config) if item.name != "secret_key"}
    path.write_text(yaml.safe_dump(public, sort_keys=True), encoding="utf-8")

"""Unpacking archives, and reading and writing below one folder only."""
import contextlib
import hashlib
import io
import json
import os
import shutil
import stat
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

MAX_FILES = 10_000
MAX_BYTES = 512 * 1024 * 1024
DATA = Path(__file__).resolve().parent / "data"
MANIFEST = "manifest.json"


class UnsafeArchive(ValueError):
    pass


def below(root: Path, name: str) -> Path:
    """The path of name below root; an absolute name, or one that leads out, is refused."""
    root = root.resolve()
    path = (root / name).resolve()
    if not path.is_relative_to(root):
        raise UnsafeArchive(f"{name!r} leads out of {root}")
    return path


def unzip(source: IO[bytes], target: Path) -> list[Path]:
    written: list[Path] = []
    total = 0
    with zipfile.ZipFile(source) as archive:
        entries = archive.infolist()
        if len(entries) > MAX_FILES:
            raise UnsafeArchive("too many files")
        for entry in entries:
            path = below(target, entry.filename)
            if entry.is_dir():
                path.mkdir(parents=True, exist_ok=True)
                continue
            if stat.S_ISLNK(entry.external_attr >> 16):
                raise UnsafeArchive(f"{entry.filename} is a link")
            path.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(entry) as inside, path.open("wb") as outside:
                while block := inside.read(1 << 16):
                    total += len(block)
                    if total > MAX_BYTES:
                        raise UnsafeArchive("too large")
                    outside.write(block)
            written.append(path)
    return written


def untar(source: IO[bytes], target: Path) -> None:
    with tarfile.open(fileobj=source, mode="r:*") as archive:
        archive.extractall(target, filter="data")


def pack(folder: Path) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, PurePosixPath(path.relative_to(folder)))
        archive.writestr(MANIFEST, json.dumps(manifest(folder)))
    return buffer.getvalue()


def manifest(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): digest(path) for path in folder.rglob("*") if path.is_file()}


def digest(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def default_data(name: str = "default") -> dict:
    with open(DATA / "default.json", encoding="utf-8") as handle:
        return json.load(handle)[name]


class Files:
    """Files of one customer, in one folder."""

    def __init__(self, root: Path):
        self.root = root.resolve()

    def __repr__(self) -> str:
        return f"<Files {self.root}>"

    def read(self, name: str) -> bytes:
        return below(self.root, name).read_bytes()

    def write(self, name: str, content: bytes) -> None:
        path = below(self.root, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as target:
                target.write(content)
            os.replace(temporary, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise

    def delete(self, name: str) -> None:
        path = below(self.root, name)
        if path == self.root:
            raise UnsafeArchive("will not delete the whole folder")
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)

    def names(self) -> Iterator[str]:
        for path in self.root.rglob("*"):
            yield str(path.relative_to(self.root))

    @contextlib.contextmanager
    def scratch(self) -> Iterator[Path]:
        with tempfile.TemporaryDirectory(dir=self.root, prefix="scratch-") as folder:
            yield Path(folder)

"""Reports and pictures: uploads and downloads with FastAPI."""
import hashlib
import shutil
import tempfile
from pathlib import Path
from typing import Annotated, Literal
from uuid import UUID, uuid4

import anyio
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Query, Request, Response, UploadFile
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, StreamingResponse
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel

BASE = Path(__file__).resolve().parent
REPORTS = Path("/srv/reports").resolve()
PICTURES = Path("/srv/pictures").resolve()
KINDS = {"image/png": ".png", "image/jpeg": ".jpg"}
INDEX = "<!doctype html><title>Reports</title><h1>Reports</h1><p>Select a report from the list.</p>"

router = APIRouter()


class Stored(BaseModel):
    id: UUID
    size: int
    etag: str


def report_path(name: Annotated[str, Query(min_length=1, max_length=200)]) -> Path:
    """The report of that name, if there is one and it is a report at all."""
    path = (REPORTS / name).resolve()
    if not path.is_relative_to(REPORTS) or not path.is_file():
        raise HTTPException(404, "no such report")
    return path


Report = Annotated[Path, Depends(report_path)]


@router.get("/", response_class=HTMLResponse)
def index() -> str:
    return INDEX


@router.get("/reports")
def reports() -> list[str]:
    return sorted(path.name for path in REPORTS.glob("*.pdf"))


@router.get("/reports/download")
def download(path: Report) -> FileResponse:
    return FileResponse(path, media_type="application/pdf", filename=path.name)


@router.get("/reports/stream")
async def stream(path: Report) -> StreamingResponse:
    async def chunks():
        async with await anyio.open_file(path, "rb") as handle:
            while chunk := await handle.read(64 * 1024):
                yield chunk

    return StreamingResponse(chunks(), media_type="application/pdf")


@router.get("/reports/monthly/{year}/{month}")
def monthly(year: int, month: int, kind: Literal["pdf", "csv"] = "pdf") -> FileResponse:
    path = REPORTS / f"{year:04}-{month:02}.{kind}"
    if not path.exists():
        raise HTTPException(404)
    return FileResponse(path)


@router.post("/pictures", status_code=201)
def upload(picture: UploadFile) -> Stored:
    suffix = KINDS.get(picture.content_type or "")
    if suffix is None:
        raise HTTPException(415, f"send one of {', '.join(KINDS)}")
    picture_id = uuid4()
    checksum = hashlib.sha256()
    size = 0
    with tempfile.NamedTemporaryFile(dir=PICTURES, delete=False) as target:
        while chunk := picture.file.read(1 << 16):
            size += len(chunk)
            if size > 8 << 20:
                Path(target.name).unlink()
                raise HTTPException(413)
            checksum.update(chunk)
            target.write(chunk)
    shutil.move(target.name, PICTURES / f"{picture_id}{suffix}")
    return Stored(id=picture_id, size=size, etag=checksum.hexdigest()[:32])


@router.get("/pictures/{picture_id}")
def picture(picture_id: UUID, request: Request) -> Response:
    for suffix in KINDS.values():
        path = PICTURES / f"{picture_id}{suffix}"
        if path.exists():
            break
    else:
        raise HTTPException(404)
    stat = path.stat()
    etag = hashlib.md5(f"{stat.st_mtime_ns}-{stat.st_size}".encode(), usedforsecurity=False).hexdigest()
    if request.headers.get("if-none-match") == f'"{etag}"':
        return Response(status_code=304)
    return FileResponse(path, headers={"ETag": f'"{etag}"'})


@router.delete("/pictures/{picture_id}", status_code=204)
def delete(picture_id: UUID) -> None:
    for suffix in KINDS.values():
        (PICTURES / f"{picture_id}{suffix}").unlink(missing_ok=True)


@router.get("/latest")
def latest(request: Request) -> RedirectResponse:
    return RedirectResponse(request.app.url_path_for("reports"), status_code=307)


def create_app() -> FastAPI:
    app = FastAPI(title="Reports", docs_url=None)
    app.include_router(router)
    app.mount("/static", StaticFiles(directory=BASE / "static", check_dir=False))
    return app

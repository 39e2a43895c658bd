"""A choir on Django Ninja: routers, schemas, forms, files."""
import os
import pickle
import subprocess
from datetime import date
from enum import Enum
from pathlib import Path
from typing import List, Optional
from uuid import UUID

import requests
from django.db import connection
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.utils.html import escape
from ninja import File, Form, Header, NinjaAPI, Path as PathParam, Query, Router, Schema, UploadedFile
from pydantic import Field

api = NinjaAPI()
router = Router(tags=["songs"])
SCORES = Path("/srv/choir/scores").resolve()
AGENCIES = {"a": "https://a.example/", "b": "https://b.example/"}


class Voice(str, Enum):
    ALTO = "alto"
    BASS = "bass"


class Singer(Schema):
    name: str
    voice: Voice
    since: date
    code: str = Field(pattern=r"^[A-Z]{3}$")


class Filters(Schema):
    title: Optional[str] = None
    year: Optional[int] = None


def rows(sql, values=()):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)  # at song_sink
        return cursor.fetchall()


@api.get("/songs/{name}")
def song(request, name: str):  # at song_name
    return rows(f"SELECT * FROM songs WHERE name = '{name}'")  # want sql-injection via song_name to song_sink


@api.post("/singers")
def add_singer(request, singer: Singer):  # at singer
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO singers (name) VALUES ('%s')" % singer.name)  # want sql-injection via singer
    return {"name": singer.name}


@router.get("/find")
def find(request, filters: Query[Filters], sort: str = "title"):  # at find_filters
    sql = "SELECT * FROM songs WHERE title LIKE '%" + filters.title + "%'"  # at find_sql
    with connection.cursor() as cursor:
        cursor.execute(sql)  # want sql-injection via find_filters find_sql
        return cursor.fetchall()


@router.get("/number/{int:number}/{day}/{key}")
def numbered(request, number: int, day: date, key: UUID, voice: Voice):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM songs WHERE id = {number} AND day = '{day}' AND key = '{key}' AND voice = '{voice.value}'")
        return cursor.fetchall()


@router.post("/codes")
def codes(request, singer: Singer):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM codes WHERE code = '{singer.code}' AND voice = '{singer.voice.value}' AND since = '{singer.since}'")
        cursor.execute("SELECT * FROM codes WHERE name = %s", [singer.name])
        return cursor.fetchall()


@router.get("/page")
def page(request, title: str):  # at page_title
    return HttpResponse(f"<h1>{title}</h1>")  # want reflected-xss via page_title


@router.get("/page/escaped")
def page_escaped(request, title: str, count: int):
    return HttpResponse(f"<h1>{escape(title)} {count}</h1>")


@router.get("/page/text")
def page_text(request, title: str):
    return HttpResponse(title, content_type="text/plain")


@router.get("/page/json")
def page_json(request, title: str):
    return {"title": f"<h1>{title}</h1>"}


@router.post("/print")
def print_score(request, printer: str = Form(...), copies: int = Form(1)):  # at printer
    os.system(f"lp -d {printer} -n {copies} score.pdf")  # want command-injection via printer
    subprocess.run(["lp", "-d", printer, "score.pdf"], check=True)
    return {}


@router.post("/scores")
def upload(request, folder: str = Form(...), score: UploadedFile = File(...)):  # at folder
    with open(SCORES / folder / score.name, "wb") as out:  # want path-traversal via folder
        out.write(score.read())
    return {"name": score.name}


@router.post("/scores/named")
def upload_named(request, score: UploadedFile = File(...)):
    # Django keeps the last part of the name
    (SCORES / score.name).write_bytes(score.read())
    return {"name": score.name}


@router.get("/scores/{path:name}")
def score(request, name: str):  # at score_name
    return {"score": (SCORES / name).read_text()}  # want path-traversal via score_name


@router.get("/scores/{name}/checked")
def checked_score(request, name: str):
    target = (SCORES / name).resolve()
    if SCORES not in target.parents:
        return api.create_response(request, {"error": "outside"}, status=404)
    return {"score": target.read_text()}


@api.get("/agency")
def agency(request, url: str, x_token: str = Header(...)):  # at agency_url
    return requests.get(url, headers={"X-Token": x_token}, timeout=5).json()  # want ssrf via agency_url


@api.get("/agency/{which}")
def known_agency(request, which: str):
    base = AGENCIES.get(which)
    return requests.get(base, timeout=5).json() if base else {}


@api.get("/onwards")
def onwards(request, to: str):  # at onwards_to
    return redirect(to)  # want open-redirect via onwards_to


@api.get("/onwards/{int:number}")
def onwards_number(request, number: int):
    return HttpResponseRedirect(f"/songs/{number}")


@api.post("/restore")
def restore(request):
    return {"count": len(pickle.loads(request.body))}  # at restore_body # want unsafe-deserialization via restore_body


@api.post("/reckon")
def reckon(request, formula: str, bars: int):  # at reckon_formula
    return {"value": eval(formula), "bars": eval(f"{bars} * 4")}  # want code-injection via reckon_formula


api.add_router("/songs/", router)

"""Seed shops, weather, and the pictures of the members."""
import os
import ssl
import urllib.request
from pathlib import Path
from urllib.parse import quote, urlsplit

import aiohttp
import anyio
import httpx
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, JSONResponse
from starlette.routing import Route

PICTURES = Path("/srv/garden/pictures").resolve()
SHOPS = {"roses": "https://roses.example.com/api", "herbs": "https://herbs.example.com/api"}
SHOP_HOSTS = {"roses.example.com", "herbs.example.com"}


# Fetching ----------------------------------------------------------------------------------------------------


async def prices(request):
    body = await request.json()
    async with httpx.AsyncClient(timeout=5) as client:
        answer = await client.request("GET", body["shop"])  # want ssrf
    return JSONResponse(answer.json())


async def prices_named(request):
    body = await request.json()
    if body["shop"] not in SHOPS:
        raise HTTPException(404)
    async with httpx.AsyncClient(timeout=5) as client:
        answer = await client.request("GET", SHOPS[body["shop"]])
    return JSONResponse(answer.json())


async def prices_checked(request):
    url = (await request.json())["shop"]
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname in SHOP_HOSTS and "@" not in parts.netloc:
        async with httpx.AsyncClient(timeout=5, follow_redirects=False) as client:
            answer = await client.get(url)
        return JSONResponse(answer.json())
    raise HTTPException(400)


async def weather(request):
    url = request.query_params.get("url", "https://weather.example.com/today")
    with urllib.request.urlopen(url, timeout=5) as answer:  # want ssrf, blocking-call-in-async
        return JSONResponse({"size": len(answer.read())})


async def weather_town(request):
    town = quote(request.query_params.get("town", "Kiel"), safe="")
    with urllib.request.urlopen(f"https://weather.example.com/towns/{town}", timeout=5) as answer:  # want blocking-call-in-async
        return JSONResponse({"size": len(answer.read())})


async def weather_here(request):
    params = {"town": request.query_params.get("town", "Kiel")}
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:
        async with session.get("https://weather.example.com/towns", params=params) as answer:
            return JSONResponse(await answer.json())


async def soil(request):
    async with aiohttp.ClientSession() as session:
        async with session.get("https://soil.example.com/today", ssl=False) as answer:  # want tls-verification-disabled
            return JSONResponse(await answer.json())


async def soil_pinned(request):
    context = ssl.create_default_context(cafile="/etc/garden/soil-ca.pem")
    async with aiohttp.ClientSession() as session:
        async with session.get("https://soil.example.com/today", ssl=context) as answer:
            return JSONResponse(await answer.json())


async def soil_default(request):
    async with httpx.AsyncClient(verify=ssl.create_default_context(), timeout=5) as client:
        answer = await client.get("https://soil.example.com/today")
    return JSONResponse(answer.json())


# Pictures ----------------------------------------------------------------------------------------------------


async def picture(request):
    return FileResponse(os.path.join("/srv/garden/pictures", request.path_params["name"]))  # want path-traversal


async def picture_resolved(request):
    path = (PICTURES / request.path_params["name"]).resolve()
    if not path.is_relative_to(PICTURES):
        raise HTTPException(404)
    return FileResponse(path)


async def picture_common(request):
    root = os.path.realpath("/srv/garden/pictures")
    path = os.path.realpath(os.path.join(root, request.path_params["name"]))
    if os.path.commonpath([root, path]) != root:
        raise HTTPException(404)
    return FileResponse(path)


async def picture_number(request):
    return FileResponse(PICTURES / f"{request.path_params['number']}.jpg")


async def caption(request):
    async with await anyio.open_file("/srv/garden/captions/" + request.query_params["name"]) as handle:  # want path-traversal
        return JSONResponse({"caption": await handle.read()})


async def caption_base_name(request):
    name = os.path.basename(request.query_params["name"])
    with open(os.path.join("/srv/garden/captions", name + ".txt"), encoding="utf-8") as handle:
        return JSONResponse({"caption": handle.read()})


async def caption_prefix(request):
    root = os.path.realpath("/srv/garden/captions")
    path = os.path.realpath(os.path.join(root, request.query_params["name"]))
    if not path.startswith(root + os.sep):
        raise HTTPException(404)
    with open(path, encoding="utf-8") as handle:
        return JSONResponse({"caption": handle.read()})


async def remove_caption(request):
    form = await request.form()
    os.remove(f"/srv/garden/captions/{form['name']}.txt")  # want path-traversal
    return JSONResponse({"status": "removed"})


routes = [
    Route("/prices", prices, methods=["POST"]),
    Route("/prices/named", prices_named, methods=["POST"]),
    Route("/prices/checked", prices_checked, methods=["POST"]),
    Route("/weather", weather),
    Route("/weather/town", weather_town),
    Route("/weather/here", weather_here),
    Route("/soil", soil),
    Route("/soil/pinned", soil_pinned),
    Route("/soil/default", soil_default),
    Route("/pictures/{name:path}", picture),
    Route("/pictures-resolved/{name:path}", picture_resolved),
    Route("/pictures-common/{name:path}", picture_common),
    Route("/pictures-number/{number:int}", picture_number),
    Route("/captions", caption),
    Route("/captions/base-name", caption_base_name),
    Route("/captions/prefix", caption_prefix),
    Route("/captions/remove", remove_caption, methods=["POST"]),
]

"""What the museum asks of other servers, and the sockets of its gate."""
import ipaddress
import json
from urllib.parse import quote, urlsplit

import aiohttp
import httpx
import requests
from aiohttp import WSMsgType, web

LENDERS = {"louvre": "https://api.louvre.example/v1", "uffizi": "https://api.uffizi.example/v2"}
HTTP = web.AppKey("http", aiohttp.ClientSession)
HOSTS = frozenset({"images.museum.example", "cdn.museum.example"})


async def image(request):
    url = request.query["url"]  # at image_url
    async with request.app[HTTP].get(url) as answer:  # want ssrf via image_url
        return web.Response(body=await answer.read(), content_type="image/png")


async def picture(request):
    body = await request.json()  # at picture_body
    async with aiohttp.ClientSession() as session:
        async with session.get(body["url"]) as answer:  # want ssrf via picture_body
            return web.Response(body=await answer.read(), content_type="image/png")


async def hook(request):
    data = await request.post()  # at hook_form
    target = f"http://{data['host']}:{data['port']}/hook"  # at hook_target
    async with httpx.AsyncClient(timeout=5) as client:
        answer = await client.post(target, json={"open": True})  # want ssrf via hook_form hook_target
    return web.json_response({"status": answer.status_code})


async def gate_socket(request):
    ws = web.WebSocketResponse(heartbeat=30)
    await ws.prepare(request)
    async for message in ws:  # at gate_message
        if message.type == WSMsgType.TEXT:
            order = json.loads(message.data)  # at gate_order
            answer = requests.post(order["callback"], timeout=3)  # want ssrf via gate_message gate_order, blocking-call-in-async
            await ws.send_json({"status": answer.status_code})
        elif message.type == WSMsgType.ERROR:
            break
    return ws


async def gate_probe(request):
    ws = web.WebSocketResponse()
    await ws.prepare(request)
    while not ws.closed:
        where = await ws.receive_str()  # at probe
        async with aiohttp.request("HEAD", where) as answer:  # want ssrf via probe
            await ws.send_str(str(answer.status))
    return ws


async def lender(request):
    base = LENDERS.get(request.match_info["lender"])
    if base is None:
        raise web.HTTPNotFound()
    async with request.app[HTTP].get(f"{base}/objects", params={"q": request.query.get("q", "")}) as answer:
        return web.json_response(await answer.json())


async def thumbnail(request):
    name = quote(request.query["name"], safe="")
    async with aiohttp.ClientSession("https://images.museum.example") as session:
        async with session.get(f"/thumbs/{name}.png") as answer:
            return web.Response(body=await answer.read(), content_type="image/png")


async def mirrored(request):
    url = (await request.json())["url"]
    parts = urlsplit(url)
    if parts.scheme != "https" or parts.hostname not in HOSTS:
        raise web.HTTPForbidden(reason="not a mirror")
    timeout = aiohttp.ClientTimeout(total=5)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        async with session.get(url, allow_redirects=False) as answer:
            return web.Response(body=await answer.read(), content_type="image/png")


async def camera(request):
    number = int(request.match_info["camera"])
    async with httpx.AsyncClient(timeout=3) as client:
        frame = await client.get(f"http://camera-{number}.museum.internal/frame")
    return web.Response(body=frame.content, content_type="image/jpeg")


async def reachable(request):
    address = ipaddress.ip_address(request.query["address"])
    return web.json_response({"global": address.is_global, "version": address.version})


def setup(app):
    app.router.add_get("/gate/image", image)
    app.router.add_post("/gate/picture", picture)
    app.router.add_post("/gate/hook", hook)
    app.router.add_get("/gate/socket", gate_socket)
    app.router.add_get("/gate/probe", gate_probe)
    app.router.add_get("/gate/lenders/{lender}", lender)
    app.router.add_get("/gate/thumbnail", thumbnail)
    app.router.add_post("/gate/mirrored", mirrored)
    app.router.add_get("/gate/cameras/{camera}", camera)
    app.router.add_get("/gate/reachable", reachable)

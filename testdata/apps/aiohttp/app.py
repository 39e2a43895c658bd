"""The museum: its application, its routes and its middlewares."""
import logging
import os

import aiohttp
import aiosqlite
import asyncpg
from aiohttp import web

import depot
import gate
import objects
from curators import curators
from workshop import workshop

log = logging.getLogger("museum")


@web.middleware
async def errors(request, handler):
    try:
        return await handler(request)
    except web.HTTPException as e:
        if e.status != 404:
            raise
        where = request.path  # at missing_path
        page = f"<h1>Nothing at {where}</h1>"  # at missing_page
        return web.Response(text=page, status=404, content_type="text/html")  # want reflected-xss via missing_path missing_page


@web.middleware
async def errors_as_json(request: web.Request, handler):
    try:
        return await handler(request)
    except web.HTTPException as e:
        return web.json_response({"error": e.reason, "path": request.path}, status=e.status)


@web.middleware
async def errors_as_text(request, handler):
    try:
        return await handler(request)
    except web.HTTPNotFound:
        return web.Response(text=f"nothing at {request.path}\n", status=404)


async def connections(app):
    app["db"] = await aiosqlite.connect("museum.db")
    app["pool"] = await asyncpg.create_pool(os.environ["DATABASE_URL"])
    app[gate.HTTP] = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10))
    yield
    await app[gate.HTTP].close()
    await app["pool"].close()
    await app["db"].close()


def make_app():
    app = web.Application(middlewares=[errors_as_json], client_max_size=4 * 1024**2)
    app.cleanup_ctx.append(connections)
    app.router.add_get("/objects", objects.listing)
    app.router.add_get("/objects/by-name/{name}", objects.by_name)
    app.router.add_get(r"/objects/{number:\d+}", objects.one)
    app.router.add_get(r"/objects/room/{room:[a-z]{1,12}}", objects.in_room)
    app.router.add_route("*", "/objects/search", objects.Search)
    app.add_routes([
        web.post("/objects/import", objects.take_over),
        web.view("/objects/{id}/labels", objects.Labels),
    ])
    app.add_routes(curators)
    app.add_subapp("/workshop/", workshop)
    depot.setup(app)
    gate.setup(app)
    return app


if __name__ == "__main__":
    web.run_app(make_app(), port=int(os.environ.get("PORT", "8080")))

"""The studio's built pages as static files; every address of a page gives the same document."""

from __future__ import annotations

from pathlib import Path
from typing import cast
from urllib.parse import urlencode

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse

from hornbook.api.access import Access
from hornbook.api.login import set_cookie
from hornbook.data import path_inside
from hornbook.errors import DataError

__all__ = ["PAGES_FOLDER", "add_pages"]

PAGES_FOLDER = Path(__file__).with_name("pages")
"""Where the build of `studio/` lies in an installed package."""

_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; "
    "connect-src 'self'; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'self'"
)
_NO_PAGES = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<title>Hornbook</title></head><body><main><h1>Hornbook</h1>
<p>The server runs, and its API answers under <code>/api/v1</code>. This installation was made
without the studio's pages.</p>
<p>Install Node.js 20 or later, then run <code>pip install .</code> in a clone again, or
<code>make serve</code>.</p></main></body></html>"""


def add_pages(application: FastAPI, folder: Path = PAGES_FOLDER) -> None:
    """Adds the pages to an application; after all routes of the API.

    Args:
        application: that gets them.
        folder: of the built pages; a plain notice stands in where there are none.
    """

    @application.get("/{path:path}", include_in_schema=False)
    def page(path: str, request: Request) -> Response:
        token = request.query_params.get("token")
        if token is not None:
            return _logged_in(request, token)
        if path.startswith("api/"):
            return Response('{"detail": "There is no such route."}', 404, {}, "application/json")
        return _file(folder, path)


def _file(folder: Path, path: str) -> Response:
    try:
        file = path_inside(folder, path)
    except DataError:
        return Response("No such page.", 404)
    is_asset = path.startswith("assets/")
    if is_asset and not file.is_file():
        return Response("No such file.", 404)
    if not (path and file.is_file()):
        file = folder / "index.html"
    if not file.is_file():
        return HTMLResponse(_NO_PAGES)
    # The names of assets change with their content.
    lasting = "public, max-age=31536000, immutable" if is_asset else "no-cache"
    return FileResponse(file, headers=_headers(lasting))


def _logged_in(request: Request, token: str) -> Response:
    """Trades the token of a link for a cookie, and takes it out of the address."""
    access = cast("Access", request.app.state.access)
    rest = {key: value for key, value in request.query_params.items() if key != "token"}
    target = "/" + request.url.path.lstrip("/") + (f"?{urlencode(rest)}" if rest else "")
    response = RedirectResponse(target, 303, headers={"referrer-policy": "no-referrer"})
    cookie = access.login("", token)
    if cookie is not None:
        set_cookie(response, cookie)
    return response


def _headers(cache_control: str) -> dict[str, str]:
    return {
        "cache-control": cache_control,
        "content-security-policy": _POLICY,
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
    }

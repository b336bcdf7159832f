"""Coming in and going out."""

from __future__ import annotations

import asyncio
from typing import cast

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from hornbook import __version__
from hornbook.api.access import COOKIE, Access
from hornbook.api.failures import Failure

__all__ = ["router"]

router = APIRouter(tags=["access"])

_COOKIE_SECONDS = 30 * 24 * 3600
_WRONG_SECONDS = 1.0


class AccessInfo(BaseModel):
    """Whether one is in, and how one gets in."""

    way: str = Field(description="what the login asks for: token, password or users")
    user: str | None = Field(description="who asks; none before a login")
    version: str = Field(description="of Hornbook")


class Login(BaseModel):
    """What opens the studio."""

    name: str = Field("", description="of the user, where there are users")
    secret: str = Field(description="password or token")


@router.get("/health")
def health() -> dict[str, str]:
    """Whether the server answers."""
    return {"status": "ok"}


@router.get("/access")
def access_info(request: Request) -> AccessInfo:
    """Whether one is in, and how one gets in."""
    access = _access(request)
    return AccessInfo(way=access.way, user=access.user_of(request), version=__version__)


@router.post("/login", responses={401: {"model": Failure}})
async def login(given: Login, request: Request) -> Response:
    """Leaves a signed cookie for the right secret."""
    cookie = await run_in_threadpool(_access(request).login, given.name, given.secret)
    if cookie is None:
        await asyncio.sleep(_WRONG_SECONDS)
        fix = "Check the name and the password."
        failure = Failure(detail="That is not it.", kind="RemoteError", fix=fix)
        return JSONResponse(failure.model_dump(mode="json"), 401)
    response = JSONResponse({"status": "in"})
    set_cookie(response, cookie)
    return response


@router.post("/logout")
def logout() -> Response:
    """Takes the cookie away."""
    response = JSONResponse({"status": "out"})
    response.delete_cookie(COOKIE)
    return response


def set_cookie(response: Response, cookie: str) -> None:
    """Leaves the cookie of a login; scripts cannot read it, other sites do not send it."""
    response.set_cookie(
        COOKIE, cookie, max_age=_COOKIE_SECONDS, httponly=True, samesite="strict", path="/"
    )


def _access(request: Request) -> Access:
    return cast("Access", request.app.state.access)

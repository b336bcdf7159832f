"""Who may ask: a token in a link, a password, or users; then a signed cookie.

Every route but the pages' files, the login and `/health` needs one of:

- the cookie that a login left: signed with a secret of the workspace, so that it outlives a
  restart, and sent by browsers for pages of this server only;
- the header `Authorization: Bearer TOKEN`, for programs.

What changes something is refused where a browser says that another site asked for it, and so are
requests that name another host: a page elsewhere cannot reach a server on this machine by a name
of its own.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from hornbook.api.failures import Failure
from hornbook.registry import Registry

__all__ = ["COOKIE", "Access", "AccessGuard", "hash_password"]

COOKIE = "hornbook_session"
_COOKIE_SECONDS = 30 * 24 * 3600
_SECRET_FILE = "secret.key"
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_OPEN_PATHS = ("/api/v1/login", "/api/v1/access", "/api/v1/health")
_HASHER = PasswordHasher()
_UNUSED_HASH = _HASHER.hash(secrets.token_hex())

Way = Literal["token", "password", "users", "open"]


def hash_password(password: str) -> str:
    """The argon2 hash of a password, with its salt and settings."""
    return _HASHER.hash(password)


@dataclass(frozen=True)
class Access:
    """What opens the studio.

    Args:
        registry: the workspace, whose users may come in.
        token: for the link and for programs.
        password_hash: of the one password, where there is one.
        allowed_hosts: names under which the server is reached besides those of this machine;
            `"*"` is any.
    """

    registry: Registry
    token: str
    password_hash: str | None = None
    allowed_hosts: frozenset[str] = frozenset()

    @property
    def way(self) -> Way:
        """What the login asks for."""
        if self.registry.users():
            return "users"
        return "password" if self.password_hash is not None else "token"

    def login(self, name: str, secret: str) -> str | None:
        """A signed cookie for the right secret, else `None`.

        Args:
            name: of the user, where there are users.
            secret: the password, or the token, which opens the studio to whoever started it.
        """
        if secrets.compare_digest(secret.encode(), self.token.encode()):
            return self._signed(name or "token")
        if self.way == "users":
            user = self.registry.find_user(name)
            # A name that nobody has takes as long as a wrong password.
            if _verify(_UNUSED_HASH if user is None else user.password_hash, secret):
                return self._signed(name) if user is not None else None
            return None
        if self.password_hash is not None and _verify(self.password_hash, secret):
            return self._signed("password")
        return None

    def user_of(self, connection: HTTPConnection) -> str | None:
        """Who asks, or `None` where it is nobody that may."""
        header = connection.headers.get("authorization", "")
        if header.startswith("Bearer "):
            given = header.removeprefix("Bearer ").strip()
            right = secrets.compare_digest(given.encode(), self.token.encode())
            return "token" if right else None
        cookie = connection.cookies.get(COOKIE)
        if cookie is None:
            return None
        try:
            name = str(self._serializer.loads(cookie, max_age=_COOKIE_SECONDS))
        except BadSignature:
            return None
        if name in ("token", "password"):
            return name if self.way != "users" or name == "token" else None
        return name if self.registry.find_user(name) is not None else None

    def is_known_host(self, connection: HTTPConnection) -> bool:
        """Whether the request names a host that this server answers for."""
        host = urlsplit(f"//{connection.headers.get('host', '')}").hostname or ""
        return host in _LOCAL or host in self.allowed_hosts or "*" in self.allowed_hosts

    def is_same_site(self, connection: HTTPConnection) -> bool:
        """Whether a browser sent it for a page of this server, or no browser did."""
        if connection.headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
            return False
        origin = connection.headers.get("origin")
        return origin is None or urlsplit(origin).netloc == connection.headers.get("host")

    def _signed(self, name: str) -> str:
        return str(self._serializer.dumps(name))

    @property
    def _serializer(self) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(_secret(self.registry.home), salt="studio login")


class AccessGuard:
    """Lets through to the API only who may; pages without data are open, to show the login.

    Args:
        application: that answers.
        access: who may.
    """

    def __init__(self, application: ASGIApp, access: Access) -> None:
        self._application = application
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers, or refuses to."""
        if scope["type"] not in ("http", "websocket"):
            await self._application(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        refusal = self._refusal(connection, scope)
        if refusal is None:
            await self._application(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 4401, "reason": refusal[1].detail})
        else:
            status, failure = refusal
            response = JSONResponse(failure.model_dump(mode="json"), status)
            await response(scope, receive, send)

    def _refusal(self, connection: HTTPConnection, scope: Scope) -> tuple[int, Failure] | None:
        if not self._access.is_known_host(connection):
            host = connection.headers.get("host")
            fix = "Start the server with --allowed-host NAME to reach it by that name."
            return 400, Failure(detail=f"This server does not answer for '{host}'.", fix=fix)
        path = connection.url.path
        is_api = path.startswith("/api/") or path.startswith("/tensorboard/")
        changes = scope["type"] == "websocket" or scope["method"] not in _SAFE_METHODS
        if (changes or is_api) and not self._access.is_same_site(connection):
            return 403, Failure(detail="Another site asked for this; it was refused.")
        if is_api and path not in _OPEN_PATHS and self._access.user_of(connection) is None:
            fix = "Open the link that `hornbook serve` printed, or log in."
            return 401, Failure(detail="You are not logged in.", kind="RemoteError", fix=fix)
        return None


def _verify(password_hash: str, secret: str) -> bool:
    try:
        return _HASHER.verify(password_hash, secret)
    except (VerificationError, InvalidHashError):
        return False


def _secret(home: Path) -> str:
    """What cookies are signed with; made once, readable by its owner only."""
    path = home / _SECRET_FILE
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text("ascii").strip()
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(32))
    return path.read_text("ascii").strip()

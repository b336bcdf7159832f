"""Requests to a Hornbook server: what opens it, what it answers, and its errors as our own."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import socket
import ssl
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote, urlencode, urlsplit

from hornbook import __version__
from hornbook.atomic import partial_path
from hornbook.client.remote_errors import error_of_answer
from hornbook.errors import RemoteError, UsageError

__all__ = ["Connection", "path_of"]

_API = "/api/v1"
_PORTS = {"http": 80, "https": 443}
_COOKIE = "hornbook_session"
_WAIT_SECONDS = 0.5
_COPY_BYTES = 1024 * 1024

Query = Mapping[str, str | int | float | bool | Sequence[str] | None]
Body = bytes | Path


def path_of(*parts: str) -> str:
    """A path of the API from names, whatever letters they have.

    Example:
        >>> path_of("saved-models", "Adult income")
        '/saved-models/Adult%20income'
    """
    return "".join(f"/{quote(part, safe='')}" for part in parts)


class Connection:
    """Requests to one server. Any thread may make them; nothing stays open between two.

    What opens the server is in no message and no `repr`. Redirections are not followed, and
    proxies of the environment are not used: it is sent to the server that was named and no other.

    Args:
        address: such as `https://models.example.org` or `http://127.0.0.1:8765`.
        token: of the server.
        user: where the server has users; with a password, in place of a token.
        password: of the user, or the one password of the server.
        verify: whether the server's certificate is checked, or a file of authorities that vouch
            for it.
        timeout_seconds: without a byte, after which a request has failed.

    Raises:
        UsageError: the address, or what is to open the server, is not written as it must be.
        RemoteError: the server cannot be reached, or does not let one in.
    """

    def __init__(
        self,
        address: str,
        *,
        token: str | None = None,
        user: str | None = None,
        password: str | None = None,
        verify: bool | str | Path = True,
        timeout_seconds: float = 300.0,
    ) -> None:
        parts = urlsplit(address)
        self._scheme = parts.scheme.lower()
        if self._scheme not in _PORTS or not parts.hostname:
            shown = address if parts.username is None else "the address"
            raise UsageError(
                f"Received '{shown}', expected the address of a server.",
                fix="Write it as http://HOST:8765 or https://HOST.",
            )
        if parts.username is not None or parts.query or parts.fragment:
            raise UsageError(
                "The address holds more than a host, a port and a path.",
                fix="Give what opens the server as token=…, or as user=… and password=….",
            )
        self._host, self._port = parts.hostname, _port(parts.netloc, self._scheme)
        self._prefix = parts.path.rstrip("/")
        self.address = f"{self._scheme}://{parts.netloc}{self._prefix}"
        self._timeout = timeout_seconds
        self._tls = _tls(verify) if self._scheme == "https" else None
        self._headers: dict[str, str] = {}
        if password is not None:
            if token is not None:
                raise UsageError("Received a token and a password, expected one of them.")
            self._log_in(user or "", password)
        else:
            given = token if token is not None else os.environ.get("HORNBOOK_TOKEN", "")
            self._headers["Authorization"] = f"Bearer {_checked(given)}"
        self.get("/events/info")

    def get(self, path: str, query: Query | None = None, *, patience_seconds: float = 0.0) -> Any:
        """What stands at a path.

        Args:
            path: below `/api/v1`, as `path_of` makes it.
            query: of the request; what is `None` is left out.
            patience_seconds: how long a server that does not answer is asked again.

        Raises:
            HornbookError: what the server answers, or that it does not.
        """
        until = time.monotonic() + patience_seconds
        while True:
            try:
                return self._asked("GET", path, query)
            except RemoteError as error:
                if not isinstance(error.__cause__, OSError) or time.monotonic() > until:
                    raise
            time.sleep(_WAIT_SECONDS)

    def post(
        self, path: str, values: Any = None, query: Query | None = None, body: Body | None = None
    ) -> Any:
        """The answer to values sent as JSON, or to a file.

        Raises:
            HornbookError: as `get`.
        """
        return self._asked("POST", path, query, values, body)

    def patch(self, path: str, values: Any) -> Any:
        """The answer to a change.

        Raises:
            HornbookError: as `get`.
        """
        return self._asked("PATCH", path, None, values)

    def delete(self, path: str) -> None:
        """Deletes what stands at a path.

        Raises:
            HornbookError: as `get`.
        """
        self._asked("DELETE", path)

    def download(self, path: str, target: Path) -> None:
        """Writes what stands at a path into a file, whole or not at all.

        Raises:
            HornbookError: as `get`.
        """
        partial = partial_path(target)
        answer, connection = self._send("GET", path)
        try:
            with partial.open("xb") as file:
                shutil.copyfileobj(answer, file, _COPY_BYTES)
            if answer.length:
                raise RemoteError(f"{self.address} stopped in the middle of a file.")
            partial.replace(target)
        except (OSError, http.client.HTTPException) as error:
            if isinstance(error, OSError) and error.filename is not None:
                raise
            raise self._unreached(error) from error
        finally:
            connection.close()
            partial.unlink(missing_ok=True)

    def read(self, path: str, query: Query | None = None) -> bytes:
        """The bytes that stand at a path.

        Raises:
            HornbookError: as `get`.
        """
        return self._content("GET", path, query)

    def _asked(
        self,
        method: str,
        path: str,
        query: Query | None = None,
        values: Any = None,
        body: Body | None = None,
    ) -> Any:
        content = self._content(method, path, query, values, body)
        if not content:
            return None
        try:
            return json.loads(content)
        except ValueError as error:
            raise RemoteError(
                f"{self.address} does not answer as a Hornbook server does.",
                fix="Check the address.",
            ) from error

    def _content(self, method: str, path: str, *request: Any) -> bytes:
        answer, connection = self._send(method, path, *request)
        try:
            return answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise self._unreached(error) from error
        finally:
            connection.close()

    def _send(
        self,
        method: str,
        path: str,
        query: Query | None = None,
        values: Any = None,
        body: Body | None = None,
    ) -> tuple[http.client.HTTPResponse, http.client.HTTPConnection]:
        """The answer, not yet read, and what is to be closed after it."""
        headers = {**self._headers, "User-Agent": f"hornbook/{__version__}"}
        content: bytes | IO[bytes] | None = None
        if isinstance(body, Path):
            content = body.open("rb")
            headers["Content-Length"] = str(body.stat().st_size)
        elif body is not None:
            content = body
        elif values is not None:
            content = json.dumps(values).encode()
            headers["Content-Type"] = "application/json"
        target = f"{self._prefix}{_API}{path}{_query_text(query)}"
        connection = self._connection()
        try:
            # A server may refuse a large body before it has read it: its answer says why.
            with suppress(BrokenPipeError, ConnectionResetError):
                connection.request(method, target, content, headers)
            answer = connection.getresponse()
            if answer.status < 300:
                return answer, connection
            refusal = answer.status, answer.read()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise self._unreached(error) from error
        finally:
            if content is not None and not isinstance(content, bytes):
                content.close()
        connection.close()
        raise error_of_answer(self.address, *refusal)

    def _connection(self) -> http.client.HTTPConnection:
        if self._tls is None:
            return http.client.HTTPConnection(self._host, self._port, timeout=self._timeout)
        return http.client.HTTPSConnection(
            self._host, self._port, timeout=self._timeout, context=self._tls
        )

    def _log_in(self, user: str, password: str) -> None:
        answer, connection = self._send("POST", "/login", None, {"name": user, "secret": password})
        cookies: SimpleCookie = SimpleCookie()
        try:
            for header in answer.headers.get_all("set-cookie") or ():
                with suppress(CookieError):
                    cookies.load(header)
        finally:
            connection.close()
        if _COOKIE not in cookies:
            raise RemoteError(f"{self.address} does not log in as a Hornbook server does.")
        self._headers["Cookie"] = f"{_COOKIE}={cookies[_COOKIE].coded_value}"

    def _unreached(self, error: Exception) -> RemoteError:
        if isinstance(error, ssl.SSLCertVerificationError):
            return RemoteError(
                f"The certificate of {self.address} is not to be trusted: {error.verify_message}.",
                fix="Name the file of the authority that made it: verify='authority.pem'.",
            )
        reason = str(error) or type(error).__name__
        if isinstance(error, TimeoutError | socket.timeout):
            reason = f"no answer within {self._timeout:g} seconds"
        return RemoteError(
            f"{self.address} cannot be reached: {reason}.",
            fix="Check the address, and that `hornbook serve` runs there.",
        )

    def __repr__(self) -> str:
        return f"Connection({self.address!r})"


def _port(netloc: str, scheme: str) -> int:
    try:
        return urlsplit(f"//{netloc}").port or _PORTS[scheme]
    except ValueError as error:
        raise UsageError(f"The address names no port: {error}.") from error


def _checked(token: str) -> str:
    """A token that can stand in a header; no message shows what was received."""
    if not token.strip():
        raise UsageError(
            "There is no token to open the server with.",
            fix="Give token=…, or user=… and password=…, or set HORNBOOK_TOKEN.",
        )
    if not re.fullmatch(r"[!-~]+", token.strip()):
        raise UsageError("The token has letters that no token has.", fix="Copy it once more.")
    return token.strip()


def _tls(verify: bool | str | Path) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(
            cafile=None if verify in (True, False) else str(verify)
        )
    except OSError as error:
        raise UsageError(f"'{verify}' is no file of certificates: {error}.") from error
    if verify is False:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _query_text(query: Query | None) -> str:
    if not query:
        return ""
    named: list[tuple[str, str]] = []
    for name, value in query.items():
        values = [value] if isinstance(value, str) or not isinstance(value, Sequence) else value
        named += [(name, _word(one)) for one in values if one is not None]
    return f"?{urlencode(named)}"


def _word(value: str | float | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)

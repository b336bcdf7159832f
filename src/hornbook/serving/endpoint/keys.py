"""Who may ask: the keys of the workspace, as an endpoint holds them."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Sequence

from hornbook.registry import EndpointKeyRecord, hash_key
from hornbook.serving.endpoint.refusal import RefusedError

__all__ = ["Keys"]

_MAKE_ONE = "hornbook endpoint key add NAME"


class Keys:
    """The keys that open this endpoint; owned by the event loop.

    Args:
        without: whether everybody may ask.
    """

    def __init__(self, *, without: bool) -> None:
        self.without = without
        self._known: tuple[tuple[bytes, EndpointKeyRecord], ...] = ()

    def replace(self, keys: Sequence[EndpointKeyRecord]) -> None:
        """Takes the keys as the workspace has them now."""
        self._known = tuple((key.key_hash.encode(), key) for key in keys)

    def who_asks(self, authorization: bytes | None) -> EndpointKeyRecord | None:
        """The key of a request; `None` where none is needed.

        Args:
            authorization: the header: the key as the user of `Basic`, or after `Bearer`.

        Raises:
            RefusedError: 401, there is none, or none that is known.
        """
        if self.without:
            return None
        if authorization is None:
            raise _unauthorized(
                "The request has no API key.",
                "Send it as the user of basic authentication, as in curl -u KEY:, or after "
                f"'Authorization: Bearer'. To make one: {_MAKE_ONE}",
            )
        given = hash_key(_key_in(authorization)).encode()
        found = None
        # All are compared, so that the time tells nothing.
        for known, key in self._known:
            if hmac.compare_digest(known, given):
                found = key
        if found is None:
            raise _unauthorized(
                "The API key is not known here, or was revoked.",
                f"hornbook endpoint key list shows the keys. To make one: {_MAKE_ONE}",
            )
        return found

    @staticmethod
    def require(key: EndpointKeyRecord | None, saved_model_id: str | None) -> None:
        """Refuses a key that is for another model.

        Args:
            key: of the request.
            saved_model_id: of the model that is asked for; `None` for what is told of all.

        Raises:
            RefusedError: 403.
        """
        if key is None or key.saved_model_id is None or key.saved_model_id == saved_model_id:
            return
        raise RefusedError(
            403,
            f"The API key '{key.name}' opens another model only.",
            fix=f"Use a key for all models, or for this one: {_MAKE_ONE} --for MODEL",
        )


def _key_in(authorization: bytes) -> str:
    scheme, _, value = authorization.strip().partition(b" ")
    scheme = scheme.lower()
    if scheme == b"bearer":
        return value.strip().decode("latin-1")
    if scheme == b"basic":
        try:
            decoded = base64.b64decode(value.strip(), validate=True)
        except (binascii.Error, ValueError):
            decoded = b""
        return decoded.partition(b":")[0].decode("latin-1")
    raise _unauthorized(
        "The Authorization header is neither Basic nor Bearer.",
        "Send the key as the user of basic authentication, as in curl -u KEY:",
    )


def _unauthorized(message: str, fix: str) -> RefusedError:
    headers = {"www-authenticate": 'Basic realm="hornbook", charset="UTF-8"'}
    return RefusedError(401, message, fix=fix, headers=headers)

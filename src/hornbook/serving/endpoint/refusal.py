"""What a request is answered when it cannot be served: a status, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["RefusedError"]


class RefusedError(Exception):
    """A request that gets no prediction.

    Args:
        status: of the HTTP answer, 400 to 504.
        message: what was received and what was expected, as whole sentences.
        fix: what to do about it.
        headers: of the answer, such as `Retry-After`.
        details: further fields of the body, such as the row and the column.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        fix: str | None = None,
        headers: Mapping[str, str] | None = None,
        **details: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.fix = fix
        self.headers = dict(headers or {})
        self.details = details

    def body(self, request_id: str) -> dict[str, Any]:
        """The JSON object of the answer.

        `error` is what the Open Inference Protocol asks for, `errorType` and `message` what
        clients of the original show.
        """
        return {
            "error": self.message,
            "fix": self.fix,
            **self.details,
            "request_id": request_id,
            "errorType": _TYPES.get(self.status, "BadRequest"),
            "message": f"{self.message} {self.fix}" if self.fix else self.message,
        }


_TYPES = {
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    405: "MethodNotAllowed",
    408: "RequestTimeout",
    413: "RequestTooLarge",
    415: "UnsupportedMediaType",
    422: "UnprocessableRow",
    429: "TooManyRequests",
    500: "InternalError",
    503: "NotReady",
    504: "Timeout",
}

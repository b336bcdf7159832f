"""Errors as answers: a status, one form for all of them, and what to do about it."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from hornbook.design import ChangedMeanwhileError
from hornbook.errors import (
    DataError,
    DesignError,
    HornbookError,
    MissingExtraError,
    NotFoundError,
    Problem,
)

__all__ = ["Failure", "answer_failures"]


class Failure(BaseModel):
    """Why a request could not be done."""

    detail: str = Field(description="what was received and what was expected")
    kind: str = Field("HornbookError", description="the class of the error in Python")
    fix: str | None = Field(None, description="what to do about it")
    problems: list[Problem] = Field(default_factory=list, description="the mistakes of a design")


_STATUS: tuple[tuple[type[HornbookError], int], ...] = (
    (NotFoundError, 404),
    (ChangedMeanwhileError, 409),
    (DesignError, 422),
    (DataError, 422),
    (MissingExtraError, 501),
    (HornbookError, 400),
)


def answer_failures(application: FastAPI) -> None:
    """Makes the application answer our errors, and wrong requests, as a `Failure`."""

    async def ours(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HornbookError), "Registered for this family only."
        status = next(code for kind, code in _STATUS if isinstance(error, kind))
        problems = list(error.problems) if isinstance(error, DesignError) else []
        failure = Failure(
            detail=error.message, kind=type(error).__name__, fix=error.fix, problems=problems
        )
        return JSONResponse(failure.model_dump(mode="json"), status)

    async def wrong_request(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError), "Registered for this one only."
        found = [
            f"{'.'.join(map(str, one['loc'][1:])) or one['loc'][0]}: {one['msg']}"
            for one in error.errors()
        ]
        failure = Failure(detail="; ".join(found), kind="UsageError")
        return JSONResponse(failure.model_dump(mode="json"), 422)

    application.add_exception_handler(HornbookError, ours)
    application.add_exception_handler(RequestValidationError, wrong_request)

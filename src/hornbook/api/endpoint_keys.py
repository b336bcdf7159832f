"""The keys that open endpoints: made, listed, revoked."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field

from hornbook.api.dependencies import CurrentStudio
from hornbook.errors import NotFoundError, UsageError
from hornbook.jobs import STUDIO_KEY_PREFIX

__all__ = ["router"]

router = APIRouter(tags=["endpoints"])


class EndpointKeyInfo(BaseModel):
    """A key; what it is spelled like is not known any more."""

    name: str
    saved_model_id: str | None = Field(description="the only model it opens; null is all")
    created_at: datetime


class NewEndpointKey(BaseModel):
    """A key to make."""

    name: str = Field(min_length=1, max_length=100)
    model: str | None = Field(None, description="the only model it is to open; null is all")


class MadeEndpointKey(BaseModel):
    """A new key, told this once."""

    name: str
    key: str = Field(description="as requests send it; only a hash of it is kept")


@router.get("/endpoint-keys")
def list_endpoint_keys(studio: CurrentStudio) -> list[EndpointKeyInfo]:
    """The keys of the workspace, by name, without the server's own."""
    return [
        EndpointKeyInfo(name=one.name, saved_model_id=one.saved_model_id, created_at=one.created_at)
        for one in studio.registry.endpoint_keys()
        if not one.name.startswith(STUDIO_KEY_PREFIX)
    ]


@router.post("/endpoint-keys", status_code=201)
def add_endpoint_key(new: NewEndpointKey, studio: CurrentStudio) -> MadeEndpointKey:
    """Makes a key; endpoints take it a moment later."""
    if new.name.strip().startswith(STUDIO_KEY_PREFIX):
        raise UsageError(
            f"Names that begin with '{STUDIO_KEY_PREFIX}' are those of the server's own keys.",
            fix="Choose another name.",
        )
    only = None if new.model is None else studio.registry.saved_model(new.model).saved_model_id
    key = studio.registry.add_endpoint_key(new.name, only)
    return MadeEndpointKey(name=new.name.strip(), key=key)


@router.delete("/endpoint-keys/{key:path}", status_code=204)
def revoke_endpoint_key(key: str, studio: CurrentStudio) -> None:
    """Revokes a key; endpoints refuse it a moment later."""
    if key.startswith(STUDIO_KEY_PREFIX):
        raise NotFoundError("The server's own keys are not revoked here.")
    studio.registry.remove_endpoint_key(key)

"""One socket for all events: a snapshot when a page connects, then what changes."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Annotated, Any, Literal

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, Field

from hornbook.api.dependencies import CurrentStudio, studio_of
from hornbook.api.event_hub import Listener
from hornbook.api.session_state import SessionProgress, SessionSummary
from hornbook.jobs import OPEN

__all__ = ["router"]

router = APIRouter(tags=["events"])

_MOST_AT_ONCE = 200
_PAUSE_SECONDS = 0.08


class HelloEvent(BaseModel):
    """The first message: how things stand, and whether the page has missed anything for good."""

    type: Literal["hello"]
    sequence: int = Field(description="of the last event before")
    instance: str = Field(description="of this run of the server")
    resumed: bool = Field(description="whether all that was missed follows; else read anew")
    sessions: list[SessionSummary] = Field(description="those that run or wait")


class SessionEvent(BaseModel):
    """A session is new or has changed."""

    type: Literal["session"]
    sequence: int
    session: SessionSummary


class EpochEvent(BaseModel):
    """An epoch has ended."""

    type: Literal["epoch"]
    sequence: int
    reference: str
    epoch: int = Field(description="from 1")
    fold: int | None
    logs: dict[str, float | None]
    best: bool = Field(description="whether it is the best so far")
    seconds: float
    written: float = Field(description="when, in seconds since 1970")


class ProgressEvent(BaseModel):
    """A training has gone on."""

    type: Literal["progress"]
    sequence: int
    reference: str
    progress: SessionProgress
    written: float


class DatasetEvent(BaseModel):
    """A dataset is being read."""

    type: Literal["dataset"]
    sequence: int
    name: str
    done_bytes: int
    total_bytes: int = Field(description="equal to done_bytes at the end")


class DesignEvent(BaseModel):
    """A design was saved."""

    type: Literal["design"]
    sequence: int
    task: str
    revision: str


class SavedModelEvent(BaseModel):
    """A saved model has changed, or is gone."""

    type: Literal["saved_model"]
    sequence: int
    saved_model_id: str


StudioEvent = Annotated[
    HelloEvent
    | SessionEvent
    | EpochEvent
    | ProgressEvent
    | DatasetEvent
    | DesignEvent
    | SavedModelEvent,
    Field(discriminator="type"),
]


class EventStreamInfo(BaseModel):
    """Where the events are."""

    path: str = Field(description="of the WebSocket; it takes `instance` and `after`")
    listeners: int
    example: StudioEvent | None = Field(None, description="the form of all its messages")


@router.get("/events/info")
def event_stream_info(studio: CurrentStudio) -> EventStreamInfo:
    """Describes the event socket, which OpenAPI cannot."""
    return EventStreamInfo(path="/api/v1/events", listeners=studio.hub.n_listeners)


@router.websocket("/events")
async def events(socket: WebSocket, instance: str | None = None, after: int | None = None) -> None:
    """Sends `hello`, then each event; `instance` and `after` resume where a page was."""
    studio = studio_of(socket)
    await socket.accept()
    listener, resumed = studio.hub.listen(instance, after)
    hello = {
        "type": "hello",
        "sequence": after if resumed else studio.hub.sequence,
        "instance": studio.hub.instance,
        "resumed": resumed,
        "sessions": [
            one.model_dump(mode="json")
            for one in studio.board.summaries(studio.registry.sessions(statuses=OPEN))
        ],
    }
    sending = None
    try:
        await socket.send_json(hello)
        sending = asyncio.create_task(_send_all(socket, listener))
        while True:
            # Pages say nothing; this is how their leaving is heard.
            await socket.receive_text()
    except WebSocketDisconnect:
        pass
    finally:
        studio.hub.forget(listener)
        if sending is not None:
            sending.cancel()
            with suppress(asyncio.CancelledError, RuntimeError, WebSocketDisconnect):
                await sending


async def _send_all(socket: WebSocket, listener: Listener) -> Any:
    """Sends what comes: the first at once, then as one JSON list what came in a short pause.

    Each message wakes a page, whatever it holds; an epoch may take less time than that.
    """
    while True:
        text = await listener.messages.get()
        texts: list[str | None] = [text]
        while len(texts) < _MOST_AT_ONCE and not listener.messages.empty():
            texts.append(listener.messages.get_nowait())
        if None in texts:
            await socket.close(1013, "The page is too slow; connect again.")
            return
        await socket.send_text("[" + ",".join(one for one in texts if one is not None) + "]")
        await asyncio.sleep(_PAUSE_SECONDS)

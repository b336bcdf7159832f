"""Endpoints on this machine: started, followed, stopped, tried, and what they have counted."""

from __future__ import annotations

import json
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from hornbook.api.dependencies import CurrentStudio
from hornbook.api.studio import Studio
from hornbook.errors import DataError, HornbookError, NotFoundError
from hornbook.jobs import EndpointRun, EndpointStatus
from hornbook.registry import SavedModelRecord
from hornbook.reports import RowForm, row_form
from hornbook.serving.endpoint.shares import checked_shares, parse_shares, read_shares, write_shares
from hornbook.serving.endpoint.told_figures import VersionFigures, read_figures

__all__ = ["router"]

router = APIRouter(tags=["endpoints"])

_ENDPOINT = "/endpoints/{name}"
_OK, _SERVER_ERROR = 200, 500


class EndpointModel(BaseModel):
    """A saved model behind an endpoint."""

    saved_model_id: str
    name: str
    active_version: str | None = Field(description="null where the model was deleted")
    versions: list[str] = Field(description="oldest first")
    shares: dict[str, float] = Field(
        description="of the requests, by version, as the workspace has them; endpoints follow"
    )
    has_shares: bool = Field(description="whether they were set; else the active version answers")


class EndpointInfo(BaseModel):
    """An endpoint."""

    name: str
    models: list[EndpointModel]
    workers: int
    status: EndpointStatus
    address: str | None = Field(description="where it listens")
    wanted_port: int = Field(description="0 is any free one")
    created_at: str
    started_at: str | None


class ServedModel(BaseModel):
    """What an endpoint says of a model."""

    name: str
    saved_model_id: str
    ready: bool
    shares: dict[str, float] = Field(description="by version, as it answers now")


class EndpointDetail(BaseModel):
    """An endpoint with what it says itself."""

    summary: EndpointInfo
    serving: list[ServedModel] = Field(description="empty while it is not ready")
    log_end: str


class NewEndpoint(BaseModel):
    """An endpoint to start."""

    models: list[str] = Field(min_length=1, description="ids or names of saved models")
    name: str | None = Field(None, description="made of the first model's name where absent")
    workers: int = Field(1, ge=1, le=64, description="how many processes share the port")
    port: int = Field(0, ge=0, le=65535, description="of 127.0.0.1; 0 is any free one")


class NewShares(BaseModel):
    """How the requests of a model are to be shared."""

    shares: dict[str, float] | None = Field(
        description="by version, together 1; null is the active version alone"
    )


class EndpointFigures(BaseModel):
    """What an endpoint has counted since it was started."""

    figures: list[VersionFigures]


class Trial(BaseModel):
    """Rows to try a model with."""

    model: str = Field(description="its id or name")
    rows: list[dict[str, Any]] = Field(min_length=1, max_length=64)
    version: str | None = Field(None, description="that is to answer; by shares where absent")


class TrialAnswer(BaseModel):
    """What the endpoint answered."""

    model: str
    version: str
    predictions: list[dict[str, Any]] = Field(
        description="a row each: prediction, probabilities, lower, upper; or these by output"
    )
    ignored_columns: list[str] = Field(default_factory=list)


class EndpointForm(BaseModel):
    """What a form for rows of a model needs."""

    model: str
    version: str = Field(description="whose columns these are")
    form: RowForm


def _endpoint(name: str, studio: CurrentStudio) -> EndpointRun:
    return studio.endpoints.get(name)


CurrentEndpoint = Annotated[EndpointRun, Depends(_endpoint)]


@router.get("/endpoints")
def list_endpoints(studio: CurrentStudio) -> list[EndpointInfo]:
    """The endpoints that were started here, by name."""
    return [_info(run, studio) for run in studio.endpoints.all()]


@router.post("/endpoints", status_code=201)
def start_endpoint(new: NewEndpoint, studio: CurrentStudio) -> EndpointInfo:
    """Makes an endpoint and starts it; it is ready once its models are loaded."""
    records = [studio.registry.saved_model(one) for one in dict.fromkeys(new.models)]
    run = studio.endpoints.create(
        list(dict.fromkeys(one.saved_model_id for one in records)),
        name=new.name or studio.endpoints.free_name(records[0].name),
        workers=new.workers,
        port=new.port,
    )
    return _info(run, studio)


@router.get(_ENDPOINT)
def get_endpoint(endpoint: CurrentEndpoint, studio: CurrentStudio) -> EndpointDetail:
    """One endpoint: its state, the end of its log, and the versions that answer."""
    state = studio.endpoints.state(endpoint)
    served: list[dict[str, Any]] = []
    if state.status == "ready":
        status, answer = studio.endpoints.ask(endpoint, "GET", "/v1/models")
        served = json.loads(answer)["models"] if status == _OK else []
    return EndpointDetail(
        summary=_info(endpoint, studio),
        serving=[ServedModel.model_validate(one) for one in served],
        log_end=state.log_end,
    )


@router.delete(_ENDPOINT, status_code=204)
def remove_endpoint(endpoint: CurrentEndpoint, studio: CurrentStudio) -> None:
    """Forgets an endpoint that does not run, and its log."""
    studio.endpoints.remove(endpoint.name)


@router.post(_ENDPOINT + "/start")
def start_endpoint_again(endpoint: CurrentEndpoint, studio: CurrentStudio) -> EndpointInfo:
    """Starts a stopped endpoint, on the port that it had if that is free."""
    return _info(studio.endpoints.start(endpoint.name), studio)


@router.post(_ENDPOINT + "/stop")
def stop_endpoint(
    endpoint: CurrentEndpoint,
    studio: CurrentStudio,
    at_once: Annotated[bool, Query(description="kill it, and the requests with it")] = False,
) -> EndpointInfo:
    """Tells an endpoint to end once all requests that it has accepted are answered."""
    return _info(studio.endpoints.stop(endpoint.name, at_once=at_once), studio)


@router.put(_ENDPOINT + "/models/{model}/shares")
def set_shares(
    model: str, new: NewShares, endpoint: CurrentEndpoint, studio: CurrentStudio
) -> EndpointInfo:
    """Shares the requests of a model between versions, at every endpoint that serves it."""
    record = _model(model, endpoint, studio)
    shares = new.shares
    if shares is not None:
        text = ",".join(f"{version}:{share}" for version, share in shares.items())
        shares = parse_shares(text)
    checked_shares(record, shares)
    write_shares(studio.home, record.name, shares)
    return _info(endpoint, studio)


@router.get(_ENDPOINT + "/figures")
def get_figures(endpoint: CurrentEndpoint, studio: CurrentStudio) -> EndpointFigures:
    """Requests, refusals, latency and queue by version, since the endpoint was started."""
    status, answer = studio.endpoints.ask(endpoint, "GET", "/metrics")
    if status != _OK:
        raise _refused(status, answer)
    return EndpointFigures(figures=read_figures(answer.decode("utf-8")))


@router.get(_ENDPOINT + "/form")
def get_form(
    endpoint: CurrentEndpoint,
    studio: CurrentStudio,
    model: Annotated[str | None, Query(description="the first one where absent")] = None,
) -> EndpointForm:
    """The columns of a model's rows, filled with a typical row."""
    record = _model(model or endpoint.models[0], endpoint, studio)
    version = record.active_version
    return EndpointForm(
        model=record.name, version=version.version_id, form=row_form(version.folder)
    )


@router.post(_ENDPOINT + "/try")
def try_rows(trial: Trial, endpoint: CurrentEndpoint, studio: CurrentStudio) -> TrialAnswer:
    """Passes rows on to the endpoint, as any caller would send them."""
    record = _model(trial.model, endpoint, studio)
    path = f"/v1/models/{record.saved_model_id}"
    if trial.version is not None:
        path += f"/versions/{quote(trial.version, safe='')}"
    body = json.dumps({"rows": trial.rows}, allow_nan=False).encode("utf-8", "surrogatepass")
    status, answer = studio.endpoints.ask(endpoint, "POST", f"{path}/predict", body)
    if status != _OK:
        raise _refused(status, answer)
    return TrialAnswer.model_validate_json(answer)


def _model(model: str, endpoint: EndpointRun, studio: Studio) -> SavedModelRecord:
    record = studio.registry.saved_model(model)
    if record.saved_model_id not in endpoint.models:
        raise NotFoundError(f"The endpoint '{endpoint.name}' does not serve '{record.name}'.")
    return record


def _refused(status: int, answer: bytes) -> HornbookError:
    """What the endpoint said no with."""
    try:
        said = json.loads(answer)
    except ValueError:
        said = {}
    message = said.get("error") or f"The endpoint answered with status {status}."
    kind = HornbookError if status >= _SERVER_ERROR else DataError
    return kind(message, fix=said.get("fix"))


def _info(run: EndpointRun, studio: Studio) -> EndpointInfo:
    state = studio.endpoints.state(run)
    kept = read_shares(studio.home)
    return EndpointInfo(
        name=run.name,
        models=[_model_info(one, kept, studio) for one in run.models],
        workers=run.workers,
        status=state.status,
        address=None if state.port is None else f"http://127.0.0.1:{state.port}",
        wanted_port=run.port,
        created_at=run.created_at,
        started_at=run.started_at,
    )


def _model_info(
    saved_model_id: str, kept: dict[str, dict[str, float]], studio: Studio
) -> EndpointModel:
    try:
        record = studio.registry.saved_model(saved_model_id)
    except NotFoundError:
        return EndpointModel(
            saved_model_id=saved_model_id,
            name=saved_model_id,
            active_version=None,
            versions=[],
            shares={},
            has_shares=False,
        )
    active = record.active_version.version_id
    return EndpointModel(
        saved_model_id=saved_model_id,
        name=record.name,
        active_version=active,
        versions=[one.version_id for one in record.versions],
        shares=kept.get(record.name) or {active: 1.0},
        has_shares=record.name in kept,
    )

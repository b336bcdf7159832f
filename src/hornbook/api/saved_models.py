"""Saved models: deployed, listed, activated, rolled back, compared, trained again, deleted."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from hornbook.api.dependencies import CurrentSession, CurrentStudio
from hornbook.api.server_files import file_on_server
from hornbook.api.session_state import SessionSummary, session_summary
from hornbook.api.setting_values import SettingValue, setting_texts
from hornbook.api.studio import Studio
from hornbook.design import read_design_files
from hornbook.errors import NotFoundError, UsageError
from hornbook.jobs import (
    ActivationPolicy,
    FairComparison,
    Retraining,
    deploy_model,
    plan_retraining,
    retrainings_of,
)
from hornbook.registry import (
    SavedModelRecord,
    SessionRecord,
    VersionRecord,
    parse_model_reference,
)
from hornbook.reports import ModelComparison, PartitionReport, compare_models
from hornbook.training.job import DESIGN_FOLDER
from hornbook.training.partitions import PARTITIONS_FILE, Partitions
from hornbook.training.provenance import Provenance
from hornbook.training.result import TrainingResult

__all__ = ["router"]

router = APIRouter(tags=["saved models"])

_SAVED_MODEL = "/saved-models/{saved_model}"
_VERSION = _SAVED_MODEL + "/versions/{version}"


class SavedModelVersion(BaseModel):
    """One version of a saved model."""

    version_id: str
    session_reference: str = Field(description="the session it is a copy of")
    active: bool
    created_at: datetime
    prediction_type: str | None
    target: str | None
    metric: str | None = Field(description="that chose the epoch")
    greater_is_better: bool | None
    metric_value: float | None
    metrics: dict[str, float | None] = Field(description="on the test rows, by exact spelling")
    best_epoch: int | None
    epochs: int | None
    train_rows: int | None
    test_rows: int | None
    partitioned_by: str | None = Field(
        description="the column whose values have submodels; the metrics are of the whole model"
    )


class VersionDetail(BaseModel):
    """One version with all that is known of it."""

    summary: SavedModelVersion
    result: TrainingResult | None = Field(description="all that is reported of its training")
    provenance: Provenance | None = Field(description="its data and its software")
    retraining: Retraining | None = Field(description="how a retraining made it")
    partitions: PartitionReport | None = Field(
        description="of its submodels, if it has such; all other metrics are of the whole model"
    )
    files: dict[str, str] = Field(description="the design that it was trained by")
    folder: str = Field(description="its files on the server")


class SavedModelInfo(BaseModel):
    """A saved model with its versions."""

    saved_model_id: str
    name: str
    created_at: datetime
    active_version: str
    previous_version: str | None = Field(description="that a rollback activates")
    versions: list[SavedModelVersion] = Field(description="oldest first")


class NewVersion(BaseModel):
    """A model to deploy."""

    name: str = Field(min_length=1, description="of the saved model, new or existing")
    activate: ActivationPolicy = Field(
        "always", description="whether it becomes the active version; the first one always does"
    )


class NewVersionOfSession(NewVersion):
    """A model to deploy, and the session that trained it."""

    session: str = Field(description="<analysis_id>/<mltask_id>/<session_id>, or latest")


class DeployedVersion(BaseModel):
    """What came of a deployment."""

    saved_model_id: str
    version_id: str
    active: bool
    reason: str = Field(description="why it is active, or is not")
    comparison: FairComparison | None = Field(description="with the version that was active")


class SavedModelEdit(BaseModel):
    """What is to be changed of a saved model."""

    name: str = Field(min_length=1)


class NewRetraining(BaseModel):
    """A retraining to start."""

    version: str | None = Field(None, description="whose design; the active one's when absent")
    dataset: str | None = Field(
        None, description="a dataset of the task's project, instead of the design's"
    )
    path: str | None = Field(None, description="likewise a file on the server, absolute or with ~")
    settings: dict[str, SettingValue] = Field(
        default_factory=dict, description='what to change, such as {"training.epochs": 20}'
    )
    activate: ActivationPolicy = "always"
    name: str | None = Field(None, description="of the session")
    description: str | None = Field(None, description="of the session")


class RetrainingInfo(BaseModel):
    """A retraining: its session, and what became of its model."""

    session: SessionSummary
    retraining: Retraining


def _saved_model(saved_model: str, studio: CurrentStudio) -> SavedModelRecord:
    return studio.registry.saved_model(saved_model)


CurrentSavedModel = Annotated[SavedModelRecord, Depends(_saved_model)]


def _version(version: str, saved_model: CurrentSavedModel) -> VersionRecord:
    return saved_model.version(version)


CurrentVersion = Annotated[VersionRecord, Depends(_version)]


@router.get("/saved-models")
def list_saved_models(studio: CurrentStudio) -> list[SavedModelInfo]:
    """The saved models of the workspace, oldest first."""
    return [_info(record) for record in studio.registry.saved_models()]


@router.post("/saved-models", status_code=201)
def deploy_session(new: NewVersionOfSession, studio: CurrentStudio) -> DeployedVersion:
    """Makes the model of a session the next version of a saved model."""
    return _deploy(new, studio.registry.session(new.session), studio)


@router.post("/sessions/{analysis_id}/{mltask_id}/{session_id}/deploy", status_code=201)
def deploy(new: NewVersion, session: CurrentSession, studio: CurrentStudio) -> DeployedVersion:
    """Makes the model the next version of a saved model."""
    return _deploy(new, session, studio)


@router.get(_SAVED_MODEL)
def get_saved_model(saved_model: CurrentSavedModel) -> SavedModelInfo:
    """One saved model, by its id or its name."""
    return _info(saved_model)


@router.patch(_SAVED_MODEL)
def rename_saved_model(
    edit: SavedModelEdit, saved_model: CurrentSavedModel, studio: CurrentStudio
) -> SavedModelInfo:
    """Gives a saved model another name."""
    changed = studio.registry.rename_saved_model(saved_model.saved_model_id, edit.name)
    return _told(changed, studio)


@router.delete(_SAVED_MODEL, status_code=204)
def delete_saved_model(saved_model: CurrentSavedModel, studio: CurrentStudio) -> None:
    """Deletes a saved model with all versions; their sessions stay."""
    studio.registry.delete_saved_model(saved_model.saved_model_id)
    studio.tell_saved_model(saved_model.saved_model_id)


@router.post(_SAVED_MODEL + "/rollback")
def roll_back(saved_model: CurrentSavedModel, studio: CurrentStudio) -> SavedModelInfo:
    """Makes that version active which was so before."""
    return _told(studio.registry.roll_back(saved_model.saved_model_id), studio)


@router.get(_SAVED_MODEL + "/versions")
def list_versions(saved_model: CurrentSavedModel) -> list[SavedModelVersion]:
    """The versions, oldest first."""
    return _info(saved_model).versions


@router.get(_VERSION)
def get_version(version: CurrentVersion) -> VersionDetail:
    """One version with its metrics, its design, its data and its software."""
    return VersionDetail(
        summary=_version_info(version),
        result=TrainingResult.read(version.folder),
        provenance=Provenance.read(version.folder),
        retraining=Retraining.read(version.folder),
        partitions=PartitionReport.read(version.folder),
        files=_files(version),
        folder=str(version.folder),
    )


@router.delete(_VERSION, status_code=204)
def delete_version(version: CurrentVersion, studio: CurrentStudio) -> None:
    """Deletes a version that is not active."""
    studio.registry.delete_version(version.saved_model_id, version.version_id)
    studio.tell_saved_model(version.saved_model_id)


@router.post(_VERSION + "/activate")
def activate_version(version: CurrentVersion, studio: CurrentStudio) -> SavedModelInfo:
    """Makes a version the one that scores."""
    changed = studio.registry.activate_version(version.saved_model_id, version.version_id)
    return _told(changed, studio)


@router.get(_SAVED_MODEL + "/compare")
def compare_versions(
    saved_model: CurrentSavedModel,
    version: Annotated[
        list[str] | None, Query(description="two or more; all of them when absent")
    ] = None,
) -> ModelComparison:
    """Versions side by side, each held against the first."""
    wanted = version or [one.version_id for one in saved_model.versions]
    return compare_models({name: saved_model.version(name).folder for name in wanted})


@router.post(_SAVED_MODEL + "/retrain", status_code=201)
def retrain(
    new: NewRetraining, saved_model: CurrentSavedModel, studio: CurrentStudio
) -> SessionSummary:
    """Puts the training of a version's design into the queue; its model becomes a version."""
    settings = setting_texts(new.settings)
    if new.dataset is not None:
        settings.append(f"dataset.path={_dataset_path(new, saved_model, studio)}")
    if new.dataset is not None and new.path is not None:
        raise UsageError("The newer data are a dataset or a path, not both.")
    design, plan = plan_retraining(
        studio.registry,
        saved_model,
        version_id=new.version,
        data=None if new.path is None else file_on_server(new.path),
        settings=settings,
        activate=new.activate,
    )
    name = new.name or f"Retraining of {saved_model.name}"
    if plan.partition_by is None:
        session = studio.queue.add(design, name=name, description=new.description or None)
    else:
        session = studio.queue_group(design, plan.partition_by, name, new.description)
    plan.write(session.folder)
    return session_summary(session)


@router.get(_SAVED_MODEL + "/retrainings")
def list_retrainings(saved_model: CurrentSavedModel, studio: CurrentStudio) -> list[RetrainingInfo]:
    """The retrainings of a saved model, the newest first, running ones too."""
    return [
        RetrainingInfo(
            session=session_summary(session, studio.board.state(session.reference)),
            retraining=retraining,
        )
        for session, retraining in reversed(retrainings_of(studio.registry, saved_model))
    ]


def _deploy(new: NewVersion, session: SessionRecord, studio: Studio) -> DeployedVersion:
    deployed = deploy_model(studio.registry, session, new.name, new.activate)
    version = deployed.version
    studio.tell_saved_model(version.saved_model_id)
    return DeployedVersion(
        saved_model_id=version.saved_model_id,
        version_id=version.version_id,
        active=version.active,
        reason=deployed.reason,
        comparison=deployed.comparison,
    )


def _dataset_path(new: NewRetraining, saved_model: SavedModelRecord, studio: Studio) -> str:
    """The file of a dataset in the project of the task that is trained again."""
    version = saved_model.active_version
    if new.version is not None:
        version = saved_model.version(new.version)
    ids = parse_model_reference(version.session_reference)
    task = studio.registry.task(ids.analysis_id, ids.mltask_id)
    path = studio.datasets(studio.project_of(task)).get(new.dataset or "").path
    return path.resolve().as_posix()


def _told(record: SavedModelRecord, studio: Studio) -> SavedModelInfo:
    studio.tell_saved_model(record.saved_model_id)
    return _info(record)


def _info(record: SavedModelRecord) -> SavedModelInfo:
    before = record.previous_version
    return SavedModelInfo(
        saved_model_id=record.saved_model_id,
        name=record.name,
        created_at=record.created_at,
        active_version=record.active_version.version_id,
        previous_version=None if before is None else before.version_id,
        versions=[_version_info(version) for version in record.versions],
    )


def _version_info(version: VersionRecord) -> SavedModelVersion:
    result = TrainingResult.read(version.folder) or TrainingResult("failed")
    partitions = Partitions.read(version.folder / PARTITIONS_FILE)
    return SavedModelVersion(
        version_id=version.version_id,
        session_reference=version.session_reference,
        active=version.active,
        created_at=version.created_at,
        prediction_type=result.prediction_type,
        target=result.target,
        metric=result.metric,
        greater_is_better=result.greater_is_better,
        metric_value=result.metric_value,
        metrics=result.metrics,
        best_epoch=result.best_epoch,
        epochs=result.epochs,
        train_rows=result.train_rows,
        test_rows=result.test_rows,
        partitioned_by=None if partitions is None else partitions.column,
    )


def _files(version: VersionRecord) -> dict[str, str]:
    try:
        return dict(read_design_files(version.folder / DESIGN_FOLDER).files)
    except NotFoundError:
        return {}

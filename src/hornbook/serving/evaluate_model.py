"""Evaluation as a command or a job asks for it: a model's folder, an input, a place to keep it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from hornbook.data import Storage
from hornbook.design import CUSTOM_SCORE_FILE, DesignFolder
from hornbook.features import LabelsEncoder
from hornbook.metrics import PredictionType
from hornbook.reports import PartitionReport
from hornbook.serving.evaluation_record import Evaluation
from hornbook.serving.evaluation_store import EvaluationStore
from hornbook.serving.loading import ModelFiles
from hornbook.serving.open import predictor_of
from hornbook.training.artifact import ModelOutput
from hornbook.training.job import DESIGN_FOLDER
from hornbook.training.result import TrainingResult
from hornbook.training.trust import TrustedModels

__all__ = ["evaluate_model", "evaluation_store"]


def evaluation_store(folder: Path) -> EvaluationStore:
    """Where the evaluations of a model are kept: with all its versions, or with its session.

    Args:
        folder: of the model's session or version.
    """
    is_version = folder.parent.parent.name == "saved_models"
    return EvaluationStore(folder.parent if is_version else folder)


def evaluate_model(
    folder: Path,
    home: Path,
    source: str,
    *,
    with_rows: bool = False,
    progress: Callable[[int, int | None, float], None] = lambda done, total, share: None,
) -> Evaluation:
    """Evaluates a model on an input and keeps the evaluation.

    Args:
        folder: of the model's session or version.
        home: the workspace's folder.
        source: a file, a folder of images, or a URL such as `sqlite:///x.db?table=rows`.
        with_rows: whether to keep a row for each evaluated one, as `rows.parquet`.
        progress: called with the rows done, all rows where known, and the share that is done.

    Raises:
        HornbookError: as `evaluate` and `ModelFiles.rows` do.
        UntrustedModelError: the design has custom scores, and may not be run.
    """
    images = Path(source) if Path(source).is_dir() else None
    files = ModelFiles.read(folder, home, images)
    design = DesignFolder.read(folder / DESIGN_FOLDER)
    if CUSTOM_SCORE_FILE in design.code_files:
        TrustedModels(home).require(folder, CUSTOM_SCORE_FILE)
    weight = design.task.weights.sample_weight
    types = {} if weight is None else {weight: str(Storage.FLOAT)}
    for output in files.artifact.outputs.values():
        types |= _target_types(output)
    rows = files.rows(source, types=types)
    predictor = predictor_of(files, home)
    # Only now, since these import Keras, whose backend the line before has chosen.
    from hornbook.features import Targets
    from hornbook.serving.evaluation import EvaluationPlan, evaluate
    from hornbook.training.fit import make_measurer
    from hornbook.training.user_code import UserCode

    encoders = {name: output.encoder for name, output in files.artifact.outputs.items()}
    plan = EvaluationPlan(
        model=_name(folder),
        measurer=make_measurer(design, Targets(encoders), UserCode(design.path)),
        at_training=_at_training(folder),
        weight=weight,
    )
    store = evaluation_store(folder)
    kept = store.new_folder()
    try:
        evaluation = evaluate(
            predictor,
            rows,
            plan,
            rows_file=kept / "rows.parquet" if with_rows else None,
            progress=progress,
        )
    except BaseException:
        for file in kept.iterdir():
            file.unlink()
        kept.rmdir()
        raise
    return store.keep(evaluation, kept)


def _at_training(folder: Path) -> Mapping[str, float | None]:
    """The metrics that a model had on its test rows; of one with submodels, on all of theirs."""
    partitions = PartitionReport.read(folder)
    if partitions is not None:
        return partitions.pooled
    result = TrainingResult.read(folder)
    return {} if result is None else result.metrics


def _name(folder: Path) -> str:
    """A version as `<saved_model_id>/v1`, a session as `<analysis_id>/<mltask_id>/s1`."""
    if folder.parent.parent.name == "saved_models":
        return f"{folder.parent.name}/{folder.name}"
    return "/".join(folder.parts[-3:])


def _target_types(output: ModelOutput) -> dict[str, str]:
    """How the columns of a target are read, so that its values mean what they did."""
    encoder = output.encoder
    if isinstance(encoder, LabelsEncoder):
        storage = Storage.STRING
    elif output.prediction_type is PredictionType.REGRESSION:
        storage = Storage.FLOAT
    else:
        kinds = {type(label) for label in encoder.classes or ()}
        storage = (
            _STORAGES.get(next(iter(kinds)), Storage.STRING)
            if len(kinds) == 1
            else (Storage.STRING)
        )
    return {column: str(storage) for column in encoder.columns}


_STORAGES = {bool: Storage.BOOLEAN, int: Storage.INTEGER, float: Storage.FLOAT}

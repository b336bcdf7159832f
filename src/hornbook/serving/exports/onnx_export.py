"""A trained model as one ONNX file: raw rows in, predictions out, and a certificate of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl

from hornbook import __version__
from hornbook.atomic import partial_path
from hornbook.errors import ExportError
from hornbook.serving.exports.onnx_difference import describe_difference
from hornbook.serving.exports.onnx_graph import CONTRIBUTED, import_onnx
from hornbook.serving.exports.onnx_network import OnnxNetwork, network_as_onnx
from hornbook.serving.exports.onnx_outputs import Postprocessing, postprocessing
from hornbook.serving.exports.onnx_parity import TOLERANCE, ParityCertificate, ParityCheck
from hornbook.serving.exports.onnx_preprocessing import SCORED, Preprocessing, preprocessing
from hornbook.serving.exports.onnx_runtime import OnnxRunner, import_onnxruntime
from hornbook.serving.predict import Predictor

__all__ = ["export_onnx"]

_MOST_ROWS = 4096
_MOST_EXAMPLES = 5


def export_onnx(
    predictor: Predictor,
    rows: Iterable[pl.DataFrame],
    output: Path,
    *,
    home: Path,
    tolerance: float = TOLERANCE,
    progress: Callable[[int], None] | None = None,
) -> ParityCertificate:
    """Writes a model as ONNX, once it has said the same as Hornbook of all rows given.

    The file runs in ONNX Runtime alone. Its metadata hold `hornbook`, a description of its inputs
    and outputs, and `hornbook_parity`, the certificate.

    Args:
        predictor: the model, loaded.
        rows: blocks of raw rows to compare on, one after the other; with the model's columns.
        output: the file to write, complete or not there at all.
        home: the workspace's folder.
        tolerance: how far a number may be from Hornbook's, by that number or by 1 where it is
            less.
        progress: called with the rows compared so far.

    Returns:
        The certificate.

    Raises:
        ExportError: ONNX cannot express the model, with all reasons; or it says something else
            than Hornbook, with the rows and columns where they part; or there are no rows.
        MissingExtraError: a package of the extra `onnx` is not installed.
    """
    onnx = import_onnx()
    import_onnxruntime()
    if not output.resolve().parent.is_dir():
        raise ExportError(f"There is no folder '{output.parent}' to write the model in.")
    artifact = predictor.artifact
    before = preprocessing(artifact.pipeline)
    network = network_as_onnx(artifact, home)
    after = postprocessing(artifact.outputs, drops_rows=before.drops_rows)
    model = _joined(onnx, before, network, after)
    certificate = _compared(
        predictor, before, model, _blocks(predictor, rows), tolerance=tolerance, progress=progress
    )
    _sign(certificate, model, network)
    description = {
        "inputs": [one.describe() for one in before.raw.values()],
        "outputs": after.description,
    }
    metadata = {"hornbook": description, "hornbook_parity": certificate.to_json()}
    onnx.helper.set_model_props(
        model, {key: json.dumps(value, ensure_ascii=False) for key, value in metadata.items()}
    )
    partial = partial_path(output.resolve())
    try:
        onnx.save(model, partial)
        partial.replace(output)
    finally:
        partial.unlink(missing_ok=True)
    return certificate


def _sign(certificate: ParityCertificate, model: Any, network: OnnxNetwork) -> None:
    """Writes into a certificate what the model is made of, and by what."""
    certificate.opsets = {one.domain or "ai.onnx": one.version for one in model.opset_import}
    certificate.contributed_operators = sorted(
        {node.op_type for node in model.graph.node if node.domain == CONTRIBUTED}
    )
    certificate.versions = {
        "hornbook": __version__,
        **network.versions,
        **{name: version(name) for name in ("onnx", "onnxruntime")},
    }


def _joined(onnx: Any, before: Preprocessing, network: OnnxNetwork, after: Postprocessing) -> Any:
    """The three graphs as one model, checked."""
    versions = {one.domain: one.version for one in network.model.opset_import}
    for part in (before.model, after.model):
        versions |= {one.domain: one.version for one in part.opset_import}
    opsets = [onnx.helper.make_opsetid(domain, number) for domain, number in versions.items()]
    for part in (before.model, network.model, after.model):
        part.ir_version = before.model.ir_version
        del part.opset_import[:]
        part.opset_import.extend(opsets)
    fed = [(before.inputs[name], taken) for name, taken in network.inputs.items()]
    model = onnx.compose.merge_models(before.model, network.model, io_map=fed)
    given = [(made, after.raw[name]) for name, made in network.outputs.items()]
    if after.scored is not None:
        given.append((SCORED, after.scored))
    model = onnx.compose.merge_models(model, after.model, io_map=given)
    used = {node.domain for node in model.graph.node} | {""}
    kept = [one for one in model.opset_import if one.domain in used]
    del model.opset_import[:]
    model.opset_import.extend(kept)
    model.producer_name, model.producer_version = "hornbook", __version__
    model.graph.name = "hornbook"
    return model


def _blocks(predictor: Predictor, rows: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """The rows in blocks that both sides can hold, the columns alone that they need."""
    pipeline = predictor.artifact.pipeline
    at_once = min(pipeline.block_rows, _MOST_ROWS)
    for frame in rows:
        checked = predictor.checked(frame)
        yield from checked.iter_slices(at_once)


def _compared(
    predictor: Predictor,
    before: Preprocessing,
    model: Any,
    blocks: Iterable[pl.DataFrame],
    *,
    tolerance: float,
    progress: Callable[[int], None] | None,
) -> ParityCertificate:
    """The certificate of a model that says the same of all rows.

    Raises:
        ExportError: it does not, or there are no rows.
    """
    runner = OnnxRunner(model, before.raw)
    check = ParityCheck(predictor.artifact.outputs, tolerance)
    examples: list[tuple[int, pl.DataFrame]] = []
    n_parted = 0
    for raw_block in blocks:
        block = _as_onnx_reads(before, raw_block)
        start = check.certificate.rows
        parted = check.add(predictor.predict(block), runner.run(block))
        n_parted += len(parted)
        shown = parted[: _MOST_EXAMPLES - len(examples)].tolist()
        examples += [(start + row, block.slice(row, 1)) for row in shown]
        if progress is not None:
            progress(check.certificate.rows)
    if not check.certificate.rows:
        raise ExportError(
            "There are no rows to compare the ONNX model with Hornbook on.",
            fix="Give the export rows such as those of the test set.",
        )
    if examples:
        raise ExportError(
            f"The ONNX model and Hornbook part on {n_parted:,} of {check.certificate.rows:,} rows; "
            f"the largest difference is {check.certificate.largest_absolute_difference:g}.\n"
            + describe_difference(predictor.artifact.pipeline, before, examples),
            fix="Nothing was written. Train with another handling of these columns, or accept "
            "the difference with a larger tolerance.",
        )
    return check.certificate


def _as_onnx_reads(before: Preprocessing, frame: pl.DataFrame) -> pl.DataFrame:
    """The rows with empty categories as missing ones, which is what they are to the model."""
    return pl.DataFrame(
        [
            _without_empty(series) if before.raw[series.name].kind == "category" else series
            for series in frame
        ]
    )


def _without_empty(series: pl.Series) -> pl.Series:
    if series.dtype != pl.String:
        return series
    # A series named like a pattern, `^a$`, breaks most of its methods in Polars.
    values = series.alias("values")
    return values.set(values == "", None).alias(series.name)

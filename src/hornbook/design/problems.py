"""Pydantic's findings in `task.toml`, said as problems a user can mend."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast, get_args, get_origin

from pydantic import BaseModel, ValidationError

from hornbook.design.metrics import unsuited_sections
from hornbook.design.row_sets import row_set_contradictions
from hornbook.design.task import FeatureEntry, TargetSection, TaskDesign
from hornbook.design.toml_file import dotted, line_of_key
from hornbook.errors import NotFoundError, Problem, did_you_mean
from hornbook.features import handling_class
from hornbook.metrics import PredictionType, custom_metric, get_metric

__all__ = ["problems_of"]


def problems_of(
    error: ValidationError, text: str, values: dict[str, Any], file: str = "task.toml"
) -> list[Problem]:
    """One problem for each mistake, with its line in the text, in the order of the lines.

    Args:
        error: what pydantic found.
        text: the file's text, to find lines in.
        values: the file's values, to name what stands near.
        file: what the user calls the file.
    """
    found: dict[str | None, Problem] = {}
    for location, finding in _flatten(error, ()):
        if location:
            problem = _problem(_written(location, finding, values), finding, text, values, file)
            found.setdefault(problem.key, problem)
    problems = list(found.values())
    for location, message, fix in (*_contradictions(values), *row_set_contradictions(values)):
        line = line_of_key(text, location)
        problems.append(Problem(message, file, line, dotted(location), fix))
    return sorted(problems, key=lambda problem: problem.line or 0)


def _contradictions(values: dict[str, Any]) -> Iterator[tuple[tuple[str, ...], str, str | None]]:
    """What the sections say against each other: location, message and fix.

    Read from the bare values, since pydantic looks at the whole only once every part is right.
    """
    target, outputs, metrics, features = (
        _table(values, key) for key in ("target", "outputs", "metrics", "features")
    )
    if target and outputs:
        message = "there are both [target] and [outputs], expected one of the two"
        yield (
            ("outputs",),
            message,
            "Move the column of [target] to an output, such as [outputs.y].",
        )
        return
    if "target" not in values and not outputs:
        yield ("target",), "'target' is missing", "Add [target]."
        return
    targets = {"": target} if target else outputs
    chosen = metrics.get("output", next(iter(targets)))
    if chosen not in targets:
        message = f"there is no output {chosen!r}"
        yield ("metrics", "output"), message, did_you_mean(str(chosen), list(outputs)) or None
        return
    kind, metric = _table(targets, chosen).get("type"), metrics.get("optimize")
    if kind in tuple(PredictionType) and isinstance(metric, str):
        own = {
            name: custom_metric(
                PredictionType(kind), name, greater_is_better=True, needs_probability=False
            )
            for name in _table(metrics, "custom_scores")
        }
        try:
            get_metric(PredictionType(kind), metric, own)
        except NotFoundError as error:
            yield ("metrics", "optimize"), error.message, error.fix
    known = [
        PredictionType(one["type"])
        for one in targets.values()
        if isinstance(one, Mapping) and one.get("type") in tuple(PredictionType)
    ]
    yield from unsuited_sections(
        known if len(known) == len(targets) else (),
        _table(values, "calibration").get("method"),
        intervals=_table(values, "prediction_intervals").get("enabled") is True,
    )
    for one in targets.values():
        column = one.get("column") if isinstance(one, Mapping) else None
        entry = features.get(column) if isinstance(column, str) else None
        if isinstance(entry, Mapping) and entry.get("role", "input") == "input":
            message = f"the target '{column}' cannot be a feature as well"
            yield ("features", str(column)), message, 'Use role = "reject", or leave the line out.'


def _table(values: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    table = values.get(key)
    return table if isinstance(table, Mapping) else {}


def _written(
    location: tuple[str | int, ...], finding: dict[str, Any], values: dict[str, Any]
) -> tuple[str | int, ...]:
    """The part of a location that stands in the file; pydantic adds the types that it tried."""
    here: Any = values
    for depth, part in enumerate(location):
        if not (isinstance(here, Mapping) and part in here):
            return location if finding["type"] == "missing" else location[:depth]
        here = here[part]
    return location


def _flatten(
    error: ValidationError, prefix: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], dict[str, Any]]]:
    """Findings with full locations; those of a nested model's own validation included."""
    for finding in error.errors():
        location = prefix + finding["loc"]
        cause = finding.get("ctx", {}).get("error")
        if isinstance(cause, ValidationError):
            yield from _flatten(cause, location)
        else:
            yield location, cast("dict[str, Any]", finding)


def _problem(
    location: tuple[str | int, ...],
    finding: dict[str, Any],
    text: str,
    values: dict[str, Any],
    file: str,
) -> Problem:
    received, kind = finding["input"], finding["type"]
    fix = None
    if kind == "missing":
        message = f"'{location[-1]}' is missing"
        table = dotted(location[:-1])
        fix = f"Add {location[-1]} = … to [{table}]." if table else f"Add [{location[-1]}]."
    elif kind == "extra_forbidden":
        message = f"there is no setting '{location[-1]}' here"
        fix = did_you_mean(str(location[-1]), _known_keys(location[:-1], values))
    elif kind == "value_error":
        message = finding["msg"].removeprefix("Value error, ")
        message, _, fix = message.partition("\n  Fix: ")
    elif kind in {"literal_error", "enum"}:
        expected = finding["ctx"]["expected"]
        message = f"received {received!r}, expected {expected}"
        fix = did_you_mean(str(received), re.findall(r"'([^']*)'", expected))
    else:
        expected = finding["msg"][0].lower() + finding["msg"][1:]
        message = f"received {received!r}: {expected}"
    key = dotted(location) or None
    return Problem(message, file, line_of_key(text, location), key, fix or None)


def _known_keys(location: tuple[str | int, ...], values: dict[str, Any]) -> list[str]:
    """The settings that may stand at a location."""
    model: type[BaseModel] = TaskDesign
    named: Any = None
    for depth, part in enumerate(location):
        if model is TaskDesign and part == "outputs":
            return list(TargetSection.model_fields) if location[depth + 1 :] else []
        if model is TaskDesign and part == "features":
            return _known_feature_keys(location[depth + 1 :], values)
        field = model.model_fields.get(str(part))
        annotation = named or (field.annotation if field else None)
        named = get_args(annotation)[1] if get_origin(annotation) is dict else None
        if named is not None:
            continue  # The next part is a name of the user's own.
        if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
            return []
        model = annotation
    return list(model.model_fields)


def _known_feature_keys(location: tuple[str | int, ...], values: dict[str, Any]) -> list[str]:
    if not location:
        return []
    entry = values.get("features", {}).get(location[0], {})
    handling = handling_class(entry["type"], entry.get("handling"))
    return [*FeatureEntry.model_fields, *handling.model_fields]

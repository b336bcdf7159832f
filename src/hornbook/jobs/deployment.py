"""Deploying a session's model as a version of a saved model, and whether it becomes active."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, get_args

from hornbook.diagnostics import DIAGNOSTICS_FILE
from hornbook.errors import NotFoundError, UsageError, did_you_mean
from hornbook.jobs.fair_comparison import FairComparison, compare_fairly
from hornbook.jobs.partitioning import submodel_states
from hornbook.jobs.training import OPEN
from hornbook.registry import Registry, SessionRecord, VersionRecord
from hornbook.reports.partitions import REPORT_FILE, partition_report
from hornbook.training.artifact import MODEL_FOLDER
from hornbook.training.job import DESIGN_FOLDER
from hornbook.training.partitions import (
    GROUP_FILE,
    PARTITIONS_FILE,
    PARTITIONS_FOLDER,
    Partitions,
)
from hornbook.training.provenance import PROVENANCE_FILE
from hornbook.training.result import RESULT_FILE

__all__ = [
    "ActivationPolicy",
    "Deployment",
    "checked_policy",
    "deploy_model",
    "refuse_comparing",
]

ActivationPolicy = Literal["always", "never", "if-better"]
"""Whether a new version becomes the active one; "if-better" is by the metric of its design."""

_DEPLOYED = (MODEL_FOLDER, DESIGN_FOLDER, RESULT_FILE, DIAGNOSTICS_FILE, PROVENANCE_FILE)


@dataclass(frozen=True)
class Deployment:
    """What came of a deployment.

    Attributes:
        version: the new version; `active` says whether it became so.
        reason: why it did or did not, in a sentence without a full stop.
        comparison: with the version that was active, where it was asked for.
    """

    version: VersionRecord
    reason: str
    comparison: FairComparison | None = None


def checked_policy(text: str) -> ActivationPolicy:
    """The policy of a word.

    Raises:
        UsageError: there is none of that name.
    """
    policies: tuple[ActivationPolicy, ...] = get_args(ActivationPolicy)
    for policy in policies:
        if text == policy:
            return policy
    raise UsageError(
        f"'{text}' does not say when to activate, expected one of {', '.join(policies)}. "
        f"{did_you_mean(text, policies)}"
    )


def deploy_model(
    registry: Registry,
    session: SessionRecord,
    name: str,
    activate: ActivationPolicy = "always",
    *,
    files: tuple[str, ...] = (),
    on_compared: Callable[[FairComparison], None] = lambda comparison: None,
) -> Deployment:
    """Makes the model of a session the next version of a saved model, new or existing.

    Of the whole model of a group, its submodels are copied into the version as well.

    Args:
        registry: the workspace.
        session: with a model.
        name: of the saved model, or the id of one that exists.
        activate: whether the version becomes the active one; the first one always does.
        files: of the session's folder that the version gets besides those of every version.
        on_compared: called with the comparison, before anything is copied.

    Raises:
        WorkspaceError: the session has no model, or the name cannot be one.
        NotFoundError: there is no such session.
        UsageError: a submodel is still to be trained, or a partitioned model is to be compared.
    """
    active = _active_version(registry, name)
    group = Partitions.read(session.folder / GROUP_FILE)
    if active is not None:
        refuse_comparing(activate, active, is_partitioned=group is not None)
    comparison = None
    if active is not None and activate == "if-better" and session.has_model:
        comparison = compare_fairly(active, session, registry.home)
        on_compared(comparison)
    wanted = activate == "always" or (comparison is not None and comparison.is_better)
    chosen = [file for file in (*_DEPLOYED, *files) if (session.folder / file).exists()]
    with _submodels(registry, session, group) as added:
        if active is None:
            version = registry.deploy(
                session, name=name, files=chosen, added=added, activate=wanted
            )
        else:
            version = registry.add_version(
                active.saved_model_id, session, files=chosen, added=added, activate=wanted
            )
    return Deployment(version, _reason(active, activate, comparison), comparison)


def refuse_comparing(
    activate: ActivationPolicy, active: VersionRecord, *, is_partitioned: bool
) -> None:
    """Refuses what would compare whole models where submodels answer.

    Args:
        activate: whether the new version is to become the active one.
        active: the version that is active.
        is_partitioned: whether the new model has submodels.

    Raises:
        UsageError: it is "if-better", and one of the two has submodels.
    """
    was = (active.folder / PARTITIONS_FILE).is_file()
    if activate != "if-better" or not (was or is_partitioned):
        return
    which = f"{active.version_id} has" if was else "The new model has"
    raise UsageError(
        f"{which} a submodel for each value of a column, and such models are not compared: the "
        "metric of the whole model alone would decide.",
        fix="Use --activate always or never, and hold both against one file by "
        "`hornbook evaluate`.",
    )


@contextmanager
def _submodels(
    registry: Registry, session: SessionRecord, group: Partitions | None
) -> Iterator[Mapping[str, Path]]:
    """What a version gets of a group: the files of its submodels, and which they are.

    Raises:
        UsageError: a submodel is still to be trained.
    """
    if group is None:
        yield {}
        return
    states = submodel_states(registry, group, session)
    for one, state in zip(group, states, strict=True):
        if state.status in OPEN:
            raise UsageError(
                f"The submodel for {group.column} = {one.value}, {one.session}, is still "
                f"{state.status}.",
                fix="Wait until it ends, or stop it: its value then falls to the whole model.",
            )
    added: dict[str, Path] = {}
    kept = []
    for number, (one, state) in enumerate(zip(group, states, strict=True), start=1):
        if state.folder is None:
            kept.append(replace(one, reason=state.reason))
            continue
        kept.append(replace(one, submodel=f"p{number}"))
        added |= {
            f"{PARTITIONS_FOLDER}/p{number}/{file}": state.folder / file
            for file in _DEPLOYED
            if (state.folder / file).exists()
        }
    with tempfile.TemporaryDirectory() as scratch:
        for name in (PARTITIONS_FILE, REPORT_FILE):
            added[name] = Path(scratch) / name
        replace(group, partitions=tuple(kept)).write(added[PARTITIONS_FILE])
        partition_report(group, session.folder, states).write(added[REPORT_FILE])
        yield added


def _active_version(registry: Registry, name: str) -> VersionRecord | None:
    try:
        return registry.saved_model(name.strip()).active_version
    except NotFoundError:
        return None


def _reason(
    active: VersionRecord | None, activate: ActivationPolicy, comparison: FairComparison | None
) -> str:
    if active is None:
        return "it is the first version"
    if comparison is not None:
        return comparison.sentence
    return "as asked for" if activate == "always" else "no version is to be activated"

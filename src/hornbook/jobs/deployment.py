"""Deploying a session's model as a version of a saved model, and whether it becomes active."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

from hornbook.diagnostics import DIAGNOSTICS_FILE
from hornbook.errors import NotFoundError, UsageError, did_you_mean
from hornbook.jobs.fair_comparison import FairComparison, compare_fairly
from hornbook.registry import Registry, SessionRecord, VersionRecord
from hornbook.training.artifact import MODEL_FOLDER
from hornbook.training.job import DESIGN_FOLDER
from hornbook.training.provenance import PROVENANCE_FILE
from hornbook.training.result import RESULT_FILE

__all__ = ["ActivationPolicy", "Deployment", "checked_policy", "deploy_model"]

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
    """
    active = _active_version(registry, name)
    comparison = None
    if active is not None and activate == "if-better" and session.has_model:
        comparison = compare_fairly(active, session, registry.home)
        on_compared(comparison)
    wanted = activate == "always" or (comparison is not None and comparison.is_better)
    chosen = [file for file in (*_DEPLOYED, *files) if (session.folder / file).exists()]
    if active is None:
        version = registry.deploy(session, name=name, files=chosen, activate=wanted)
    else:
        version = registry.add_version(
            active.saved_model_id, session, files=chosen, activate=wanted
        )
    return Deployment(version, _reason(active, activate, comparison), comparison)


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

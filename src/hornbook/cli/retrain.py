"""`hornbook deploy` and `retrain`: new versions of saved models."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from hornbook.cli.output import (
    FAILED,
    Home,
    Json,
    console,
    open_registry,
    print_json,
    reported_errors,
    require_file,
)
from hornbook.cli.partitions import (
    group_json,
    partitions_json,
    run_group,
    say_group,
    say_partitions,
)
from hornbook.cli.sessions import ModelName
from hornbook.cli.train import ended_well, say_outcome, training_json
from hornbook.cli.train_one import run_training
from hornbook.design import DesignFolder
from hornbook.jobs import (
    FairComparison,
    Retraining,
    TrainedGroup,
    checked_policy,
    deploy_model,
    finish_retraining,
    plan_retraining,
)
from hornbook.registry import Registry, SessionRecord
from hornbook.reports import PartitionReport
from hornbook.training.result import TrainingResult

__all__ = ["deploy", "retrain"]

Activate = Annotated[
    str,
    typer.Option(
        "--activate",
        metavar="WHEN",
        help="Whether the new version becomes the active one: always, never or if-better.",
    ),
]


def deploy(
    model: ModelName,
    name: Annotated[str, typer.Option("--name", help="The saved model's name.")],
    activate: Activate = "always",
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Make a trained model the next version of a saved model, new or existing."""
    with reported_errors(as_json), open_registry(home) as registry:
        policy = checked_policy(activate)
        deployed = deploy_model(registry, registry.session(model), name, policy)
        version = deployed.version
        saved_model = registry.saved_model(version.saved_model_id)
        if as_json:
            print_json(
                {
                    "saved_model_id": version.saved_model_id,
                    "version_id": version.version_id,
                    "name": saved_model.name,
                    "model": version.session_reference,
                    "folder": str(version.folder),
                    "active": version.active,
                    "active_version": saved_model.active_version.version_id,
                    "reason": deployed.reason,
                    "comparison": _comparison_json(deployed.comparison),
                    "partitions": partitions_json(version.folder),
                }
            )
            return
        is_active = "is active" if version.active else "is not active"
        console.print(
            Text.assemble(
                (saved_model.name, "bold"),
                f" ({version.saved_model_id}): version {version.version_id} {is_active}, "
                f"a copy of {version.session_reference}.",
            )
        )
        partitions = PartitionReport.read(version.folder)
        if partitions is not None:
            say_partitions(partitions)
        if deployed.comparison is not None:
            _say_comparison(deployed.comparison)


def retrain(
    saved_model: Annotated[
        str, typer.Argument(metavar="NAME", help="The saved model's name or id.")
    ],
    version: Annotated[
        str | None,
        typer.Option("--version", help="Whose design is trained; the active version's if absent."),
    ] = None,
    data: Annotated[
        Path | None, typer.Option("--data", help="Train on another file than the design names.")
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Change a setting of the design."),
    ] = None,
    activate: Activate = "always",
    name: Annotated[str | None, typer.Option("--name", help="A name for the session.")] = None,
    description: Annotated[
        str | None, typer.Option("--description", help="What this session tries.")
    ] = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Train a saved model's design again, and make a new version of what comes out."""
    with reported_errors(as_json), open_registry(home) as registry:
        policy = checked_policy(activate)
        if data is not None:
            require_file(data)
        record = registry.saved_model(saved_model)
        design, plan = plan_retraining(
            registry,
            record,
            version_id=version,
            data=data,
            settings=settings or (),
            activate=policy,
        )
        group = _trained(
            registry,
            design,
            plan,
            name or f"Retraining of {record.name}",
            description,
            quiet=as_json,
        )
        session = group.whole
        ended = plan if session is None else finish_retraining(registry, session) or plan
        result = None if session is None else TrainingResult.read(session.folder)
        more = group_json(registry, group) if plan.partition_by is not None else {}
        if as_json:
            value = {} if session is None else training_json(session, result)
            print_json({**value, **more, "retraining": ended.to_json()})
        else:
            if session is not None:
                say_outcome(session, result)
            if plan.partition_by is not None:
                say_group(registry, group)
            _say_retraining(record.name, ended)
    if session is None or not ended_well(session) or ended.version_id is None:
        raise typer.Exit(FAILED)


def _trained(
    registry: Registry,
    design: DesignFolder,
    plan: Retraining,
    name: str,
    description: str | None,
    *,
    quiet: bool,
) -> TrainedGroup:
    """What the version was: one model, or submodels and a whole one."""

    def on_start(session: SessionRecord) -> None:
        plan.write(session.folder)

    if plan.partition_by is not None:
        return run_group(
            registry, design, plan.partition_by, name, description, quiet=quiet, on_whole=on_start
        )
    session = run_training(registry, design, name, description, quiet=quiet, on_start=on_start)
    return TrainedGroup((), session)


def _comparison_json(comparison: FairComparison | None) -> dict[str, Any] | None:
    return None if comparison is None else comparison.to_json()


def _say_retraining(name: str, ended: Retraining) -> None:
    if ended.version_id is None:
        reason = ended.reason or "the whole model was not trained."
        console.print(f"No new version: {reason}", soft_wrap=True)
        return
    how = "is active" if ended.activated else "is not active"
    console.print(Text.assemble((name, "bold"), f": version {ended.version_id} {how}."))
    if ended.comparison is not None:
        _say_comparison(ended.comparison)


def _say_comparison(comparison: FairComparison) -> None:
    console.print(f"{comparison.sentence}.", soft_wrap=True)
    for note in comparison.notes:
        console.print(f"Note: {note}", soft_wrap=True)

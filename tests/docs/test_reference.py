from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import click
import pytest
import typer
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from hornbook.cli import app
from hornbook.design.task import FeatureEntry, TaskDesign
from hornbook.design.toml_file import toml_value
from hornbook.diagnostics import DiagnosticId, Severity
from hornbook.features import FeatureType, handling_class
from hornbook.features.handling import handling_names
from hornbook.metrics import (
    PredictionType,
    additional_metric_names,
    default_metric,
    get_metric,
    metric_names,
)

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "docs" / "reference"
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])


def flat_commands(group: click.Command, prefix: str = "") -> dict[str, click.Command]:
    """All commands by the words that call them, such as `folder create`."""
    found: dict[str, click.Command] = {}
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        if hasattr(command, "commands"):
            found |= flat_commands(command, f"{prefix}{name} ")
        else:
            found[prefix + name] = command
    return found


COMMANDS = flat_commands(typer.main.get_command(app))


def sections(page: Path) -> dict[str, str]:
    """The text below each heading up to the next one, fenced blocks left out."""
    found: dict[str, str] = {}
    title = ""
    for line in without_fences(page.read_text("utf-8")).splitlines():
        heading = re.match(r"#+ (.+)", line)
        if heading:
            title = heading[1].strip()
            found[title] = ""
        else:
            found[title] = found.get(title, "") + line + "\n"
    return found


def rows(text: str) -> list[list[str]]:
    """The cells of the rows of all Markdown tables in a text, headers and rules left out."""
    tables = [line for line in text.splitlines() if line.startswith("|")]
    found = []
    for number, line in enumerate(tables):
        below = tables[number + 1] if number + 1 < len(tables) else ""
        if set(line) <= set("|-: ") or (below and set(below) <= set("|-: ")):
            continue
        cells = [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        found.append(cells)
    return found


def code_names(text: str) -> list[str]:
    """What stands between backticks."""
    return re.findall(r"`([^`]+)`", text)


def without_fences(text: str) -> str:
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def named(parameter: click.Parameter) -> list[str]:
    """How a command's parameter is called on its page."""
    if isinstance(parameter, click.Argument) or parameter.param_type_name == "argument":
        return [(parameter.metavar or parameter.name or "").strip("[]{}").upper()]
    return [*parameter.opts, *parameter.secondary_opts]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_is_documented_with_exactly_its_arguments_and_options(command: str) -> None:
    text = sections(REFERENCE / "commands.md").get(f"hornbook {command}")
    assert text is not None, f"commands.md has no section on {command}"
    documented = {name for cells in rows(text) if len(cells) == 3 for name in code_names(cells[0])}
    known = {name for parameter in COMMANDS[command].params for name in named(parameter)}
    assert documented == known


@pytest.mark.parametrize("command", COMMANDS)
def test_a_documented_default_of_a_command_is_its_default(command: str) -> None:
    text = sections(REFERENCE / "commands.md")[f"hornbook {command}"]
    documented = {
        name: cells[1] for cells in rows(text) if len(cells) == 3 for name in code_names(cells[0])
    }
    for parameter in COMMANDS[command].params:
        for name in named(parameter):
            assert (documented[name] == "required") == parameter.required, name
            if isinstance(parameter.default, str | Path):
                assert documented[name] == f"`{parameter.default}`"


def test_every_command_that_is_documented_exists() -> None:
    headings = sections(REFERENCE / "commands.md")
    documented = {
        title.removeprefix("hornbook ") for title in headings if title.startswith("hornbook ")
    }
    assert documented == set(COMMANDS)


def test_the_options_of_the_program_itself_are_documented() -> None:
    documented = code_names(sections(REFERENCE / "commands.md")["Commands"])
    for parameter in typer.main.get_command(app).params:
        assert set(parameter.opts) <= set(documented)


def task_sections() -> Iterator[tuple[str, dict[str, FieldInfo]]]:
    """Every section of task.toml with its own keys, as task.md heads it."""
    yield from nested_sections((), TaskDesign)
    yield "[features]", dict(FeatureEntry.model_fields)
    for feature_type in FeatureType:
        for name in handling_names(feature_type):
            handling = handling_class(feature_type, name)
            yield f'{feature_type}, handling = "{name}"', dict(handling.model_fields)


def nested_sections(
    path: tuple[str, ...], model: type[BaseModel]
) -> Iterator[tuple[str, dict[str, FieldInfo]]]:
    own = {}
    for name, field in model.model_fields.items():
        annotation: Any = field.annotation
        if type(None) in get_args(annotation):
            annotation = next(one for one in get_args(annotation) if one is not type(None))
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            yield from nested_sections((*path, name), annotation)
        elif not (model is TaskDesign and name in ("features", "outputs")):
            own[name] = field
    yield f"[{'.'.join(path)}]" if path else "Top level", own


SECTIONS = dict(task_sections())


def default_text(field: FieldInfo) -> str:
    default = field.get_default(call_default_factory=True, validated_data={})
    if default is PydanticUndefined:
        return "required"
    if default is None:
        return "not set"
    if default == {}:
        return "`{}`"
    return f"`{toml_value(default)}`"


def choices(annotation: object) -> list[str]:
    """The texts that a key may hold, where it may hold only a few."""
    found = re.findall(r"'(\w+)'", str(annotation)) if "Literal" in str(annotation) else []
    if isinstance(annotation, type) and issubclass(annotation, PredictionType | FeatureType):
        found = [str(one) for one in annotation]
    return found


def task_pages() -> dict[str, str]:
    """The sections of task.md and of the pages on handlings, by their headings."""
    pages = [REFERENCE / "task.md", *sorted((REFERENCE / "handlings").glob("*.md"))]
    return {title: text for page in pages for title, text in sections(page).items()}


@pytest.mark.parametrize("section", SECTIONS)
def test_a_section_of_task_toml_is_documented_with_exactly_its_keys(section: str) -> None:
    text = task_pages().get(section)
    assert text is not None, f"no page has a section {section}"
    documented = [code_names(cells[0])[0] for cells in rows(text)]
    assert sorted(documented) == sorted(SECTIONS[section])


@pytest.mark.parametrize("section", SECTIONS)
def test_the_documented_default_of_a_key_is_its_default(section: str) -> None:
    documented = {code_names(cells[0])[0]: cells[2] for cells in rows(task_pages()[section])}
    assert documented == {name: default_text(field) for name, field in SECTIONS[section].items()}


@pytest.mark.parametrize("section", SECTIONS)
def test_every_value_that_a_key_may_hold_is_documented(section: str) -> None:
    for cells in rows(task_pages()[section]):
        field = SECTIONS[section][code_names(cells[0])[0]]
        allowed = choices(field.annotation)
        assert set(allowed) <= set(code_names(cells[1])), cells[0]


def test_no_section_is_documented_that_task_toml_does_not_have() -> None:
    titles = {
        title
        for title, text in task_pages().items()
        if any(len(cells) == 4 for cells in rows(text))
    }
    assert titles == {title for title, fields in SECTIONS.items() if fields}


@pytest.mark.parametrize("kind", PredictionType)
def test_every_metric_is_documented_as_it_is(kind: PredictionType) -> None:
    text = sections(REFERENCE / "metrics.md")[str(kind)]
    documented = {code_names(cells[0])[0]: cells[1:] for cells in rows(text)}
    assert list(documented) == list(metric_names(kind))
    for name, (better, needs, meaning, source) in documented.items():
        metric = get_metric(kind, name)
        assert better == ("greater" if metric.greater_is_better else "smaller"), name
        assert needs == metric.needs, name
        assert source == metric.source, name
        assert meaning.endswith((".", ")")), name
    assert f"`optimize` is `{default_metric(kind).name}`" in text


def test_further_metrics_are_documented_as_they_are() -> None:
    kinds = [kind for kind in PredictionType if additional_metric_names(kind)]
    assert {name for kind in kinds for name in additional_metric_names(kind)} == {
        "Calibration Loss"
    }
    [[name, better, needs, _, source]] = rows(
        sections(REFERENCE / "metrics.md")["Calibration loss"]
    )
    metric = get_metric(kinds[0], code_names(name)[0])
    assert (better, needs, source) == ("smaller", metric.needs, metric.source)


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", without_fences(page.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower().strip()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    text = without_fences(page.read_text("utf-8"))
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith(("http://", "https://")):
            continue
        path, _, anchor = target.partition("#")
        linked = (page.parent / path).resolve() if path else page
        assert linked.is_file(), target
        assert linked.is_relative_to(ROOT), target
        if anchor:
            assert anchor in anchors(linked), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_no_page_names_a_path_of_somebodys_machine(page: Path) -> None:
    found = re.findall(
        r"(?<![\w.:/~])/(?:work|tmp|home|root|Users|mnt)/\S*", page.read_text("utf-8")
    )
    assert not found


def test_every_decision_is_listed_and_built_alike() -> None:
    folder = ROOT / "docs" / "decisions"
    records = sorted(path for path in folder.glob("*.md") if path.name != "README.md")
    numbers = [int(path.name[:4]) for path in records]
    assert len(set(numbers)) == len(numbers), "two decisions have one number"
    listed = (folder / "README.md").read_text("utf-8")
    for path in records:
        text = path.read_text("utf-8")
        assert f"]({path.name})" in listed
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == [
            "Context",
            "Decision",
            "Consequences",
        ]


def test_every_diagnostic_is_documented_with_its_severities() -> None:
    text = sections(REFERENCE / "diagnostics.md")["All diagnostics"]
    documented = {code_names(cells[0])[0]: cells[1] for cells in rows(text)}
    assert list(documented) == [str(one) for one in DiagnosticId]
    severities = {str(one) for one in Severity}
    assert all(set(cell.split(" or ")) <= severities for cell in documented.values())

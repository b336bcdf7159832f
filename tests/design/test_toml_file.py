from __future__ import annotations

from typing import Any

import pytest
import tomlkit

from hornbook.design.toml_file import (
    apply_settings,
    dotted,
    line_of_key,
    parse_setting,
    toml_value,
)
from hornbook.errors import HornbookError

NAMES = [
    "age",
    "fixed acidity",
    "a.b",
    'say "hi"',
    "it's",
    "back\\slash",
    "two\nlines\n",
    "ends with newline\n",
    "tab\t",
    "日本 😀",
    "a = b",
    "[x]",
    "# no comment",
    "",
    "line\u2028separator",
    "next\x85line",
    "delete\x7f",
    "null\x00",
    "^a.*$",
    "'",
    "1e3",
    "true",
]


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("seed=5", {"seed": 5}),
        (" seed = 5 ", {"seed": 5}),
        ("training.epochs=20", {"training": {"epochs": 20}}),
        ("training.rows=1_000", {"training": {"rows": 1000}}),
        ("split.test_share=0.25", {"split": {"test_share": 0.25}}),
        ("training.shuffle=false", {"training": {"shuffle": False}}),
        ("metrics.optimize=ROC AUC", {"metrics": {"optimize": "ROC AUC"}}),
        ('metrics.optimize="ROC AUC"', {"metrics": {"optimize": "ROC AUC"}}),
        ("metrics.optimize='ROC AUC'", {"metrics": {"optimize": "ROC AUC"}}),
        ("runtime.backend=jax", {"runtime": {"backend": "jax"}}),
        ("a=[1, 2]", {"a": [1, 2]}),
        ('a=["x y", "z"]', {"a": ["x y", "z"]}),
        ("a={ b = 1, c = 'd' }", {"a": {"b": 1, "c": "d"}}),
        ("a=", {"a": ""}),
        ("a=it's", {"a": "it's"}),
        ('a=5" pipe', {"a": '5" pipe'}),
        ("a=C:\\data\\new.csv", {"a": "C:\\data\\new.csv"}),
        ("a=x=y", {"a": "x=y"}),
        ("a=True", {"a": "True"}),
        (
            'features."fixed acidity".role=reject',
            {"features": {"fixed acidity": {"role": "reject"}}},
        ),
        ("features.'a=b'.role=reject", {"features": {"a=b": {"role": "reject"}}}),
        ('features."a.b".min_rows=2', {"features": {"a.b": {"min_rows": 2}}}),
    ],
)
def test_a_setting_is_key_and_toml_value(setting: str, value: dict[str, Any]) -> None:
    assert parse_setting(setting) == value


@pytest.mark.parametrize("setting", ["epochs", "=5", "", "#seed=5"])
def test_a_setting_has_an_equals_sign(setting: str) -> None:
    with pytest.raises(HornbookError, match="expected key=value") as caught:
        parse_setting(setting)
    assert caught.value.fix == "Write for example --set training.epochs=20."


@pytest.mark.parametrize(
    "setting", ["features.fixed acidity.role=reject", "a..b=1", "é=1", "[a]=1"]
)
def test_a_key_is_written_as_in_the_file(setting: str) -> None:
    with pytest.raises(HornbookError, match=r"key is not written as in task\.toml") as caught:
        parse_setting(setting)
    assert "in quotes" in str(caught.value.fix)


@pytest.mark.parametrize("name", NAMES)
def test_any_name_can_be_a_key(name: str) -> None:
    text = f"[features]\nfirst = 1\n{dotted([name])} = {{ a = 1 }}\nlast = 2\n"
    assert tomlkit.parse(text).unwrap()["features"] == {"first": 1, name: {"a": 1}, "last": 2}
    assert line_of_key(text, ("features", name, "a")) == 3
    assert line_of_key(text, ("features", "last")) == 4
    changed = apply_settings(text, [f"{dotted(['features', name, 'a'])}=5"])
    assert tomlkit.parse(changed).unwrap()["features"][name] == {"a": 5}


@pytest.mark.parametrize("value", [*NAMES, 1, -2.5, 1e300, 1e-7, True, False])
def test_values_as_toml_spells_them(value: Any) -> None:
    found = tomlkit.parse(f"a = {toml_value(value)}").unwrap()["a"]
    assert found == value
    assert type(found) is type(value)


TEXT = """\
# [training]
seed = 1

[training] # epochs = 3
epochs = 10  # many
early_stopping = { patience = 3 }
reduce_learning_rate.patience = 2

[ metrics . cost_matrix ]
true_positive = 1

[features]
"fixed acidity" = { type = "numerical" }
'a.b' = {}
"\\u00e9\\U0001F600" = {}

[features."city name"]
type = "categorical"
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("seed",), 2),
        (("training",), 4),
        (("training", "epochs"), 5),
        (("training", "unknown"), 4),
        (("training", "early_stopping", "patience"), 6),
        (("training", "reduce_learning_rate", "patience"), 7),
        (("metrics", "cost_matrix"), 9),
        (("metrics", "cost_matrix", "true_positive"), 10),
        (("features", "fixed acidity", "type"), 13),
        (("features", "a.b", "type"), 14),
        (("features", "a", "b"), 12),
        (("features", "é😀"), 15),
        (("features", "city name"), 17),
        (("features", "city name", "type"), 18),
        (("split", "test_share"), None),
        ((), None),
    ],
)
def test_line_of_key(path: tuple[str, ...], line: int | None) -> None:
    assert line_of_key(TEXT, path) == line


def test_line_of_key_is_not_misled() -> None:
    assert line_of_key("[[features]]\na = 1\n[other]\nb = 1", ("features", "a")) == 2
    assert line_of_key('"wrong \\q" = 1\n[a]\nb = 1', ("a", "b")) == 3
    assert line_of_key("seed = 1\r\n[a]\r\nb = 1\r\n", ("a", "b")) == 3


def test_settings_keep_comments_and_everything_else() -> None:
    text = """\
# What this is.
[training]
epochs = 10  # many

[features]
# One line a column.
age = { type = "numerical" }  # in years
"fixed acidity" = { type = "numerical" }
"""
    changed = apply_settings(
        text,
        [
            "seed=3",
            "training.epochs=20",
            "training.early_stopping.enabled=true",
            "split.test_share=0.5",
            "features.age.rescaling=minmax",
            'features."fixed acidity".role=reject',
            "features.new.type=categorical",
        ],
    )
    for comment in ("# What this is.", "# many", "# One line a column.", "# in years"):
        assert comment in changed
    assert tomlkit.parse(changed).unwrap() == {
        "seed": 3,
        "training": {"epochs": 20, "early_stopping": {"enabled": True}},
        "features": {
            "age": {"type": "numerical", "rescaling": "minmax"},
            "fixed acidity": {"type": "numerical", "role": "reject"},
            "new": {"type": "categorical"},
        },
        "split": {"test_share": 0.5},
    }
    assert apply_settings(text, []) == text


def test_the_last_setting_wins() -> None:
    assert apply_settings("seed = 1\n", ["seed=2", "seed=3"]) == "seed = 3\n"

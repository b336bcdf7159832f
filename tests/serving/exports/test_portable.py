"""The code that exports carry prepares every value as Hornbook does."""

from __future__ import annotations

import ast
import base64
import io
import json
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from PIL import Image

from hornbook.data.dates import DATE_FORMATS, parse_dates
from hornbook.features import (
    ROW,
    TARGET,
    CategoricalDummy,
    CategoricalFlag,
    CategoricalFrequency,
    CategoricalGlmm,
    CategoricalHash,
    CategoricalImpact,
    CategoricalIndex,
    CategoricalOrdinal,
    CorrelationReduction,
    DateCyclical,
    DateElapsed,
    DateParts,
    Feature,
    FeaturePipeline,
    FeatureType,
    FitContext,
    Generation,
    Handling,
    ImageResize,
    NumericalBinarize,
    NumericalCyclical,
    NumericalFlag,
    NumericalQuantize,
    NumericalRegular,
    PcaReduction,
    TextCount,
    TextHash,
    TextSvd,
    TextTfidf,
    TokenizerProcessor,
    VectorUnfold,
    handling_names,
)
from hornbook.features.categories import spelled
from hornbook.features.dates import as_moments
from hornbook.features.text_terms import Terms
from hornbook.features.tokenizer import _texts
from hornbook.serving import portable
from hornbook.serving.portable import images, own_code, texts, values, words
from hornbook.serving.portable.dates import _NONE, parse_date
from hornbook.serving.portable.dates import as_moments as portable_moments
from hornbook.serving.portable.model import HANDLINGS
from hornbook.serving.portable.steps import STEPS

RANDOM = np.random.default_rng(7)
NUMBERS = [1.5, None, -3.0, 1e30, float("nan"), 0.25, 7.0, 7.0, -0.5, 12.0, float("inf"), 3.0]
CATEGORIES = ["red", "blue", None, "red", "green", "größe", "red", "3", "blue", "", "a b", "blue"]
CODES = [3, 1, 1, None, 2, 2, 2, 9, 3, 1, 1, 2]
TEXTS = [
    "The good, the bad & the ugly!",
    "Größe zählt; IM STRASSENVERKEHR straße",
    None,
    "हिन्दी में लिखा हुआ पाठ है",
    "x²+y² naïve café don't 10 000 ⓐⓑ _under_score",
    "the the THE good bad, good\tbad\nday",
    "",
    "İstanbul ΣΊΣΥΦΟΣ ὈΔΥΣΣΕΎΣ",
    "word " * 70 + "x" * 120,
    "日本語 テキスト ลักษณะ",
    "a b c dd ee",
    "good day",
]
DATES = [
    datetime(2024, 2, 29, 13, 5, 7, 123456),
    datetime(1969, 12, 31, 23, 59, 59),
    None,
    datetime(2021, 1, 3),
    datetime(2020, 12, 31, 1),
    datetime(1900, 3, 1),
    datetime(2016, 1, 1, 12),
    datetime(2100, 10, 10, 10, 10, 10),
    *(datetime(2023, 1, 1) + timedelta(days=97 * n, hours=5 * n) for n in range(4)),
]
VECTORS = [
    [1.0, 2.5],
    None,
    [0.1, -3.0],
    [],
    [4.0, float("nan")],
    *([[n, -n * 0.3]][0] for n in range(7)),
]

CASES: list[tuple[Handling, Sequence[Any]]] = [
    *((NumericalRegular(rescaling=one), NUMBERS) for one in ("standard", "minmax", "log", "none")),
    (NumericalRegular(rescaling="robust", outlier_share=0.1, derived=True), NUMBERS),
    (NumericalBinarize(keep_original=True), NUMBERS),
    (NumericalBinarize(), NUMBERS),
    (NumericalQuantize(keep_original=True), NUMBERS),
    (NumericalQuantize(one_hot=True), NUMBERS),
    (NumericalFlag(), NUMBERS),
    (NumericalCyclical(), DATES),
    (CategoricalDummy(), CATEGORIES),
    (CategoricalDummy(missing="impute", max_categories=2), CATEGORIES),
    (CategoricalDummy(drop_one=True), CODES),
    (CategoricalIndex(min_rows=1), CATEGORIES),
    (CategoricalIndex(missing="impute"), CODES),
    (CategoricalOrdinal(), CATEGORIES),
    (CategoricalFrequency(), CODES),
    (CategoricalImpact(), CATEGORIES),
    (CategoricalGlmm(), CATEGORIES),
    (CategoricalHash(n_features=5), CATEGORIES),
    (CategoricalHash(n_features=7, signed=False, missing="impute"), CATEGORIES),
    (CategoricalFlag(), CATEGORIES),
    (TextCount(max_words=3), TEXTS),
    (TextCount(presence=True, lowercase=False, stop_words="english"), TEXTS),
    (TextTfidf(), TEXTS),
    (TextTfidf(sublinear=True, norm="none", max_terms=9), TEXTS),
    (TextHash(n_features=64, max_words=2), TEXTS),
    (TextHash(n_features=64, norm="none"), TEXTS),
    (TextSvd(n_components=4, n_hashed=256), TEXTS),
    (DateCyclical(), DATES),
    (DateCyclical(periods=("minute", "hour", "day", "quarter"), missing="impute"), DATES),
    (DateElapsed(unit="hours"), DATES),
    (
        DateParts(
            parts=(
                *("year", "quarter", "month", "week", "day", "day_of_year"),
                *("weekday", "is_weekend", "hour", "minute", "second"),
            ),
            rescaling="none",
        ),
        DATES,
    ),
    (VectorUnfold(), VECTORS),
    (VectorUnfold(rescaling="standard_together", impute_with="zeros"), VECTORS),
]


def fitted(handling: Handling, series: pl.Series, steps: Sequence[Any] = ()) -> FeaturePipeline:
    """The handling fitted to a column called `c`, with a target of two classes."""
    frame = pl.DataFrame(
        {
            "c": series,
            TARGET: pl.Series([n % 2 for n in range(len(series))], dtype=pl.Int32),
            ROW: pl.Series(range(len(series)), dtype=pl.Int64),
        }
    )
    return FeaturePipeline.fit([Feature("c", handling)], [frame], FitContext(2), steps)


def carried(pipeline: FeaturePipeline, folder: Path) -> Any:
    """The same handling in the code that exports carry, from what was saved."""
    from safetensors.numpy import load_file

    pipeline.save(folder)
    saved = json.loads((folder / "pipeline.json").read_text("utf-8"))
    (entry,) = saved["features"]
    arrays = load_file(folder / "arrays.safetensors")
    own = {name.partition("/")[2]: one for name, one in arrays.items() if name.startswith("0/")}
    return HANDLINGS[entry["type"], entry["handling"]](entry, own)


def series_of(column: Sequence[Any]) -> pl.Series:
    if column is VECTORS:
        return pl.Series("c", column, dtype=pl.List(pl.Float64))
    return pl.Series("c", column, strict=False)


@pytest.mark.parametrize(
    ("handling", "column"),
    CASES,
    ids=[f"{n}-{type(one).__name__}" for n, (one, _) in enumerate(CASES)],
)
def test_a_column_is_prepared_alike(handling: Handling, column: Sequence[Any], tmp_path: Path):
    series = series_of(column)
    pipeline = fitted(handling, series)
    # Some values are of no train row.
    unseen = {
        id(CATEGORIES): ["pink", 4.0, True],
        id(TEXTS): ["never seen words", "ſtraße 𝔘𝔫𝔦𝔠𝔬𝔡𝔢"],
    }.get(id(column), [])
    more = [*column, *(one for one in unseen if isinstance(one, str))]
    expected = pipeline.transform(pl.DataFrame({"c": series_of(more) if unseen else series}))
    mine = carried(pipeline, tmp_path).transform(more)
    (name,) = expected
    assert mine.dtype == expected[name].dtype
    if isinstance(handling, TextSvd):
        np.testing.assert_allclose(mine, expected[name], atol=1e-6)
    else:
        np.testing.assert_array_equal(mine, expected[name])


def test_every_handling_is_carried_or_known_not_to_be() -> None:
    known = {(str(kind), name) for kind in FeatureType for name in handling_names(kind)}
    not_carried = {(str(kind), "custom") for kind in FeatureType} - {("text", "custom")}
    assert known - set(HANDLINGS) == not_carried | {("text", "embedding")}
    cases = {(str(one.feature_type), one.name) for one, _ in CASES}
    assert set(HANDLINGS) - cases == {("text", "custom"), ("image", "resize")}


@pytest.mark.parametrize("padding", ["pre", "post"])
@pytest.mark.parametrize("truncating", ["pre", "post"])
def test_words_get_the_numbers_of_the_tokenizer(padding: Any, truncating: Any) -> None:
    tokenizer = TokenizerProcessor(12, 5, padding, truncating).fit(_texts(TEXTS))
    state = {
        "arguments": tokenizer.arguments,
        "words": list(tokenizer.word_index),
        "output": {"dtype": "int32"},
    }
    entry = {"column": "c", "type": "text", "handling": "custom", "options": {}, "state": state}
    mine = texts.Tokens(entry, {}).transform(TEXTS)
    np.testing.assert_array_equal(mine, tokenizer.transform(_texts(TEXTS)))


def test_words_of_all_characters_of_unicode_are_found_alike() -> None:
    characters = [chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000]
    lines = ["a" + one for one in characters]
    how = {"lowercase": False, "min_words": 1, "max_words": 1, "stop_words": []}
    pattern = words._word()
    found = {one for one, line in zip(characters, lines, strict=True) if pattern.fullmatch(line)}
    terms = Terms(lowercase=False).of(pl.Series(lines))
    known = {characters[row] for row in terms["row"].to_list()}
    import unicodedata

    # A newer Unicode has characters that an older one has not assigned.
    different = {one for one in found ^ known if unicodedata.category(one) != "Cn"}
    assert not different
    assert words.terms_of("a² naïve", how) == ["naïve"]


def test_categories_and_texts_are_spelled_alike() -> None:
    floats = [
        *(0.5, 1e20, 1e-7, 1e16, 1.5e16, 123456789.123, 1e-5, 1.234e-5, -1.5e-5, 1e-4, 1e22),
        *(-2.5e-300, 5e-324, 3.0, -0.0, 1e15 + 0.5, 9.3e18, 1.7976931348623157e308),
        *(RANDOM.normal(size=2000) * 10.0 ** RANDOM.integers(-30, 30, 2000)).tolist(),
    ]
    series = pl.Series(floats)
    assert [values.spelled(one) for one in floats] == spelled(series).to_list()
    assert [values.as_text(one) for one in floats] == series.cast(pl.String).to_list()
    assert [values.spelled(one) for one in (True, 3, None, "3.0")] == ["true", "3", None, "3.0"]


@pytest.mark.parametrize(
    "text",
    [
        *("3", " 3", "+4", "1e5", ".5", "5.", "1_0", "inf", "nan", "-Infinity", "0x10", "١"),
        *("1e", "-.5e-3", "1,5", "--1", "1d5", "", "true", "1e400"),
    ],
)
def test_texts_are_numbers_alike(text: str) -> None:
    number = pl.Series([text]).cast(pl.Float64, strict=False)[0]
    if number is None:
        with pytest.raises(values.RowError, match="numbers"):
            values.as_numbers("c", [text])
    else:
        (mine,) = values.as_numbers("c", [text])
        assert (mine == number) or (not np.isfinite(mine) and not np.isfinite(number))


ISO_TEXTS = [
    *("2024-12-31", " 2024-12-31 ", "2024-1-3", "2024-01-03T10:20", "2024-02-30"),
    *("2024-01-03 10:20:30.123456789", "2024-01-03T10:20:30Z", "2024-01-03T10:20:30+02:00"),
    *("2024-01-03T10:20:30 +0230", "2024-01-03T24:00", "2024-01-03 9:05", "2024-01-03T10:20:60"),
    *("2024-01-03T10:20:30.5z", "2024-01-03T10", "9999-12-31", "2024-01-03  10:20", "x", ""),
    *("2024-01-03T10:20:30+25:00", "2024/01/03", "2024-01-03T10:60", "2024-01-03T10:20.5"),
]


@pytest.mark.parametrize("text", ISO_TEXTS)
def test_texts_are_dates_alike(text: str) -> None:
    assert parse_date(text) == as_moments(pl.Series([text]))[0]


@pytest.mark.parametrize("form", DATE_FORMATS, ids=lambda one: one.name)
def test_days_of_every_form_are_read_alike(form: Any) -> None:
    written = form.name.split(" (")[0]
    for text in (written, f"{written} 07:05", written.replace("31", "32"), written.lower()):
        cells = pl.DataFrame({"a": [text]})
        moment = cells.select(parse_dates(pl.col("a"), form, with_time=True))["a"].dt.epoch("us")
        assert parse_date(text, form.name) == moment[0], text


def test_dates_of_any_type_are_moments() -> None:
    zoned = datetime(2024, 5, 1, 12, tzinfo=UTC)
    given = [
        zoned,
        date(2024, 5, 1),
        np.datetime64("2024-05-01T12:00"),
        None,
        "2024-05-01T14:00+02:00",
    ]
    day = 1_714_521_600_000_000
    noon = day + 12 * 3_600_000_000
    assert portable_moments("c", given).tolist() == [noon, day, noon, _NONE, noon]
    with pytest.raises(values.RowError, match="'c' holds 7, the model learnt from dates"):
        portable_moments("c", [7])


def test_steps_change_columns_alike(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "a": RANDOM.normal(size=30),
            "b": RANDOM.normal(size=30),
            "d": RANDOM.normal(size=30) * 1e30,
            TARGET: pl.Series(RANDOM.integers(0, 2, 30), dtype=pl.Int32),
            ROW: pl.Series(range(30), dtype=pl.Int64),
        }
    )
    features = [Feature(name, NumericalRegular(rescaling="none")) for name in "abd"]
    for last in (PcaReduction(3, 1.0), CorrelationReduction(4, 0.0, 1.0)):
        steps = [Generation(linear=True, polynomial=True, max_columns=99), last]
        pipeline = FeaturePipeline.fit(features, [frame], FitContext(2), steps)
        array = pipeline.fill(frame)["main"]
        for step in pipeline.steps:
            state = step.state()
            array = STEPS[step.name](array, state.values, state.arrays)
        np.testing.assert_array_equal(array, pipeline.transform(frame)["main"])


def test_images_are_read_alike_and_only_below_their_folder(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    pixels = RANDOM.integers(0, 255, (40, 30, 3)).astype(np.uint8)
    Image.fromarray(pixels).save(photos / "a.jpg")
    Image.fromarray(pixels).save(tmp_path / "outside.png")
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    (photos / "broken.jpg").write_bytes((photos / "a.jpg").read_bytes()[:200])
    coded = base64.b64encode(buffer.getvalue()).decode()
    column = ["a.jpg", "/a.jpg", coded, f"data:image/png;base64,{coded}", "broken.jpg", "", None]
    column += ["../outside.png", "none.jpg"]
    handling = ImageResize(height=8, width=10)

    class Resources:
        def folder(self, name: str) -> Path:
            return photos

        def code(self, file: str) -> Any:
            raise AssertionError(file)

        def running(self) -> Any:
            raise AssertionError

    fitting = handling.start_fit("c", FitContext(resources=Resources()))
    fitting.add({"values": pl.Series(column[:2])})
    expected = fitting.finish().transform(pl.Series(column))
    state = {"shape": [8, 10, 3], "dtype": "float32"}
    entry = {"column": "c", "options": handling.model_dump(mode="json"), "state": state}
    mine = images.Resize(entry, {})
    mine.folder = photos
    np.testing.assert_array_equal(mine.transform(column), expected)
    assert mine.missing(column).tolist() == [False] * 4 + [True] * 5


def test_values_of_another_kind_are_refused(tmp_path: Path) -> None:
    numbers = carried(fitted(NumericalRegular(), pl.Series("c", [1.0, 2.0])), tmp_path)
    with pytest.raises(values.RowError, match=r"'c' holds 'x', the model learnt from numbers"):
        numbers.transform([1.0, "x"])
    vectors = carried(fitted(VectorUnfold(), series_of(VECTORS)), tmp_path)
    with pytest.raises(values.RowError, match="vector of 3 numbers in row 1"):
        vectors.transform([[1, 2, 3]])
    with pytest.raises(values.RowError, match="learnt from vectors"):
        vectors.transform(["[1; 2]"])
    words_of = carried(fitted(TextCount(), pl.Series("c", ["good day", "bad day"])), tmp_path)
    with pytest.raises(values.RowError, match="learnt from texts"):
        words_of.transform([["a"]])


def test_own_code_is_each_model_s_own(tmp_path: Path) -> None:
    for number in (1, 2):
        folder = tmp_path / str(number)
        (folder / "lib").mkdir(parents=True)
        (folder / "lib" / "parts.py").write_text(f"def part():\n    return {number}\n")
        code = "from parts import part\ndef whole():\n    return part()\n"
        (folder / "architecture.py").write_text(code)
        found = own_code.definitions(folder)
        assert found["whole"]() == number
        assert found["part"]() == number
    assert "parts" not in sys.modules
    assert "architecture" not in sys.modules


def test_only_numpy_keras_and_python_itself_are_imported() -> None:
    for path in Path(portable.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [one.name for one in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            for name in names:
                top = name.partition(".")[0]
                is_image = path.name == "images.py" and name == "hornbook.features.image_loading"
                assert top == "numpy" or top in sys.stdlib_module_names or is_image, path.name

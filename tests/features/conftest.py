"""What every handling must hold to, whatever it does with its column."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray
from PIL import Image

from hornbook.errors import FeatureError, UserCodeError
from hornbook.features import (
    NO_RESOURCES,
    ROW,
    TARGET,
    Feature,
    FeaturePipeline,
    FitContext,
    FittedHandling,
    Handling,
    NumericalRegular,
    Resources,
    Step,
)

CheckContract = Callable[..., FittedHandling]
FitStep = Callable[..., FeaturePipeline]


@pytest.fixture
def check_contract(tmp_path: Path) -> CheckContract:
    """Fits a handling to a column, holds it to the contract, and returns it fitted."""

    def check(
        handling: Handling,
        train: pl.Series | Sequence[Any],
        unseen: pl.Series | Sequence[Any] = (),
        *,
        target: Sequence[Any] | None = None,
        n_classes: int | None = None,
        resources: Resources = NO_RESOURCES,
    ) -> FittedHandling:
        """Returns the fitted handling.

        Args:
            handling: with its options.
            train: the values it is fitted on; some missing, where it takes missing values.
            unseen: values that the train rows do not have.
            target: encoded, for handlings that learn from it.
            n_classes: of the target.
            resources: for code and folders.
        """
        column = "a column"
        series = pl.Series(column, train)
        frame = pl.DataFrame(
            {
                column: series,
                TARGET: pl.Series(np.zeros(len(series)) if target is None else target),
                ROW: pl.Series(np.arange(len(series)) * 3 + 1),
            }
        )
        rows = frame[ROW].to_numpy()
        feature = Feature(column, handling, handling.default_input(column))
        context = FitContext(n_classes, seed=7, resources=resources)
        whole = FeaturePipeline.fit([feature], [frame], context)
        in_blocks = FeaturePipeline.fit([feature], frame.iter_slices(3), context)
        whole.save(tmp_path / "features")
        loaded = FeaturePipeline.load(tmp_path / "features", resources)
        others = (in_blocks, loaded)
        (spec,) = whole.inputs.values()
        (fitted,) = whole.fitted
        assert all(output.source == column for output in fitted.outputs)
        assert len({output.name for output in fitted.outputs}) == len(fitted.outputs)
        assert all(other.inputs == whole.inputs for other in others)
        held = frame.drop_nulls() if handling.drops_missing_rows else frame
        more = pl.Series(column, unseen, dtype=series.dtype).to_frame()
        for values, fitted_rows in (
            (held, held[ROW].to_numpy()),
            (held, None),
            (more, None),
            (held.head(0), None),
            (held.head(1), rows[:1]),
        ):
            array = whole.transform(values, fitted_rows)[spec.name]
            assert array.shape == (len(values), *spec.shape)
            assert array.dtype == spec.dtype
            assert array.flags["C_CONTIGUOUS"]
            assert np.isfinite(array).all()
            for other in others:
                again = other.transform(values, fitted_rows)[spec.name]
                np.testing.assert_allclose(again, array, rtol=1e-5, atol=1e-6)
            if len(values):
                parts = [
                    whole.transform(
                        values[row : row + 1],
                        None if fitted_rows is None else fitted_rows[row : row + 1],
                    )[spec.name]
                    for row in range(min(5, len(values)))
                ]
                np.testing.assert_allclose(np.concatenate(parts), array[:5], rtol=1e-5, atol=1e-6)
        return fitted

    return check


@pytest.fixture
def fit_step(tmp_path: Path) -> FitStep:
    """Fits a step to numerical columns, holds it to what all steps must do, and returns all."""

    def fit(
        step: Step,
        values: NDArray[Any],
        target: Sequence[Any] | NDArray[Any] | None = None,
        n_classes: int | None = None,
    ) -> FeaturePipeline:
        """Returns the pipeline with the fitted step.

        Args:
            step: with its options.
            values: columns, called `x0`, `x1`, …; not rescaled.
            target: encoded.
            n_classes: of the target.
        """
        frame = pl.DataFrame({f"x{index}": column for index, column in enumerate(values.T)})
        features = [Feature(name, NumericalRegular(rescaling="none")) for name in frame.columns]
        train = frame.with_columns(
            pl.Series(TARGET, np.zeros(len(values)) if target is None else target),
            pl.Series(ROW, np.arange(len(values)) * 3 + 1),
        )
        context = FitContext(n_classes, seed=7)
        whole = FeaturePipeline.fit(features, [train], context, [step])
        again = FeaturePipeline.fit(features, [train], context, [step])
        blocks = list(train.iter_slices(7))
        in_blocks = FeaturePipeline.fit(features, blocks, context, [step])
        whole.save(tmp_path / "features")
        loaded = FeaturePipeline.load(tmp_path / "features")
        (spec,) = whole.inputs.values()
        assert spec.shape == (len(spec.columns),)
        assert set(spec.sources) <= set(frame.columns)
        assert whole.columns == tuple(frame.columns)
        for rows in (frame, frame.head(0), frame.head(1)):
            array = whole.transform(rows)["main"]
            assert array.shape == (len(rows), *spec.shape)
            assert array.dtype == np.float32
            assert array.flags["C_CONTIGUOUS"]
            assert np.isfinite(array).all()
            for other in (again, loaded):
                assert other.inputs == whole.inputs
                np.testing.assert_array_equal(other.transform(rows)["main"], array)
            assert in_blocks.inputs == whole.inputs
            np.testing.assert_allclose(
                in_blocks.transform(rows)["main"], array, rtol=1e-4, atol=1e-5
            )
        return whole

    return fit


class UsersResources:
    """Code as texts by file name, and one folder of images."""

    def __init__(self, images: Path, code: dict[str, str] | None = None) -> None:
        self.images = images
        self.texts = code or {}

    def code(self, file: str) -> ModuleType:
        if file not in self.texts:
            raise FeatureError(f"There is no file '{file}'.")
        module = ModuleType("users_own")
        exec(compile(self.texts[file], file, "exec"), module.__dict__)
        return module

    @contextmanager
    def running(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            raise UserCodeError(str(error), file="features/own.py", line=3) from error

    def folder(self, name: str) -> Path:
        if name not in ("", "pets"):
            raise FeatureError(f"There is no folder '{name}'.")
        return self.images


@pytest.fixture
def make_resources(pictures: Path) -> Callable[..., Resources]:
    """Makes resources from the texts of code files, by name."""
    return lambda **code: UsersResources(pictures, {f"features/{n}.py": t for n, t in code.items()})


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A folder of five small images, and of broken ones."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(5):
        shades = np.full((30, 40, 3), 40 * number + 20, np.uint8)
        Image.fromarray(shades).save(folder / f"{number}.png")
    whole = (folder / "0.png").read_bytes()
    (folder / "cut.png").write_bytes(whole[: len(whole) // 2])
    (folder / "text.jpg").write_text("no image")
    damaged = bytearray((folder / "1.png").read_bytes())
    middle = damaged.index(b"IDAT") + 4
    damaged[middle : middle + 10] = bytes(10)
    (folder / "damaged.png").write_bytes(damaged)
    (folder / "empty.jpg").touch()
    return folder

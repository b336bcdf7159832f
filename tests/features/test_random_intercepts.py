from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from category_encoders import GLMMEncoder
from scipy.optimize import minimize
from scipy.special import expit, log_expit, logsumexp

from hornbook.features.random_intercepts import linear_intercepts, logistic_intercepts

Numbers = np.ndarray[Any, np.dtype[np.float64]]


def linear(groups: Any, target: Numbers) -> Numbers:
    n = int(groups.max()) + 1
    sums, squares = (
        np.bincount(groups, weights=one, minlength=n) for one in (target, np.square(target))
    )
    return linear_intercepts(np.bincount(groups, minlength=n), sums, squares)


@pytest.mark.parametrize(("deviation", "sizes"), [(1.0, 0.05), (0.3, 0.1), (5.0, 0.2)])
def test_linear_equals_statsmodels(deviation: float, sizes: float) -> None:
    rng = np.random.default_rng(0)
    # Groups of very different sizes, a few of one row.
    groups = np.unique(rng.geometric(sizes, 500), return_inverse=True)[1]
    of_group = rng.normal(0, deviation, groups.max() + 1)
    target = 5 + of_group[groups] + rng.normal(0, 2, 500)
    model = smf.mixedlm("y ~ 1", pd.DataFrame({"y": target}), groups=groups).fit(gtol=1e-10)
    expected = [model.random_effects[group].iloc[0] for group in range(groups.max() + 1)]
    found = linear(groups, target)
    np.testing.assert_allclose(found, expected, atol=2e-4 * deviation)
    assert np.ptp(found) > 0.1 * deviation


def test_linear_of_equal_sizes_is_the_analysis_of_variance() -> None:
    # Balanced data have a solution in closed form: S. Searle et al., Variance Components, 1992.
    rng = np.random.default_rng(1)
    groups, n = np.repeat(np.arange(40), 5), 5
    target = rng.normal(size=40)[groups] + rng.normal(size=200)
    means = np.bincount(groups, weights=target) / n
    between = n * means.var(ddof=1)
    within = np.square(target - means[groups]).sum() / (200 - 40)
    expected = (1 - within / between) * (means - target.mean())
    np.testing.assert_allclose(linear(groups, target), expected, rtol=1e-5)


@pytest.mark.parametrize(
    ("rows", "sums", "squares"),
    [
        ([1, 1, 1], [1.0, 2.0, 5.0], [1.0, 4.0, 25.0]),
        ([4], [2.0], [5.0]),
        ([3, 2, 0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]),
        # The groups differ less than the rows in them would have them do by chance.
        ([50, 50], [0.0, 0.1], [50.0, 50.0]),
    ],
)
def test_linear_without_a_difference_to_see(rows: Any, sums: Any, squares: Any) -> None:
    found = linear_intercepts(np.array(rows), np.array(sums), np.array(squares))
    assert found.tolist() == [0] * len(rows)


def test_linear_of_groups_that_say_all() -> None:
    found = linear_intercepts(
        np.array([2, 3, 0]), np.array([2.0, -9.0, 0]), np.array([2.0, 27.0, 0])
    )
    np.testing.assert_allclose(found, [2, -2, 0], rtol=1e-5)


def binary(seed: int, n_groups: int, n_rows: int, deviation: float) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    groups = rng.integers(0, n_groups, n_rows)
    odds = -1 + rng.normal(0, deviation, n_groups)[groups]
    return groups, (rng.random(n_rows) < expit(odds)).astype(np.float64)


@pytest.mark.parametrize(("n_rows", "deviation"), [(60, 1.5), (300, 1.0), (300, 3.0)])
def test_logistic_equals_integrals_on_a_fine_grid(n_rows: int, deviation: float) -> None:
    groups, target = binary(3, 12, n_rows, deviation)
    rows, positives = np.bincount(groups, minlength=12), np.bincount(groups, target, minlength=12)

    def joint(intercept: float, deviation: float) -> tuple[Numbers, Numbers]:
        b = np.linspace(-8 * deviation, 8 * deviation, 4001)
        p = log_expit(intercept + b), log_expit(-intercept - b)
        return b, (
            np.outer(positives, p[0])
            + np.outer(rows - positives, p[1])
            - np.square(b / deviation) / 2
            - np.log(deviation)
        )

    def loss(parameters: Any) -> float:
        b, of_group = joint(parameters[0], np.exp(parameters[1]))
        return -float((logsumexp(of_group, axis=1) + np.log(b[1] - b[0])).sum())

    options = {"xatol": 1e-4, "fatol": 1e-6}
    best = minimize(loss, [-1.0, 0.0], method="Nelder-Mead", options=options).x
    b, of_group = joint(best[0], np.exp(best[1]))
    expected = b[of_group.argmax(axis=1)]
    np.testing.assert_allclose(logistic_intercepts(rows, positives), expected, atol=1e-2)


# The encoders set an option of pandas that it has deprecated.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.filterwarnings("ignore:.*no_silent_downcasting")
def test_logistic_is_close_to_the_variational_bayes_of_category_encoders() -> None:
    groups, target = binary(4, 30, 1500, 1.0)
    found = logistic_intercepts(np.bincount(groups), np.bincount(groups, target))
    names = pd.DataFrame({"k": groups.astype(str)})
    encoder = GLMMEncoder(cols=["k"], binomial_target=True).fit(names, pd.Series(target))
    asked = pd.DataFrame({"k": np.arange(30).astype(str)})
    expected = encoder.transform(asked)["k"].to_numpy()
    # Its estimate is another one, and its prior draws the variance towards 1.
    assert np.corrcoef(found, expected)[0, 1] > 0.999
    np.testing.assert_allclose(found, expected, atol=0.15)


@pytest.mark.parametrize(
    ("rows", "positives"),
    [
        ([1] * 10, [0.0, 1.0] * 5),
        ([9, 5], [0.0, 0.0]),
        ([9, 5], [9.0, 5.0]),
        ([20, 20, 0], [8, 8, 0]),
    ],
)
def test_logistic_without_a_difference_to_see(rows: Any, positives: Any) -> None:
    found = logistic_intercepts(np.array(rows), np.array(positives, np.float64))
    assert found.tolist() == [0] * len(rows)


def test_logistic_of_groups_that_say_all_is_finite() -> None:
    low, high, empty = logistic_intercepts(np.array([1000, 1000, 0]), np.array([0.0, 1000.0, 0.0]))
    assert low == pytest.approx(-high, rel=1e-3)
    assert 5 < high < 30
    assert empty == pytest.approx(0, abs=1e-6)


def test_many_groups_with_few_rows() -> None:
    groups, target = binary(5, 100_000, 400_000, 1.0)
    rows = np.bincount(groups, minlength=100_000)
    found = logistic_intercepts(rows, np.bincount(groups, target, minlength=100_000))
    # The mean of a category of one row is trusted less than that of ten.
    spread = [np.abs(found[rows == n]).max() for n in (1, 10)]
    assert 0.2 < spread[0] < spread[1]

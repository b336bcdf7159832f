"""Statistics of drift beside those of SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from hornbook.metrics.drift import (
    chi_square,
    kolmogorov_smirnov,
    population_stability_index,
    share_test,
)


@pytest.mark.parametrize("shift", [0.0, 0.05, 0.3])
def test_kolmogorov_smirnov_is_that_of_scipy(shift):
    random = np.random.default_rng(0)
    before, now = random.normal(size=3000), random.normal(shift, size=2000)
    ours, theirs = kolmogorov_smirnov(before, now), stats.ks_2samp(before, now, method="asymp")
    assert ours.statistic == pytest.approx(theirs.statistic)
    assert ours.p_value == pytest.approx(theirs.pvalue, rel=0.05, abs=1e-12)


def test_equal_numbers_count_as_scipy_counts_them():
    before, now = np.repeat([0.0, 1.0, 2.0], 50), np.repeat([0.0, 1.0, 2.0], [20, 20, 110])
    assert kolmogorov_smirnov(before, now).statistic == pytest.approx(
        stats.ks_2samp(before, now).statistic
    )


def test_chi_square_is_that_of_scipy():
    before, now = [30, 50, 20, 100], [60, 40, 25, 80]
    theirs = stats.chi2_contingency([before, now], correction=False)
    ours = chi_square(before, now)
    assert ours.statistic == pytest.approx(theirs.statistic)
    assert ours.p_value == pytest.approx(theirs.pvalue)


def test_rare_categories_are_taken_together():
    common = [100, 100], [90, 110]
    rare = chi_square([*common[0], 1, 1, 1, 1, 1, 1], [*common[1], 1, 1, 1, 1, 1, 1])
    together = stats.chi2_contingency([[*common[0], 6], [*common[1], 6]], correction=False)
    assert rare.statistic == pytest.approx(together.statistic)


@pytest.mark.parametrize(("before", "now"), [([], []), ([5], [7]), ([0, 9], [0, 9]), ([3], [0])])
def test_nothing_to_tell_apart_is_no_drift(before, now):
    assert chi_square(before, now) == (0.0, 1.0)


def test_the_index_is_symmetric_and_exists_for_empty_bins():
    assert population_stability_index([10, 90], [90, 10]) == pytest.approx(
        population_stability_index([90, 10], [10, 90])
    )
    assert population_stability_index([100, 0], [50, 50]) == pytest.approx(
        -0.5 * np.log(0.5) + (0.5 - 1e-4) * np.log(0.5 / 1e-4)
    )


def test_a_share_that_changed():
    assert share_test(10, 1000, 12, 1000).p_value > 0.5
    assert share_test(10, 1000, 60, 1000).p_value < 1e-6

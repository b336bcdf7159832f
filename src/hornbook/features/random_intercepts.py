"""Random-intercept models of one grouping, from the rows and sums of each group.

The target of a row is a common intercept and the deviation of its group, drawn from a normal
distribution whose variance is estimated: groups with few rows are drawn towards 0.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_expit, logsumexp

__all__ = ["linear_intercepts", "logistic_intercepts"]

_NODES, _WEIGHTS = np.polynomial.hermite.hermgauss(25)
_LOG_WEIGHTS = np.log(_WEIGHTS) + np.square(_NODES)
_LOG_RATIOS = np.linspace(-16.0, 20.0, 145)
_LOG_DEVIATIONS = (math.log(1e-3), math.log(20.0))


def linear_intercepts(
    rows: NDArray[np.int64], sums: NDArray[np.float64], squares: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The best linear unbiased predictions of the groups' deviations from the intercept.

    The variances are those of restricted maximum likelihood (H. Patterson and R. Thompson,
    *Recovery of inter-block information when block sizes are unequal*, 1971). For one grouping
    the likelihood depends on nothing but the ratio of the two variances, once intercept and
    residual variance are profiled out: D. Bates et al., *Fitting linear mixed-effects models
    using lme4*, 2015.

    Args:
        rows: of each group, shape `(n_groups,)`; groups without rows are left at 0.
        sums: of the target.
        squares: sums of the square of the target.

    Returns:
        Deviations in the unit of the target, shape `(n_groups,)`; all 0 where the groups do not
        differ, or cannot be told from the rows in them.
    """
    held = rows > 0
    n, means = rows[held].astype(np.float64), sums[held] / rows[held]
    overall = sums.sum() / n.sum()
    within = float(np.maximum(squares[held] - sums[held] * means, 0.0).sum())
    means = means - overall
    # Groups of equal size share their weight, so that few numbers are left of many groups.
    sizes, of_group = np.unique(n, return_inverse=True)
    groups = np.bincount(of_group)
    totals = np.bincount(of_group, weights=means)
    total_squares = np.bincount(of_group, weights=np.square(means))

    def profile(ratio: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Minus twice the log likelihood but for a constant, and the intercept."""
        weights = sizes / (1.0 + ratio[:, np.newaxis] * sizes)
        information = weights @ groups
        intercept = (weights @ totals) / information
        residual = within + (
            weights @ total_squares
            - 2 * intercept * (weights @ totals)
            + np.square(intercept) * information
        )
        determinant = -np.log(weights / sizes) @ groups
        with np.errstate(divide="ignore"):
            fit = (n.sum() - 1) * np.log(np.maximum(residual, 0.0))
        return fit + determinant + np.log(information), intercept

    deviations = np.zeros(len(rows))
    if len(means) < 2 or not (within or total_squares.any()):
        return deviations
    found = profile(np.exp(_LOG_RATIOS))[0]
    best = int(np.argmin(found))
    # SciPy's optimisers take a second to import, which only a fit need wait for.
    from scipy.optimize import minimize_scalar

    log_ratio = minimize_scalar(
        lambda log_ratio: float(profile(np.exp(np.array([log_ratio])))[0][0]),
        bounds=(
            _LOG_RATIOS[max(best - 1, 0)],
            _LOG_RATIOS[min(best + 1, len(_LOG_RATIOS) - 1)],
        ),
        method="bounded",
        options={"xatol": 1e-10},
    ).x
    ratio = math.exp(log_ratio)
    (none, some), (_, intercept) = profile(np.array([0.0, ratio]))
    if some >= none - 1e-9 * (1.0 + abs(none)):
        return deviations
    deviations[held] = ratio * n / (1.0 + ratio * n) * (means - intercept)
    return deviations


def logistic_intercepts(
    rows: NDArray[np.int64], positives: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The most likely deviations of the groups from the intercept, in log odds.

    Intercept and variance are those of maximum likelihood, whose integrals are computed by
    adaptive Gauss-Hermite quadrature with 25 nodes: J. Pinheiro and D. Bates, *Approximations
    to the log-likelihood function in the nonlinear mixed-effects model*, 1995.

    Args:
        rows: of each group, shape `(n_groups,)`; groups without rows are left at 0.
        positives: how many of them are positive.

    Returns:
        Deviations, shape `(n_groups,)`; all 0 where the groups do not differ, or cannot be told
        from the rows in them.
    """
    total, positive = int(rows.sum()), int(positives.sum())
    if positive in (0, total):
        return np.zeros(len(rows))
    # Groups with the same numbers have the same deviation, and few numbers differ.
    keys, of_group, groups = np.unique(
        rows * (total + 1) + positives.astype(np.int64), return_inverse=True, return_counts=True
    )
    n, s = (keys // (total + 1)).astype(np.float64), (keys % (total + 1)).astype(np.float64)

    def modes(intercept: float, deviation: float) -> tuple[NDArray[np.float64], ...]:
        """Where each integrand is largest, in units of the deviation, and its width there."""
        place = np.zeros(len(n))
        for _ in range(100):
            p = expit(intercept + deviation * place)
            curvature = 1.0 + n * p * (1 - p) * deviation * deviation
            step = ((s - n * p) * deviation - place) / curvature
            place = place + step.clip(-1.0, 1.0)
            if np.abs(step).max() < 1e-11:
                break
        return place, 1.0 / np.sqrt(curvature)

    def loss(parameters: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        """Minus the log likelihood a row, and its gradient."""
        intercept, deviation = float(parameters[0]), math.exp(parameters[1])
        place, width = modes(intercept, deviation)
        places = place[:, np.newaxis] + math.sqrt(2) * width[:, np.newaxis] * _NODES
        odds = intercept + deviation * places
        of_node = (
            s[:, np.newaxis] * log_expit(odds)
            + (n - s)[:, np.newaxis] * log_expit(-odds)
            - np.square(places) / 2
            + _LOG_WEIGHTS
        )
        of_group = logsumexp(of_node, axis=1)
        likelihood = groups @ (of_group + np.log(width)) - groups.sum() * math.log(math.pi) / 2
        # Fisher's identity: the gradient is that of the complete data, expected over the groups.
        posterior = np.exp(of_node - of_group[:, np.newaxis])
        residual = posterior * (s[:, np.newaxis] - n[:, np.newaxis] * expit(odds))
        gradient = np.array(
            [groups @ residual.sum(axis=1), groups @ (residual * places).sum(axis=1) * deviation]
        )
        return -float(likelihood) / total, -gradient / total

    share = positive / total
    start = np.array([math.log(share / (1 - share)), 0.0])
    from scipy.optimize import minimize

    found = minimize(
        loss,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=[(-40.0, 40.0), _LOG_DEVIATIONS],
        options={"ftol": 1e-13, "gtol": 1e-8},
    )
    none = -(share * math.log(share) + (1 - share) * math.log(1 - share))
    if found.fun >= none - 1e-7 / total - 1e-12:
        return np.zeros(len(rows))
    deviation = math.exp(found.x[1])
    place, _ = modes(float(found.x[0]), deviation)
    return np.asarray(deviation * place[of_group])

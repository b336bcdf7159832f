"""Diagnostics of the network: a column that decides alone, unused inputs, dead units."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hornbook.diagnostics.diagnostic import Diagnostic, DiagnosticId, Severity
from hornbook.diagnostics.effects import Effects

__all__ = ["check_dead_units", "check_effects"]

DOMINANT_SHARE = 0.8
FEWEST_COLUMNS = 3
NO_EFFECT = 1e-9
DEAD_SHARE = 0.5
FEWEST_UNITS = 4
_MOST_SHOWN = 10


def check_effects(effects: Effects) -> Iterator[Diagnostic]:
    """Looks at what moves the predictions."""
    total = sum(effects.columns.values())
    if total == 0:
        # Nothing moves them: another diagnostic says that they are all the same.
        return
    shares = {name: effect / total for name, effect in effects.columns.items()}
    ranked = sorted(shares, key=lambda name: -shares[name])
    if len(ranked) >= FEWEST_COLUMNS and shares[ranked[0]] > DOMINANT_SHARE:
        yield Diagnostic(
            DiagnosticId.DOMINANT_FEATURE,
            Severity.WARNING,
            f"'{ranked[0]}' makes {shares[ranked[0]]:.0%} of what moves the predictions; "
            f"the other {len(ranked) - 1:,} columns hardly matter. It may hold the target in "
            "disguise.",
            "If it is not known when a prediction is made, reject it. If it is, a simpler model "
            "may do as well.",
            {
                "column": ranked[0],
                "shares": {name: shares[name] for name in ranked[:_MOST_SHOWN]},
                "rows": effects.rows,
            },
        )
    unused = [name for name, effect in effects.inputs.items() if effect <= NO_EFFECT]
    if unused and len(effects.inputs) > 1:
        named = ", ".join(f"'{name}'" for name in unused)
        plural = len(unused) > 1
        yield Diagnostic(
            DiagnosticId.UNUSED_INPUT,
            Severity.WARNING,
            f"The input{'s' if plural else ''} {named} of the network change"
            f"{'' if plural else 's'} no prediction, whatever rows "
            f"{'they are' if plural else 'it is'} given.",
            "Check in build_model that a path leads from there to the output, and that no layer "
            "on it is dead; or reject the features that feed it.",
            {"inputs": effects.inputs, "rows": effects.rows},
        )


def check_dead_units(units: Mapping[str, tuple[int, int]], rows: int) -> Iterator[Diagnostic]:
    """Looks at units behind a ReLU that never fire.

    Args:
        units: by layer, how many are dead, and how many there are.
        rows: on which they were looked at.
    """
    bad = {
        name: (dead, total)
        for name, (dead, total) in units.items()
        if total >= FEWEST_UNITS and dead >= DEAD_SHARE * total
    }
    if bad:
        described = ", ".join(
            f"{dead} of {total} in '{name}'" for name, (dead, total) in bad.items()
        )
        yield Diagnostic(
            DiagnosticId.DEAD_UNITS,
            Severity.WARNING,
            f"Units behind a ReLU give 0 for each of {rows:,} rows, and can learn no more: "
            f"{described}.",
            "Lower the learning rate, rescale the features, or use another activation, such as "
            '"gelu" or "leaky_relu".',
            {
                "layers": {
                    name: {"dead": dead, "units": total} for name, (dead, total) in bad.items()
                },
                "rows": rows,
            },
        )

"""Scoring as a command or a job asks for it: a model's folder, an input, an output."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from hornbook.serving.loading import ModelFiles
from hornbook.serving.open import predictor_of
from hornbook.serving.scoring_options import ScoringOptions, ScoringResult
from hornbook.serving.scoring_output import open_output

__all__ = ["score_model"]


def score_model(
    folder: Path,
    home: Path,
    source: str,
    output: str,
    *,
    options: ScoringOptions | None = None,
    progress: Callable[[int, int | None, float], None] = lambda done, total, share: None,
) -> ScoringResult:
    """Scores an input with a model; all that can be refused is, before Keras is imported.

    Args:
        folder: of the model's session or version.
        home: the workspace's folder.
        source: a file, a folder of images, or a URL such as `sqlite:///x.db?table=rows`.
        output: a `.csv`, `.parquet` or `.jsonl` file, or such a URL.
        options: what is wished.
        progress: called with the rows done, all rows where known, and the share that is done.

    Raises:
        HornbookError: as `score`, `ModelFiles.rows` and `open_output` do.
    """
    options = options or ScoringOptions()
    images = Path(source) if Path(source).is_dir() else None
    files = ModelFiles.read(folder, home, images)
    options.check(files.artifact.outputs)
    target = open_output(output, home / "scoring", replaces=options.replace_table)
    rows = files.rows(source, as_json=target.keeps_json)
    predictor = predictor_of(files, home)
    # Only now, since it imports Keras, whose backend the line before has chosen.
    from hornbook.serving.scoring import score

    return score(predictor, rows, target, options, progress)

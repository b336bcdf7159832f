"""Scoring: rows in, rows with predictions out, of any number, and again from where it broke off."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow as pa

from hornbook import __version__
from hornbook.atomic import sync_folder
from hornbook.batching.ahead import Ahead
from hornbook.batching.behind import Behind
from hornbook.data import RowBlock, RowStream
from hornbook.errors import DataError, NotFoundError, did_you_mean
from hornbook.serving.blocks import PreparedBlock, RawBlock
from hornbook.serving.row_predictor import RowPredictor
from hornbook.serving.row_writers import RowWriter, refuse_clashes
from hornbook.serving.scoring_journal import ScoringJournal
from hornbook.serving.scoring_options import ScoringOptions, ScoringResult
from hornbook.serving.scoring_output import RejectedRows, ScoringOutput, arrow_columns

__all__ = ["ScoringProgress", "score"]

_FAULT = "\0fault"
_BLOCKS_AHEAD = 2
_MOST_IMAGES_NAMED = 1_000

ScoringProgress = Callable[[int, int | None, float], None]
"""Called with the rows done, all rows where their number is known, and the share that is done."""


def score(
    predictor: RowPredictor,
    rows: RowStream,
    output: ScoringOutput,
    options: ScoringOptions | None = None,
    progress: ScoringProgress = lambda done, total, share: None,
) -> ScoringResult:
    """Scores rows from front to back, in memory that does not grow with them.

    One thread reads, one prepares, the caller's runs the network, one writes. The output is whole
    or not there; broken off, the same call goes on with the rows that have no prediction yet.

    Args:
        predictor: the model.
        rows: with the columns that it was trained on.
        output: where they go.
        options: what is wished.
        progress: called from a thread, after each block.

    Raises:
        DataError: the input lacks a column or is damaged, or none of its rows can be scored.
        NotFoundError: a column to keep is not in the input.
        UsageError: the options do not suit the model, or another process writes the output.
    """
    options = options or ScoringOptions()
    kept = _kept_columns(rows, options)
    options.check(predictor.artifact.outputs)
    refuse_clashes(kept, predictor.columns(with_probabilities=options.with_probabilities))
    identity = {
        "version": __version__,
        "model": _digest(predictor.model_folders),
        "input": rows.identity(),
        "options": options.to_json(),
        "output": output.name,
    }
    with ScoringJournal(output.journal_folder(), identity) as journal:
        scoring = _Scoring(
            predictor,
            rows,
            output,
            options=options,
            journal=journal,
            kept=kept,
            progress=progress,
        )
        result = scoring.run()
        journal.remove()
    return result


@dataclass(frozen=True)
class _Item:
    """A block on its way: what is known of its predictions so far."""

    block: RowBlock
    recorded: pl.DataFrame | None = None
    prepared: PreparedBlock | None = None
    raw: RawBlock | None = None


class _Scoring:
    """One run of a scoring."""

    def __init__(
        self,
        predictor: RowPredictor,
        rows: RowStream,
        output: ScoringOutput,
        *,
        options: ScoringOptions,
        journal: ScoringJournal,
        kept: Sequence[str],
        progress: ScoringProgress,
    ) -> None:
        self._predictor = predictor
        self._rows = rows
        self._output = output
        self._options = options
        self._journal = journal
        self._kept = kept
        self._progress = progress
        self._writer: RowWriter = output.writer(journal.output)
        self._rejected = RejectedRows(journal.rejected)
        self._scored = self._resumed = 0
        self._share = 0.0

    def run(self) -> ScoringResult:
        """Reads, predicts and writes all rows."""
        started = time.perf_counter()
        wanted = self._predictor.table_columns
        codable = tuple(self._predictor.codable)
        blocks = Ahead(self._rows.blocks(wanted, self._kept, codable), _BLOCKS_AHEAD, "read-rows")
        prepared = Ahead(self._prepared(blocks), _BLOCKS_AHEAD, "prepare-rows")
        writing = Behind(self._write, _BLOCKS_AHEAD, "write-rows")
        try:
            with self._rejected:
                for item in prepared:
                    writing.put(self._predicted(item))
                writing.finish()
            self._writer.finish()
        except BaseException:
            # What is predicted stays predicted: the next run takes it from the journal.
            prepared.close()
            blocks.close()
            writing.close()
            self._writer.abandon()
            self._journal.commit()
            self._journal.output.unlink(missing_ok=True)
            raise
        return self._finish(time.perf_counter() - started)

    def _prepared(self, blocks: Iterator[RowBlock]) -> Iterator[_Item]:
        """Blocks in parts of bounded size, prepared unless their predictions are known."""
        recorded = _Recorded(self._journal.recorded())
        for whole in blocks:
            for block in whole.parts(self._predictor.block_rows):
                if not len(block):
                    yield _Item(block)
                    continue
                known = recorded.take(len(block))
                if known is not None:
                    yield _Item(block.part(0, len(known)), recorded=known)
                if known is None or len(known) < len(block):
                    rest = block if known is None else block.part(len(known), len(block))
                    yield _Item(rest, prepared=self._predictor.prepare(rest.frame, rest.coded))

    def _predicted(self, item: _Item) -> _Item:
        if item.prepared is None:
            return item
        raw = self._predictor.run(item.prepared, self._options.batch_size)
        return _Item(item.block, raw=raw)

    def _write(self, item: _Item) -> None:
        block = item.block
        self._rejected.add_unparsed(block.rejections)
        self._share = max(self._share, block.share)
        if len(block):
            predictions = item.recorded
            if predictions is not None:
                self._resumed += len(block)
            else:
                assert item.raw is not None, "What is not recorded was predicted."
                predictions = self._in_words(item.raw)
                self._journal.add(predictions)
            self._write_rows(block, predictions)
        self._progress(self._scored + self._rejected.count, self._rows.n_rows, self._share)

    def _in_words(self, raw: RawBlock) -> pl.DataFrame:
        frame = self._predictor.in_words(
            raw,
            threshold=self._options.threshold,
            with_probabilities=self._options.with_probabilities,
        )
        faults = raw.faults
        if faults is None:
            return frame.with_columns(pl.lit(None, dtype=pl.String).alias(_FAULT))
        return frame.with_columns(faults.alias(_FAULT))

    def _write_rows(self, block: RowBlock, predictions: pl.DataFrame) -> None:
        faults = predictions[_FAULT]
        added, kept = predictions.drop(_FAULT), self._kept_values(block)
        if faults.null_count() < len(faults):
            sound = faults.is_null()
            mask = ~sound.to_numpy()
            reasons: list[str] = faults.drop_nulls().to_list()
            self._rejected.add_unscorable(block.numbers[mask], reasons, block.values(mask))
            added = added.filter(sound)
            kept = kept.filter(pa.array(~mask)) if kept.num_columns else kept
        if not len(added):
            return
        arrow = arrow_columns(added)
        schema = pa.schema([*kept.schema, *arrow.schema])
        self._writer.write(pa.table([*kept.columns, *arrow.columns], schema=schema))
        self._scored += len(added)

    def _kept_values(self, block: RowBlock) -> pa.Table:
        """The columns to keep; from text those that are read as numbers, where that is wanted."""
        kept = block.kept
        if not (self._rows.gives_text and self._output.wants_types):
            return kept
        typed = [name for name in kept.column_names if name in block.frame.columns]
        arrow = arrow_columns(pl.DataFrame([block.frame[name] for name in typed]))
        for name in typed:
            place = kept.column_names.index(name)
            kept = kept.set_column(place, arrow.field(name), arrow.column(name))
        return kept

    def _finish(self, seconds: float) -> ScoringResult:
        n_rejected, first = self._rejected.count, self._rejected.first
        if not self._scored:
            self._journal.remove()
            said = f" The first is {first}." if first else ""
            raise DataError(
                f"None of the {n_rejected:,} rows of {self._rows.name} can be scored.{said}",
                fix="Bring rows with all that the model needs.",
            )
        sync_folder(self._journal.folder)
        rejected = self._output.rejected
        rejected.unlink(missing_ok=True)
        if n_rejected:
            self._journal.rejected.replace(rejected)
        self._output.put_in_place(self._journal.output)
        return ScoringResult(
            output=self._output.name,
            rows=self._scored + n_rejected,
            scored_rows=self._scored,
            rejected_rows=n_rejected,
            rejected_file=str(rejected) if n_rejected else None,
            first_rejection=first,
            columns=self._predictor.columns(with_probabilities=self._options.with_probabilities),
            resumed_rows=self._resumed,
            began_anew=self._journal.began_anew,
            unreadable_images=tuple(self._predictor.unreadable_images[:_MOST_IMAGES_NAMED]),
            seconds=seconds,
        )


class _Recorded:
    """The predictions of the rows in front, given out block by block.

    Args:
        parts: in order.
    """

    def __init__(self, parts: Iterator[pl.DataFrame]) -> None:
        self._parts = parts
        self._left: pl.DataFrame | None = None

    def take(self, n_rows: int) -> pl.DataFrame | None:
        """Those of the next rows, fewer where no more are known; `None` where none is."""
        while self._left is None or len(self._left) < n_rows:
            following = next(self._parts, None)
            if following is None:
                break
            self._left = following if self._left is None else pl.concat([self._left, following])
        if self._left is None or not len(self._left):
            return None
        taken, self._left = self._left[:n_rows], self._left[n_rows:]
        return taken


def _kept_columns(rows: RowStream, options: ScoringOptions) -> tuple[str, ...]:
    if options.columns is None:
        return rows.columns
    for name in options.columns:
        if name not in rows.columns:
            raise NotFoundError(
                f"{rows.name} has no column '{name}' to keep.",
                fix=did_you_mean(name, rows.columns),
            )
    return options.columns


def _digest(folders: Sequence[Path]) -> str:
    """Of all files of a model, and of its submodels."""
    digest = hashlib.blake2b(digest_size=16)
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                with path.open("rb") as file:
                    content = hashlib.file_digest(file, "blake2b").hexdigest()
                digest.update(f"{path.relative_to(folder).as_posix()} {content}\n".encode())
    return digest.hexdigest()

"""Scoring: what is written where, what is kept apart, and what an interrupt leaves."""

from __future__ import annotations

import json
import sqlite3

import polars as pl
import pytest

from hornbook.data import open_rows
from hornbook.errors import DataError, NotFoundError, UsageError
from hornbook.metrics import PredictionInterval, PredictionType
from hornbook.serving import scoring_journal
from hornbook.serving.scoring import score
from hornbook.serving.scoring_options import ScoringOptions
from hornbook.serving.scoring_output import open_output

# Keras' own, when it saves the seed of a layer.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

READERS = {
    ".csv": pl.read_csv,
    ".parquet": pl.read_parquet,
    ".jsonl": pl.read_ndjson,
}
WRITERS = {
    ".csv": pl.DataFrame.write_csv,
    ".parquet": pl.DataFrame.write_parquet,
    ".jsonl": pl.DataFrame.write_ndjson,
    ".arrow": pl.DataFrame.write_ipc,
}


@pytest.fixture
def run(tmp_path):
    """Scores an input to an output; both are names or URLs."""

    def go(predictor, source, output, progress=lambda done, total, share: None, **options):
        target = open_output(str(output), tmp_path / "beside", replaces=False)
        stream = open_rows(str(source), predictor.artifact.reading, as_json=target.keeps_json)
        return score(predictor, stream, target, ScoringOptions(**options), progress)

    return go


def rejected(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.parametrize("target", READERS)
@pytest.mark.parametrize("source", WRITERS)
def test_every_format_gives_the_same_predictions(
    source, target, make_predictor, rows, run, tmp_path
):
    predictor = make_predictor()
    WRITERS[source](rows, tmp_path / f"in{source}")
    result = run(predictor, tmp_path / f"in{source}", tmp_path / f"out{target}")
    assert (result.rows, result.scored_rows, result.rejected_rows) == (100, 90, 10)
    scored = READERS[target](tmp_path / f"out{target}")
    assert scored.columns == ["id", "n", "c", "prediction", "proba_no", "proba_yes"]
    whole = rows.hstack(predictor.predict(rows).get_columns()).drop_nulls("prediction")
    assert scored["prediction"].to_list() == whole["prediction"].to_list()
    assert scored["proba_yes"].to_list() == pytest.approx(whole["proba_yes"].to_list(), abs=1e-9)
    assert scored["id"].cast(pl.Int64).to_list() == whole["id"].to_list()
    assert scored["n"].cast(pl.Float64).to_list() == whole["n"].to_list()
    if source == target:
        assert scored["id"].dtype == pl.Int64
    apart = rejected(tmp_path / f"out{target}.rejected.jsonl")
    assert [one["reason"] for one in apart] == ["'n' has no value"] * 10
    first_line = 2 if source == ".csv" else 1
    assert [one["row"] for one in apart] == [first_line + 10 * i for i in range(10)]
    assert apart[0]["values"]["c"] in ("a", "b", "z")
    assert not list(tmp_path.glob(".*"))


def test_rows_that_do_not_parse_are_kept_apart(make_predictor, run, tmp_path):
    (tmp_path / "in.csv").write_text("c,n,note\na,1.5,x\nb,many,y\na,2,z,too much\nb,3,\n")
    result = run(make_predictor(), tmp_path / "in.csv", tmp_path / "out.csv")
    assert (result.scored_rows, result.rejected_rows) == (2, 2)
    apart = rejected(tmp_path / "out.csv.rejected.jsonl")
    assert [one["row"] for one in apart] == [3, 4]
    assert apart[0]["reason"] == "column 'n' holds 'many', expected a number"
    assert apart[0]["text"] == "b,many,y"
    assert apart[1]["reason"] == "expected 3 fields, found 4"
    assert result.first_rejection == "row 3: column 'n' holds 'many', expected a number"
    # What is kept stands as it stood in the file.
    kept = pl.read_csv(tmp_path / "out.csv", infer_schema=False)
    assert kept["n"].to_list() == ["1.5", "3"]
    # A later scoring without such rows takes the file away.
    (tmp_path / "in.csv").write_text("c,n\na,1.5\n")
    run(make_predictor(), tmp_path / "in.csv", tmp_path / "out.csv")
    assert not (tmp_path / "out.csv.rejected.jsonl").exists()


def test_texts_where_a_parquet_file_should_hold_numbers(make_predictor, run, tmp_path):
    frame = pl.DataFrame({"n": ["1.5", "x", None, "3"], "c": ["a", "", None, "q"]})
    frame.write_parquet(tmp_path / "in.parquet")
    result = run(make_predictor(), tmp_path / "in.parquet", tmp_path / "out.parquet")
    assert result.scored_rows == 2
    apart = rejected(tmp_path / "out.parquet.rejected.jsonl")
    assert sorted((one["row"], one["reason"]) for one in apart) == [
        (2, "column 'n' holds 'x', expected a number"),
        (3, "'n' has no value"),
    ]
    predictions = make_predictor().predict(pl.DataFrame({"n": [1.5, 3.0], "c": ["a", "q"]}))
    scored = pl.read_parquet(tmp_path / "out.parquet")
    assert scored["proba_yes"].to_list() == predictions["proba_yes"].to_list()


def test_options_change_what_is_written(make_predictor, rows, run, tmp_path):
    predictor = make_predictor()
    rows.write_parquet(tmp_path / "in.parquet")
    source, target = tmp_path / "in.parquet", tmp_path / "out.parquet"
    run(predictor, source, target, columns=("id",), with_probabilities=False)
    assert pl.read_parquet(target).columns == ["id", "prediction"]
    run(predictor, source, target, columns=())
    plain = pl.read_parquet(target)
    assert plain.columns == ["prediction", "proba_no", "proba_yes"]
    highest = float(plain["proba_yes"].max())
    run(predictor, source, target, columns=(), threshold=highest)
    assert (pl.read_parquet(target)["prediction"] == "yes").sum() < len(plain) / 10
    run(predictor, source, target, columns=(), threshold=0.0)
    assert set(pl.read_parquet(target)["prediction"]) == {"yes"}
    run(predictor, source, target, columns=(), batch_size=7)
    by_seven = pl.read_parquet(target)["proba_yes"].to_list()
    assert by_seven == pytest.approx(plain["proba_yes"].to_list(), abs=1e-6)


def test_intervals_are_written(make_predictor, rows, run, tmp_path):
    kind = PredictionType.REGRESSION
    predictor = make_predictor(kind, None, interval=PredictionInterval(0.9, 1.5))
    rows.write_parquet(tmp_path / "in.parquet")
    run(predictor, tmp_path / "in.parquet", tmp_path / "out.parquet", columns=())
    scored = pl.read_parquet(tmp_path / "out.parquet")
    assert scored.columns == ["prediction", "prediction_lower", "prediction_upper"]
    assert (scored["prediction_upper"] - scored["prediction_lower"]).mean() == pytest.approx(3.0)
    with pytest.raises(UsageError, match="threshold"):
        run(predictor, tmp_path / "in.parquet", tmp_path / "out.parquet", threshold=0.3)


def test_tables_of_a_database_in_and_out(make_predictor, rows, run, tmp_path):
    database = tmp_path / "x.db"
    with sqlite3.connect(database) as connection:
        connection.execute("create table people (id integer primary key, n double, c text)")
        # Backwards, so that only the order of the key gives the rows in order.
        connection.executemany("insert into people values (?, ?, ?)", rows.rows()[::-1])
    connection.close()
    predictor, url = make_predictor(), f"sqlite:///{database}"
    result = run(predictor, f"{url}?table=people", f"{url}?table=scored")
    assert (result.scored_rows, result.rejected_rows) == (90, 10)
    with sqlite3.connect(database) as connection:
        found = connection.execute("select id, prediction, proba_yes from scored").fetchall()
    connection.close()
    whole = rows.hstack(predictor.predict(rows).get_columns()).drop_nulls("prediction")
    assert [row[0] for row in found] == whole["id"].to_list()
    assert [row[1] for row in found] == whole["prediction"].to_list()
    assert [row[2] for row in found] == pytest.approx(whole["proba_yes"].to_list())
    with pytest.raises(UsageError, match="exists"):
        run(predictor, f"{url}?table=people", f"{url}?table=scored")
    run(predictor, f"{url}?table=people", tmp_path / "out.csv")
    assert len(pl.read_csv(tmp_path / "out.csv")) == 90
    with pytest.raises(DataError, match="no such table"):
        run(predictor, f"{url}?table=nobody", tmp_path / "out.csv")
    with pytest.raises(UsageError, match="names no table"):
        run(predictor, url, tmp_path / "out.csv")


class BrokenOffError(Exception):
    """Stands for whatever ends a scoring."""


@pytest.fixture
def small_parts(monkeypatch):
    """Parts of few rows, blocks of fewer."""
    from hornbook.serving.predict import Predictor

    monkeypatch.setattr(scoring_journal, "_PART_ROWS", 30)
    monkeypatch.setattr(Predictor, "block_rows", 16)


def break_off(run, predictor, source, target, after, **options):
    def progress(done, total, share):
        if done >= after:
            raise BrokenOffError

    with pytest.raises(BrokenOffError):
        run(predictor, source, target, progress, **options)


@pytest.mark.usefixtures("small_parts")
def test_a_scoring_goes_on_where_it_broke_off(make_predictor, rows, run, tmp_path, monkeypatch):
    predictor = make_predictor()
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    rows.write_csv(source)
    run(predictor, source, tmp_path / "whole.csv")
    break_off(run, predictor, source, target, 50)
    assert not target.exists()
    assert (tmp_path / ".out.csv.scoring" / "part-000000.arrow").exists()
    predicted = []
    prepare = predictor.prepare
    monkeypatch.setattr(
        predictor, "prepare", lambda frame, coded: predicted.append(len(frame)) or prepare(frame)
    )
    result = run(predictor, source, target)
    assert result.resumed_rows >= 48
    assert result.began_anew is None
    assert sum(predicted) == 100 - result.resumed_rows
    assert target.read_text() == (tmp_path / "whole.csv").read_text()
    apart = (tmp_path / "out.csv.rejected.jsonl").read_text()
    assert apart == (tmp_path / "whole.csv.rejected.jsonl").read_text()
    assert not list(tmp_path.glob(".*"))


@pytest.mark.usefixtures("small_parts")
def test_it_goes_on_with_blocks_of_another_size(make_predictor, rows, run, tmp_path, monkeypatch):
    predictor = make_predictor()
    source, target = tmp_path / "in.parquet", tmp_path / "out.parquet"
    rows.write_parquet(source)
    break_off(run, predictor, source, target, 60)
    monkeypatch.setattr(type(predictor), "block_rows", 23)
    assert run(predictor, source, target).resumed_rows >= 48
    run(predictor, source, tmp_path / "whole.parquet")
    assert pl.read_parquet(target).equals(pl.read_parquet(tmp_path / "whole.parquet"))


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("changed", ["model", "input", "options"])
def test_it_begins_anew_where_something_changed(changed, make_predictor, rows, run, tmp_path):
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    rows.write_csv(source)
    predictor, options = make_predictor(), {}
    break_off(run, predictor, source, target, 50)
    if changed == "model":
        predictor = make_predictor(seed=1)
    elif changed == "input":
        rows.vstack(rows).write_csv(source)
    else:
        options = {"threshold": 0.2}
    result = run(predictor, source, target, **options)
    assert result.began_anew == f"the {changed}"
    assert result.resumed_rows == 0
    run(predictor, source, tmp_path / "whole.csv", **options)
    assert target.read_text() == (tmp_path / "whole.csv").read_text()


def test_two_scorings_do_not_write_the_same_output(make_predictor, rows, run, tmp_path):
    predictor = make_predictor()
    rows.write_csv(tmp_path / "in.csv")

    def progress(done, total, share):
        with pytest.raises(UsageError, match="Another process"):
            run(predictor, tmp_path / "in.csv", tmp_path / "out.csv")

    run(predictor, tmp_path / "in.csv", tmp_path / "out.csv", progress)
    assert (tmp_path / "out.csv").exists()


def test_what_is_refused(make_predictor, rows, run, tmp_path):
    predictor = make_predictor()
    rows.write_csv(tmp_path / "in.csv")
    with pytest.raises(NotFoundError, match="no column 'ID' to keep"):
        run(predictor, tmp_path / "in.csv", tmp_path / "out.csv", columns=("ID",))
    with pytest.raises(UsageError, match="expected a name that ends in"):
        run(predictor, tmp_path / "in.csv", tmp_path / "out.xlsx")
    with pytest.raises(DataError, match="There is no folder"):
        run(predictor, tmp_path / "in.csv", tmp_path / "nowhere" / "out.csv")
    with pytest.raises(UsageError, match="from 0 to 1"):
        ScoringOptions(threshold=1.5)
    rows.drop("n").write_csv(tmp_path / "less.csv")
    with pytest.raises(DataError, match="lacks the columns 'n'"):
        run(predictor, tmp_path / "less.csv", tmp_path / "out.csv")
    rows.rename({"id": "prediction"}).write_csv(tmp_path / "clash.csv")
    with pytest.raises(DataError, match="would overwrite"):
        run(predictor, tmp_path / "clash.csv", tmp_path / "out.csv")
    rows.with_columns(n=pl.lit(None)).write_csv(tmp_path / "empty.csv")
    with pytest.raises(DataError, match="None of the 100 rows"):
        run(predictor, tmp_path / "empty.csv", tmp_path / "out.csv")
    with pytest.raises(DataError, match="is a folder"):
        run(predictor, tmp_path, tmp_path / "out.csv")
    with pytest.raises(NotFoundError, match="no file"):
        run(predictor, tmp_path / "none.csv", tmp_path / "out.csv")

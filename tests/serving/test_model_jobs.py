"""Model jobs: failures that are told, processes that died, ids that are none."""

from __future__ import annotations

import pytest

from hornbook.errors import NotFoundError, UsageError
from hornbook.serving.model_jobs import JobRequest, JobState, ModelJobs

# Keras' own, when it saves the seed of a layer.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.fixture
def request_of(make_predictor, home):
    folder = make_predictor().artifact.folder.parent

    def make(source):
        home.mkdir(exist_ok=True)
        return JobRequest(
            kind="scoring",
            model="m/v1",
            model_folder=str(folder),
            home=str(home),
            source=str(source),
            output=str(home / "out.csv"),
        )

    return make


def test_a_job_tells_why_it_failed(request_of, home):
    jobs = ModelJobs(home)
    folder = jobs.new_folder()
    job = jobs.start(folder, request_of(home / "nothing.csv"))
    assert job.state.status == "running"
    jobs._processes[job.job_id].wait(120)
    ended = jobs.get(job.job_id)
    assert ended.state.status == "failed"
    assert "There is no file" in ended.state.error
    assert ended.state.fix == "Check the path."
    with pytest.raises(UsageError, match="has ended"):
        jobs.cancel(job.job_id)
    # Another server finds it, too.
    assert [one.job_id for one in ModelJobs(home).all()] == [job.job_id]


def test_a_job_whose_process_died_has_failed(request_of, home):
    jobs = ModelJobs(home)
    job = jobs.start(jobs.new_folder(), request_of(home / "nothing.csv"))
    process = jobs._processes[job.job_id]
    process.kill()
    process.wait(60)
    assert jobs.get(job.job_id).state.error.startswith("The process ended without a word")
    assert JobState.read(job.folder).status == "failed"


@pytest.mark.parametrize("job_id", ["", "x", "../secret", "0" * 16, "..", "0" * 15 + "/"])
def test_an_id_that_is_none(home, job_id):
    with pytest.raises(NotFoundError, match="There is no job"):
        ModelJobs(home).get(job_id)

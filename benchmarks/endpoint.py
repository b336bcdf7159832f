"""An endpoint under load from another process, beside MLflow's scoring server for the same model.

The model is adult's, with all 14 columns. MLflow gets it as a `pyfunc` that predicts with the same
code of Hornbook, so that what differs is the server. It is installed in an environment of its own
in `build/mlflow`, which is made when it is not there; `MLFLOW_PYTHON` names another one, and
`MLFLOW_PYTHON=` leaves it out.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import psutil

from benchmarks.measured import DATA, Line, hornbook, median

ROOT = Path(__file__).resolve().parents[1]
CONNECTIONS = 32
SECONDS = 8.0
RATE = 200
SAVE = """
import sys, mlflow
mlflow.pyfunc.save_model(sys.argv[1], python_model=sys.argv[2], pip_requirements=["mlflow"])
"""
MODEL = """
import os
import threading
import mlflow
import polars as pl


class Adult(mlflow.pyfunc.PythonModel):
    def load_context(self, context):
        import hornbook

        workspace = hornbook.open_workspace(os.environ["HORNBOOK_HOME"])
        self.predictor = workspace.model("latest").predictor()
        # MLflow predicts in several threads, and a Keras model on JAX is for one at a time.
        self.one_at_a_time = threading.Lock()

    def predict(self, context, model_input, params=None):
        with self.one_at_a_time:
            return self.predictor.predict(pl.from_pandas(model_input)).to_pandas()


mlflow.models.set_model(Adult())
"""


class Server:
    """A server that was started and answers.

    Args:
        command: starts it.
        port: on which it answers.
        probe: a path that answers 200 once it is ready.
        home: the workspace.
    """

    def __init__(self, command: list[str], port: int, probe: str, home: Path) -> None:
        self.port = port
        self._process = subprocess.Popen(
            command,
            env={
                **os.environ,
                "HORNBOOK_HOME": str(home),
                "TF_CPP_MIN_LOG_LEVEL": "3",
                # MLflow starts a server that it looks for there.
                "PATH": f"{Path(command[0]).parent}{os.pathsep}{os.environ['PATH']}",
            },
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        deadline = time.monotonic() + 180
        while not self._answers(probe):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"It did not start: {' '.join(command)}")
            time.sleep(0.2)

    def _answers(self, probe: str) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{probe}", timeout=5) as found:
                return bool(found.status == 200)
        except (OSError, urllib.error.URLError):
            return False

    @property
    def memory_mb(self) -> float:
        process = psutil.Process(self._process.pid)
        family = [process, *process.children(recursive=True)]
        return sum(one.memory_info().rss for one in family) / 1e6

    def ask_to_end(self) -> None:
        self._process.send_signal(signal.SIGTERM)

    def end(self) -> int:
        family = psutil.Process(self._process.pid).children(recursive=True)
        if self._process.poll() is None:
            self.ask_to_end()
        code = self._process.wait(60)
        for one in family:
            if one.is_running():
                one.kill()
        return code


class Side:
    """A server with how it is asked."""

    def __init__(self, server: Server, path: str, body: Any) -> None:
        self.server = server
        self._options = {"port": server.port, "path": path, "body": body}

    def start(self, seconds: float, **more: Any) -> subprocess.Popen[bytes]:
        options = {**self._options, "connections": CONNECTIONS, "seconds": seconds, **more}
        return subprocess.Popen(
            [sys.executable, "-m", "benchmarks.http_load", json.dumps(options)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
        )

    def load(self, seconds: float, **more: Any) -> dict[str, Any]:
        return result_of(self.start(seconds, **more))


def result_of(load: subprocess.Popen[bytes]) -> dict[str, Any]:
    output, _ = load.communicate()
    found: dict[str, Any] = json.loads(output)
    others = {status: n for status, n in found["statuses"].items() if status != "200"}
    if others:
        raise RuntimeError(f"The server answered {others}.")
    return found


def lines(runs: int) -> list[Line]:
    with tempfile.TemporaryDirectory() as scratch_name:
        scratch = Path(scratch_name)
        home = scratch / "home"
        design = scratch / "adult"
        data = DATA / "adult_train.csv"
        hornbook(["init", str(design), "--data", str(data), "--target", "income"], home)
        hornbook(["train", str(design), "--set", "training.epochs=3"], home)
        hornbook(["deploy", "latest", "--name", "adult"], home)
        row = pl.read_csv(DATA / "adult_test.csv", n_rows=1).drop("income").to_dicts()[0]
        ours = our_side(home, row)
        theirs = None
        try:
            theirs = mlflow_side(scratch, home, row)
            return measured(runs, ours, theirs, home)
        finally:
            for side in (ours, theirs):
                if side is not None:
                    side.server.end()


def measured(runs: int, ours: Side, theirs: Side | None, home: Path) -> list[Line]:
    sides = {"ours": ours} | ({} if theirs is None else {"theirs": theirs})
    many: dict[str, list[float]] = {name: [] for name in sides}
    slow: dict[str, list[float]] = {name: [] for name in sides}
    for side in sides.values():
        side.load(2)
    for number in range(runs):
        for name, side in sides.items():
            many[name].append(side.load(SECONDS)["per_second"])
            slow[name].append(side.load(SECONDS, per_second=RATE)["p99_ms"])
            told = f"{many[name][-1]:,.0f} requests/s, p99 {slow[name][-1]:.1f} ms at {RATE}/s"
            print(f"  run {number + 1}/{runs}  {name:<7} {told}", file=sys.stderr, flush=True)
    memory = {name: side.server.memory_mb for name, side in sides.items()}
    switched = lost_requests(ours, lambda: hornbook(["deploy", "latest", "--name", "adult"], home))
    ended = lost_requests(ours, ours.server.ask_to_end)
    peer = "" if theirs is None else "MLflow's scoring server"
    middle = {name: median(values) for name, values in many.items()}
    lateness = {name: median(values) for name, values in slow.items()}
    return [
        Line(
            f"endpoint: one row a request, {CONNECTIONS} connections",
            peer,
            "requests/s",
            middle["ours"],
            middle.get("theirs"),
            "≥ 1,000; ≥ 3 times",
            memory["ours"],
            memory.get("theirs"),
            many,
        ),
        Line(
            f"endpoint: 99 of 100 answers at {RATE} requests/s",
            peer,
            "ms",
            lateness["ours"],
            lateness.get("theirs"),
            "< 30 ms",
            runs=slow,
        ),
        Line("endpoint: lost by a new version", "", "requests", switched, target="0"),
        Line("endpoint: lost by SIGTERM", "", "requests", ended, target="0"),
    ]


def lost_requests(side: Side, happens: Callable[[], object]) -> float:
    """How many requests get no answer while something happens to their server."""
    load = side.start(20.0)
    time.sleep(3)
    happens()
    return float(result_of(load)["lost"])


def our_side(home: Path, row: dict[str, Any]) -> Side:
    port = free_port()
    command = [sys.executable, "-m", "hornbook", "endpoint", "serve", "adult", "--no-keys"]
    server = Server([*command, "--port", str(port)], port, "/ready", home)
    return Side(server, "/public/api/v1/hornbook/adult/predict", {"features": row})


def mlflow_side(scratch: Path, home: Path, row: dict[str, Any]) -> Side | None:
    python = mlflow_python()
    if python is None:
        return None
    code, model = scratch / "model.py", scratch / "mlflow-model"
    code.write_text(MODEL)
    environment = {**os.environ, "HORNBOOK_HOME": str(home)}
    command = [str(python), "-c", SAVE, str(model), str(code)]
    subprocess.run(command, check=True, capture_output=True, env=environment, cwd=scratch)
    port = free_port()
    command = [str(python), "-m", "mlflow", "models", "serve", "-m", str(model)]
    command += ["--env-manager", "local", "--host", "127.0.0.1", "--port", str(port)]
    server = Server(command, port, "/ping", home)
    return Side(server, "/invocations", {"dataframe_records": [row]})


def mlflow_python() -> Path | None:
    """The Python of an environment with MLflow, and Hornbook after it on the path."""
    given = os.environ.get("MLFLOW_PYTHON")
    if given is not None:
        return Path(given) if given else None
    folder = ROOT / "build" / "mlflow"
    python = folder / "bin" / "python"
    if not (folder / ".installed").exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", "mlflow"], check=True)
        packages = next((folder / "lib").glob("python*/site-packages"))
        paths = [sysconfig.get_path("purelib"), str(ROOT / "src")]
        (packages / "hornbook.pth").write_text("\n".join(paths) + "\n")
        (folder / ".installed").touch()
    return python


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

"""What a client says when a server is not there, is none, refuses, or is not to be trusted."""

from __future__ import annotations

import json
import ssl
import subprocess
from pathlib import Path

import pytest

import hornbook
from hornbook.client.remote_connection import Connection, path_of
from hornbook.client.remote_errors import error_of_answer
from hornbook.errors import (
    DataError,
    DesignError,
    HornbookError,
    NotFoundError,
    RemoteError,
    UsageError,
)

from .answering import serving

TOKEN = "token-that-nobody-may-read"


def refusal(status: int, **values: object) -> tuple[int, dict[str, str], bytes]:
    return status, {}, json.dumps(values).encode()


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("localhost:8765", "expected the address of a server"),
        ("ftp://localhost", "expected the address of a server"),
        ("http://", "expected the address of a server"),
        ("http://anna:secret@localhost", "more than a host"),
        ("http://localhost/?token=secret", "more than a host"),
        ("http://localhost:99999", "names no port"),
    ],
)
def test_an_address_that_is_none(address, said):
    with pytest.raises(UsageError, match=said) as caught:
        Connection(address, token=TOKEN)
    assert "secret" not in str(caught.value)


def test_nobody_comes_in_without_a_token(monkeypatch):
    monkeypatch.delenv("HORNBOOK_TOKEN", raising=False)
    with pytest.raises(UsageError, match="There is no token"):
        hornbook.connect("http://127.0.0.1:1")
    with pytest.raises(UsageError, match="expected one of them"):
        hornbook.connect("http://127.0.0.1:1", token=TOKEN, password="x")
    with pytest.raises(UsageError, match="expected that of a model"):
        hornbook.load("http://127.0.0.1:1", token=TOKEN)


@pytest.mark.parametrize("token", [f"{TOKEN}\nX-Header: 1", f"{TOKEN} two", f"{TOKEN}é"])
def test_a_token_that_is_none_is_not_shown(token):
    with pytest.raises(UsageError, match="no token has") as caught:
        Connection("http://127.0.0.1:1", token=token)
    assert TOKEN not in str(caught.value)


def test_the_token_is_sent_and_never_shown(monkeypatch):
    monkeypatch.setenv("HORNBOOK_TOKEN", TOKEN)
    with serving() as (port, asked):
        workspace = hornbook.connect(f"http://127.0.0.1:{port}/under/")
        assert asked[0][0] == "/under/api/v1/events/info"
        assert asked[0][1]["Authorization"] == f"Bearer {TOKEN}"
        assert repr(workspace) == f"RemoteWorkspace('http://127.0.0.1:{port}/under')"
        assert TOKEN not in repr(workspace._connection)
    with pytest.raises(RemoteError, match="cannot be reached") as caught:
        workspace.sessions()
    assert TOKEN not in str(caught.value)


def test_a_redirection_does_not_take_the_token_elsewhere():
    with serving() as (other, asked):
        answers = {
            "/api/v1/events/info": (302, {"Location": f"http://127.0.0.1:{other}/x"}, b""),
        }
        with serving(answers) as (port, _), pytest.raises(RemoteError, match="elsewhere"):
            Connection(f"http://127.0.0.1:{port}", token=TOKEN)
        assert asked == []


def test_a_server_that_is_none_of_ours():
    answers = {"/api/v1/events/info": (200, {}, b"<html>")}
    with serving(answers) as (port, _), pytest.raises(RemoteError, match="as a Hornbook server"):
        Connection(f"http://127.0.0.1:{port}", token=TOKEN)
    answers = {"/api/v1/events/info": (502, {}, b"<html>")}
    with serving(answers) as (port, _), pytest.raises(RemoteError, match="status 502"):
        Connection(f"http://127.0.0.1:{port}", token=TOKEN)
    with serving() as (port, _), pytest.raises(RemoteError, match="does not log in"):
        Connection(f"http://127.0.0.1:{port}", user="anna", password="x")


def test_a_certificate_is_checked(tmp_path: Path):
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
            *("-keyout", key, "-out", certificate),
        ],
        check=True,
        capture_output=True,
    )
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    with serving(tls=tls) as (port, asked):
        address = f"https://localhost:{port}"
        with pytest.raises(RemoteError, match="not to be trusted") as caught:
            Connection(address, token=TOKEN)
        assert "verify=" in str(caught.value.fix)
        with pytest.raises(RemoteError, match="not to be trusted"):
            Connection(f"https://127.0.0.1:{port}", token=TOKEN, verify=certificate)
        assert asked == []
        Connection(address, token=TOKEN, verify=certificate)
        Connection(address, token=TOKEN, verify=False)
        assert len(asked) == 2
    with pytest.raises(UsageError, match="no file of certificates"):
        Connection("https://localhost", token=TOKEN, verify=tmp_path / "nowhere.pem")


def test_errors_come_back_as_they_were():
    values = {"detail": "There is no 'x'.", "kind": "NotFoundError", "fix": "Known: y."}
    error = error_of_answer("http://h", *refusal(404, **values)[::2])
    assert (type(error), error.message, error.fix) == (
        NotFoundError,
        "There is no 'x'.",
        "Known: y.",
    )
    problem = {"message": "found 0", "file": "task.toml", "line": 7, "key": "a.b", "fix": "Write 1"}
    error = error_of_answer(
        "http://h", *refusal(422, detail="x", kind="DesignError", problems=[problem])[::2]
    )
    assert isinstance(error, DesignError)
    assert str(error.problems[0]) == "task.toml:7 [a.b]: found 0\n  Fix: Write 1"
    kinds = {"DataError": DataError, "SystemExit": HornbookError, "__class__": HornbookError}
    for kind, expected in kinds.items():
        assert type(error_of_answer("h", *refusal(400, detail="x", kind=kind)[::2])) is expected
    assert type(error_of_answer("h", *refusal(404, detail="Not Found")[::2])) is NotFoundError
    error = error_of_answer("h", *refusal(401, detail="You are not logged in.")[::2])
    assert isinstance(error, RemoteError)


def test_names_stay_within_their_part_of_a_path():
    assert path_of("saved-models", "../a b?c#d") == "/saved-models/..%2Fa%20b%3Fc%23d"

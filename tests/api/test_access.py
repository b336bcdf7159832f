"""Who may come in, and what other sites and other hosts may not."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from hornbook.api import Studio, create_application
from hornbook.api.access import COOKIE, Access, hash_password

TOKEN = "token-of-this-test"
HOST = "http://127.0.0.1:8765"


def test_nothing_is_told_to_who_has_not_come_in(anonymous):
    for path in ("projects", "runtime", "openapi.json", "saved-models"):
        assert anonymous.get(f"/api/v1/{path}").status_code == 401
    assert anonymous.post("/api/v1/projects", json={"name": "x"}).status_code == 401
    assert anonymous.get("/api/v1/health").json() == {"status": "ok"}
    assert anonymous.get("/api/v1/access").json()["user"] is None
    with (
        pytest.raises(WebSocketDisconnect) as refused,
        anonymous.websocket_connect("ws://127.0.0.1:8765/api/v1/events"),
    ):
        pass
    assert refused.value.code == 4401


def test_the_link_leaves_a_cookie_and_takes_the_token_out_of_the_address(anonymous):
    answer = anonymous.get(f"/tasks/a/b?token={TOKEN}&session=s1", follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/tasks/a/b?session=s1"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert anonymous.get("/api/v1/projects").status_code == 200


def test_a_wrong_token_opens_nothing(anonymous):
    answer = anonymous.get("/?token=wrong", follow_redirects=False)
    assert "set-cookie" not in answer.headers
    assert anonymous.get("/api/v1/projects").status_code == 401
    headers = {"authorization": "Bearer wrong"}
    assert anonymous.get("/api/v1/projects", headers=headers).status_code == 401


def test_a_link_that_leads_elsewhere_stays_here(anonymous):
    link = f"{HOST}//evil.example/?token={TOKEN}"
    answer = anonymous.get(link, follow_redirects=False)
    assert answer.headers["location"] == "/evil.example/"


def test_a_cookie_of_another_workspace_opens_nothing(anonymous):
    anonymous.cookies.set(COOKIE, "InRva2VuIg.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbb")
    assert anonymous.get("/api/v1/projects").status_code == 401


def test_a_cookie_outlives_the_server(anonymous, studio):
    anonymous.get(f"/?token={TOKEN}")
    again = Access(studio.registry, token="another")
    request = type("Request", (), {"headers": {}, "cookies": dict(anonymous.cookies)})()
    assert again.user_of(request) == "token"


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_another_site_can_neither_change_nor_read(client, headers):
    made = client.post("/api/v1/projects", json={"name": "x"}, headers=headers)
    assert made.status_code == 403
    assert client.get("/api/v1/projects", headers=headers).status_code == 403
    with (
        pytest.raises(WebSocketDisconnect),
        client.websocket_connect("ws://127.0.0.1:8765/api/v1/events", headers=headers),
    ):
        pass


def test_a_page_of_this_server_may(client):
    headers = {"origin": HOST, "sec-fetch-site": "same-origin"}
    made = client.post("/api/v1/projects", json={"name": "x"}, headers=headers)
    assert made.status_code == 201


def test_another_name_of_this_machine_is_refused(client):
    answer = client.get("/api/v1/projects", headers={"host": "rebound.example:8765"})
    assert answer.status_code == 400
    assert "--allowed-host" in answer.json()["fix"]


def logged_in(client: TestClient, name: str, secret: str) -> int:
    return client.post("/api/v1/login", json={"name": name, "secret": secret}).status_code


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr("hornbook.api.login._WRONG_SECONDS", 0.0)


def test_a_password_opens_it(studio: Studio, quick):
    access = Access(studio.registry, TOKEN, password_hash=hash_password("tell nobody"))
    with TestClient(create_application(studio, access), base_url=HOST) as client:
        assert client.get("/api/v1/access").json()["way"] == "password"
        assert logged_in(client, "", "wrong") == 401
        assert client.get("/api/v1/projects").status_code == 401
        assert logged_in(client, "", "tell nobody") == 200
        assert client.get("/api/v1/projects").status_code == 200
        client.post("/api/v1/logout")
        assert client.get("/api/v1/projects").status_code == 401


def test_users_have_passwords_of_their_own(studio: Studio, quick):
    studio.registry.set_user("ada", hash_password("engine no. 1"))
    with TestClient(
        create_application(studio, Access(studio.registry, TOKEN)), base_url=HOST
    ) as client:
        assert client.get("/api/v1/access").json()["way"] == "users"
        assert logged_in(client, "ada", "wrong") == 401
        assert logged_in(client, "bob", "engine no. 1") == 401
        assert logged_in(client, "ada", "engine no. 1") == 200
        assert client.get("/api/v1/access").json()["user"] == "ada"
        studio.registry.remove_user("ada")
        studio.registry.set_user("eve", hash_password("another one"))
        assert client.get("/api/v1/projects").status_code == 401


def test_the_secret_of_cookies_is_for_its_owner_only(anonymous, studio):
    anonymous.get(f"/?token={TOKEN}")
    assert (studio.home / "secret.key").stat().st_mode & 0o777 == 0o600


def test_pages_stay_inside_their_folder(anonymous):
    assert "Hornbook" in anonymous.get("/projects/my-project").text
    assert anonymous.get("/assets/app.js").text == "1"
    assert anonymous.get("/assets/none.js").status_code == 404
    for path in ("/..%2fsecret.txt", "/assets/..%2f..%2fsecret.txt", "/%2e%2e/secret.txt"):
        assert "secret" not in anonymous.get(path).text
    policy = anonymous.get("/").headers["content-security-policy"]
    assert "default-src 'self'" in policy


def test_tensorboard_is_for_those_who_came_in(anonymous):
    assert anonymous.get("/tensorboard/").status_code == 401

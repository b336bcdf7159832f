from __future__ import annotations

import pytest

DATASETS = "/api/v1/projects/my-project/datasets"


def test_an_upload_becomes_a_dataset(client, upload, rows, studio):
    info = upload().json()
    assert (info["state"], info["n_rows"], info["n_columns"]) == ("ready", 200, 3)
    assert [column["name"] for column in info["columns"]] == ["age", "city", "bought"]
    assert info["path"].startswith(str(studio.home / "projects" / "my-project" / "uploads"))
    assert [one["name"] for one in client.get(DATASETS).json()] == ["people"]


def test_rows_come_from_anywhere_in_the_table(client, upload, rows):
    upload()
    page = client.get(f"{DATASETS}/people/rows", params={"start": 195, "count": 100}).json()
    assert (page["start"], page["total"], len(page["rows"])) == (195, 200, 5)
    assert page["rows"][0] == [20 + 195 % 40, "Rome", 1]
    beyond = client.get(f"{DATASETS}/people/rows", params={"start": 10_000}).json()
    assert beyond["rows"] == []


def test_a_distribution_counts_all_rows(client, upload, rows):
    upload()
    city = client.get(f"{DATASETS}/people/distribution", params={"column": "city"}).json()
    assert dict(zip(city["labels"], city["counts"], strict=True)) == {"Paris": 133, "Rome": 67}
    age = client.get(f"{DATASETS}/people/distribution", params={"column": "age"}).json()
    assert sum(age["counts"]) == 200
    assert len(age["edges"]) == len(age["counts"]) + 1
    none = client.get(f"{DATASETS}/people/distribution", params={"column": "nme"})
    assert none.status_code == 404


def test_rows_that_did_not_parse_are_shown(client, upload, rows):
    upload(rows + "30,Rome,1,too many\n")
    [rejected] = client.get(f"{DATASETS}/people/rejected").json()
    assert rejected["line"] == 202
    assert "too many" in rejected["text"]


def test_a_large_upload_is_refused_and_leaves_nothing(client, upload, rows, studio):
    answer = upload("a\n" + "1\n" * 60_000)
    assert answer.status_code == 400
    assert "--upload-limit" in answer.json()["fix"]
    uploads = studio.home / "projects" / "my-project" / "uploads"
    assert not uploads.exists() or not list(uploads.iterdir())


@pytest.mark.parametrize(
    "file_name", ["../../evil.csv", "/etc/evil.csv", "..\\evil.csv", ".evil.csv"]
)
def test_an_upload_stays_inside_the_project(client, upload, rows, studio, file_name):
    answer = upload(name="evil", file_name=file_name)
    assert answer.status_code == 201
    assert answer.json()["path"].startswith(str(studio.home / "projects"))
    assert answer.json()["path"].endswith("/evil.csv")


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".hidden"])
def test_a_name_that_is_no_name_is_refused(client, upload, rows, name):
    assert upload(name=name).status_code in (400, 422)


def test_a_file_of_the_server_stays_when_its_dataset_goes(client, upload, rows, tmp_path):
    path = tmp_path / "table.csv"
    path.write_text(rows)
    assert client.post(DATASETS, json={"name": "mine", "path": str(path)}).status_code == 201
    again = client.post(DATASETS, json={"name": "mine", "path": str(path)})
    assert again.status_code == 400
    assert client.delete(f"{DATASETS}/mine").status_code == 204
    assert path.exists()
    assert client.get(f"{DATASETS}/mine").status_code == 404
    none = client.post(DATASETS, json={"name": "none", "path": "/no/such.csv"})
    assert none.status_code == 404


def test_a_file_that_is_no_table_says_why(client, upload, rows):
    info = upload("").json()
    assert info["state"] == "failed"
    assert info["error"]


def test_projects_are_made_and_named(client, upload, rows):
    made = client.post("/api/v1/projects", json={"name": "Ventes & Co"}).json()
    assert made["key"] == "ventes-co"
    assert [one["name"] for one in client.get("/api/v1/projects").json()] == [
        "My project",
        "Ventes & Co",
    ]
    assert client.post("/api/v1/projects", json={"name": "  "}).status_code == 400
    assert client.get("/api/v1/projects/nothing/datasets").status_code == 404


def test_images_of_a_folder_are_listed_and_shown_small(client, upload, rows, tmp_path):
    from PIL import Image

    folder = tmp_path / "pets"
    folder.mkdir()
    Image.new("RGB", (400, 200), "red").save(folder / "a.jpg")
    (folder / "notes.txt").write_text("no image")
    client.post("/api/v1/folders", json={"name": "pets", "path": str(folder)})
    listed = client.get("/api/v1/folders/pets/files").json()
    assert listed["paths"] == ["/a.jpg", "/notes.txt"]
    small = client.get("/api/v1/folders/pets/thumbnail", params={"path": "/a.jpg"})
    assert small.headers["content-type"] == "image/jpeg"
    for path in ("/notes.txt", "/../../etc/passwd"):
        answer = client.get("/api/v1/folders/pets/thumbnail", params={"path": path})
        assert answer.status_code == 422

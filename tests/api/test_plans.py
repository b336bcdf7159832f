from __future__ import annotations

from hornbook.data.set_recipes import NotedSet, SetRecipes
from hornbook.design import DesignFolder
from hornbook.training.set_recipe import set_recipe


def plan_of(client, task):
    answer = client.get(f"{task}/plan")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_plan_says_what_is_known_before_the_data_are_read(client, task):
    found = plan_of(client, task)
    plan = found["plan"]
    assert (plan["models"], plan["features"], plan["table_rows"]) == (1, 2, 200)
    assert (plan["train_rows"], plan["test_rows"]) == (160, 40)
    assert plan["sets"] == []
    assert plan["backend"] == "jax"
    assert any("once the data are read" in one for one in plan["unknown"])
    assert found["queue"] == {"limit": 1, "running": 0, "waiting": 0}


def test_a_plan_follows_the_design(client, task):
    edit = {
        "settings": [
            {"path": ["split", "folds"], "value": 4},
            {"path": ["split", "validation_share"], "value": 0.2},
            {"path": ["sampling"], "value": {"method": "first", "rows": 100}},
            {"path": ["features", "city", "role"], "value": "reject"},
            {"path": ["training", "cache_preprocessed"], "value": False},
        ]
    }
    client.patch(f"{task}/design", json=edit)
    plan = plan_of(client, task)["plan"]
    assert (plan["models"], plan["features"]) == (5, 1)
    assert (plan["train_rows"], plan["validation_rows"], plan["test_rows"]) == (60, 15, 25)
    assert plan["keeps_sets"] is False


def test_a_plan_names_noted_sets_until_the_design_changes(client, task, studio):
    folder = studio.registry.tasks()[0].folder
    recipe = set_recipe(DesignFolder.read(folder))
    noted = [NotedSet("train", 158, "gone"), NotedSet("test", 40)]
    SetRecipes.of_workspace(studio.home).note(recipe, noted)
    plan = plan_of(client, task)["plan"]
    assert plan["sets"] == [
        {"name": "train", "n_rows": 158, "computed": None},
        {"name": "test", "n_rows": 40, "computed": None},
    ]
    assert (plan["train_rows"], plan["unknown"]) == (158, [])
    edit = {"settings": [{"path": ["training", "epochs"], "value": 3}]}
    client.patch(f"{task}/design", json=edit)
    assert plan_of(client, task)["plan"]["train_rows"] == 158
    edit = {"settings": [{"path": ["features", "age", "rescaling"], "value": "minmax"}]}
    client.patch(f"{task}/design", json=edit)
    assert plan_of(client, task)["plan"]["sets"] == []


def test_a_design_with_mistakes_has_no_plan_but_the_queue(client, task):
    client.post(f"{task}/sessions", json={})
    edit = {"settings": [{"path": ["training", "epochs"], "value": 0}]}
    client.patch(f"{task}/design", json=edit)
    found = plan_of(client, task)
    assert found["plan"] is None
    assert found["queue"]["waiting"] == 1


def test_an_estimate_needs_a_check(client, task):
    answer = client.get(f"{task}/estimate")
    assert answer.status_code == 404
    assert answer.json()["fix"] == "Validate its design first."


def test_a_device_that_is_not_there_is_refused(client, task):
    edit = {"settings": [{"path": ["runtime", "device"], "value": "gpu:99"}]}
    assert client.patch(f"{task}/design", json=edit).json()["problems"] == []
    for path in ("check", "sessions"):
        answer = client.post(f"{task}/{path}", json={})
        assert answer.status_code == 404, answer.text
        assert "'gpu:99'" in answer.json()["detail"]
    assert client.get(f"{task}/sessions").json() == []
    edit = {"settings": [{"path": ["runtime", "device"], "value": "tpu"}]}
    [problem] = client.patch(f"{task}/design", json=edit).json()["problems"]
    assert problem["key"] == "runtime.device"


def test_all_tasks_are_listed_by_name(client, task):
    client.post("/api/v1/projects", json={"name": "Other"})
    client.post("/api/v1/projects/other/samples/wine")
    found = client.get("/api/v1/tasks").json()
    assert [(one["name"], one["project"]) for one in found] == [
        ("predict-quality", "Other"),
        ("predict-bought", "My project"),
    ]


def test_the_runtime_says_devices_and_packages(client):
    found = client.get("/api/v1/runtime").json()
    cpu = found["devices"][0]
    assert cpu["device"] == "cpu"
    assert 0 < cpu["used_mb"] < cpu["total_mb"]
    versions = {one["name"]: one["version"] for one in found["packages"]}
    assert versions["keras"].startswith("3.")
    backends = {one["name"]: one["version"] for one in found["all_backends"]}
    assert set(backends) == {"jax", "tensorflow", "torch"}
    assert {name for name, version in backends.items() if version} == set(found["backends"])


def test_samples_are_brought_with_their_files(client, studio):
    names = [one["name"] for one in client.get("/api/v1/samples").json()]
    assert names == ["wine", "adult", "digits"]
    made = client.post("/api/v1/projects/my-project/samples/adult").json()
    assert (made["target"], made["prediction_type"]) == ("income", "binary")
    made = client.post("/api/v1/projects/my-project/samples/digits").json()
    assert made["prediction_type"] == "multiclass"
    task = f"/api/v1/tasks/{made['reference']}"
    design = client.get(f"{task}/design").json()
    assert design["problems"] == []
    assert design["written"]["features"]["image"]["type"] == "image"
    assert design["n_rows"] == 600
    # A second time the dataset is there, and another task is made of it.
    again = client.post("/api/v1/projects/my-project/samples/digits").json()
    assert again["reference"] != made["reference"]
    assert len(client.get("/api/v1/projects/my-project/datasets").json()) == 2

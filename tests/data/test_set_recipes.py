from __future__ import annotations

from hornbook.data import set_recipes
from hornbook.data.set_recipes import NotedSet, SetRecipes


def test_what_is_noted_is_read_again(tmp_path):
    recipes = SetRecipes(tmp_path / "recipes")
    assert recipes.read("a") is None
    noted = (NotedSet("train", 80, "k1"), NotedSet("test", 20))
    recipes.note("a", noted)
    assert recipes.read("a") == noted
    (tmp_path / "recipes" / "b.json").write_text('[{"other": 1}]')
    assert recipes.read("b") is None


def test_the_oldest_notes_are_dropped(tmp_path, monkeypatch):
    monkeypatch.setattr(set_recipes, "_MOST_NOTES", 2)
    recipes = SetRecipes(tmp_path)
    for number, name in enumerate("abc"):
        recipes.note(name, [NotedSet("train", number)])
    assert len(list(tmp_path.glob("*.json"))) == 2
    assert recipes.read("c") is not None

"""The user's Python files, read without running them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from hornbook.errors import Problem

__all__ = ["SourceFile"]


@dataclass(frozen=True)
class SourceFile:
    """One Python file of a design.

    Attributes:
        name: what the user calls it, e.g. `"architecture.py"`.
        text: its source.
        decode_error: why its bytes are no text, if they are not.
    """

    name: str
    text: str
    decode_error: str | None = None

    @classmethod
    def read(cls, path: Path) -> SourceFile:
        """Reads a file; `name` is the file's own."""
        try:
            return cls(path.name, path.read_text("utf-8"))
        except UnicodeDecodeError as error:
            return cls(path.name, "", str(error))

    @cached_property
    def syntax_problem(self) -> Problem | None:
        """What keeps the file from being Python, if anything does."""
        if self.decode_error is not None:
            message = f"not UTF-8 text: {self.decode_error}"
            return Problem(message, self.name, fix="Save the file as UTF-8.")
        try:
            ast.parse(self.text)
        except SyntaxError as error:
            line = (error.text or "").strip()
            message = f"{error.msg}: {line}" if line else error.msg
            return Problem(f"not valid Python: {message}", self.name, error.lineno)
        except ValueError as error:
            return Problem(f"not valid Python: {error}", self.name)
        return None

    @cached_property
    def _tree(self) -> ast.Module:
        return ast.parse("" if self.syntax_problem else self.text)

    @cached_property
    def names(self) -> frozenset[str]:
        """What the module defines, assigns or imports at its top level; `*` for a star import."""
        return frozenset(_names_of(self._tree))

    def line_of_function(self, name: str) -> int | None:
        """The line of a top-level function."""
        for node in self._tree.body:
            if isinstance(node, ast.FunctionDef) and node.name == name:
                return node.lineno
        return None

    def line_of_input(self, name: str) -> int | None:
        """The line that declares an input by `name="…"`, or else looks up its shape."""
        for call in self._calls():
            for keyword in call.keywords:
                if keyword.arg == "name" and _is_text(keyword.value, name):
                    return call.lineno
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Subscript) and _is_text(node.slice, name):
                return node.lineno
        return None

    def line_of_output(self) -> int | None:
        """The line on which the last layer of `build_model` is most likely made."""
        function = next(
            (
                node
                for node in self._tree.body
                if isinstance(node, ast.FunctionDef) and node.name == "build_model"
            ),
            None,
        )
        if function is None:
            return None
        layers = [
            node.lineno
            for node in ast.walk(function)
            if isinstance(node, ast.Call) and _called_name(node).endswith(("Dense", "Activation"))
        ]
        return max(layers, default=function.lineno)

    @cached_property
    def called_names(self) -> frozenset[str]:
        """The last part of every name that is called, e.g. `"Conv2D"`."""
        return frozenset(_called_name(call) for call in self._calls())

    @cached_property
    def imports(self) -> frozenset[str]:
        """Every module that is imported, dotted, with the names imported from it."""
        found: set[str] = set()
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Import):
                found.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.update(f"{node.module}.{alias.name}" for alias in node.names)
        return frozenset(found)

    def attributes_of_module(self, module: str) -> frozenset[str]:
        r"""The attributes the code reads of an imported module, under any alias.

        Example:
            >>> source = SourceFile("a.py", "import tensorflow as tf\ntf.nn.relu(tf.keras)")
            >>> sorted(source.attributes_of_module("tensorflow"))
            ['keras', 'nn']
        """
        aliases = {
            alias.asname or alias.name
            for node in ast.walk(self._tree)
            if isinstance(node, ast.Import)
            for alias in node.names
            if alias.name == module
        }
        return frozenset(
            node.attr
            for node in ast.walk(self._tree)
            if isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id in aliases
        )

    def _calls(self) -> Iterator[ast.Call]:
        return (node for node in ast.walk(self._tree) if isinstance(node, ast.Call))


def _names_of(node: ast.AST) -> Iterator[str]:
    """The names that a statement gives to its module, those inside `if` and `try` included."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield from ((alias.asname or alias.name).split(".")[0] for alias in node.names)
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    else:
        for child in ast.iter_child_nodes(node):
            yield from _names_of(child)


def _called_name(call: ast.Call) -> str:
    function = call.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _is_text(node: ast.expr, text: str) -> bool:
    return isinstance(node, ast.Constant) and node.value == text

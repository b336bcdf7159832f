"""The grammar of row filters: from `age >= 30 and city = 'Oslo'` to a tree.

A filter is the condition of an SQL `WHERE`, without queries: it can compare columns of the row
with each other and with values, and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from hornbook.errors import DataError

__all__ = [
    "Among",
    "Binary",
    "Call",
    "IsMissing",
    "Like",
    "Literal",
    "Name",
    "Negation",
    "Node",
    "filter_error",
    "parse_filter",
]

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?!\w))
      | (?P<text>'(?:[^']|'')*')
      | (?P<quoted>"(?:[^"]|"")*")
      | (?P<word>[^\W\d]\w*)
      | (?P<symbol><=|>=|<>|!=|==|[=<>+\-*/%(),])
    )""",
    re.VERBOSE,
)
_KEYWORDS = frozenset({"and", "or", "not", "in", "between", "is", "null", "like", "true", "false"})
_COMPARISONS = {"==": "=", "<>": "!=", **{one: one for one in ("=", "!=", "<", "<=", ">", ">=")}}
_EXAMPLE = "Write a condition such as: age >= 30 and city = 'Oslo'."
_MOST_CHARACTERS = 100_000
_DEEPEST = 60
_LONGEST_CHAIN = 100


@dataclass(frozen=True)
class Node:
    """A part of a filter; `at` is the 0-based character it starts at."""

    at: int


@dataclass(frozen=True)
class Literal(Node):
    """A value that stands in the filter."""

    value: str | int | float | bool


@dataclass(frozen=True)
class Name(Node):
    """A column; `quoted` where it stood in double quotes."""

    column: str
    quoted: bool


@dataclass(frozen=True)
class Negation(Node):
    """`not …` or `-…`, as `operator` says."""

    operator: str
    operand: Node


@dataclass(frozen=True)
class Binary(Node):
    """Operands joined by one operator; `and` and `or` may join more than two."""

    operator: str
    operands: tuple[Node, ...]


@dataclass(frozen=True)
class Among(Node):
    """`… in (…)`."""

    operand: Node
    choices: tuple[Literal, ...]


@dataclass(frozen=True)
class IsMissing(Node):
    """`… is null`."""

    operand: Node


@dataclass(frozen=True)
class Like(Node):
    """`… like '…'`, where `%` stands for any text and `_` for any one character."""

    operand: Node
    pattern: str


@dataclass(frozen=True)
class Call(Node):
    """A function of one value."""

    function: str
    argument: Node


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    at: int


def filter_error(text: str, at: int, message: str, fix: str | None = None) -> DataError:
    """An error that points into a filter."""
    shown = text.strip()
    start = max(0, at - 30)
    near = text[start : at + 30].strip()
    where = f"'{shown}'" if len(shown) <= 80 else f"'…{near}…'"
    return DataError(
        f"the filter {where} is wrong at character {at + 1}: {message}", fix=fix or _EXAMPLE
    )


def parse_filter(text: str) -> Node:
    """The tree of a filter.

    Raises:
        DataError: the text is no filter; says at which character, and why.

    Example:
        >>> parse_filter("age >= 30").operator
        '>='
    """
    if len(text) > _MOST_CHARACTERS:
        raise DataError(
            f"the filter has {len(text):,} characters, {_MOST_CHARACTERS:,} are the most",
            fix="Add a column that says which rows to take, and name that.",
        )
    parser = _Parser(text)
    tree = parser.condition()
    parser.expect_end()
    return tree


def _tokens(text: str) -> list[_Token]:
    tokens, position = [], 0
    end = len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None:
            at = position + len(text[position:]) - len(text[position:].lstrip())
            raise filter_error(text, at, *_unreadable(text[at]))
        kind = match.lastgroup or ""
        token = _Token(kind, match[kind], match.start(kind))
        if kind == "word" and token.text.lower() in _KEYWORDS:
            token = _Token("keyword", token.text.lower(), token.at)
        tokens.append(token)
        position = match.end()
    return [*tokens, _Token("end", "", end)]


def _unreadable(character: str) -> tuple[str, str]:
    if character in "'\"":
        return f"the {character} is never closed", f"Close it with another {character}."
    if character.isdigit():
        return "a number runs into letters", 'Put names that start with a digit in "…".'
    return (
        f"'{character}' means nothing here",
        "Names with spaces or signs stand in \"…\", texts in '…'.",
    )


class _Parser:
    """Reads the tokens from left to right, one method for each level of binding."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = _tokens(text)
        self._position = 0
        self._depth = 0

    def condition(self) -> Node:
        """`… or …`, the loosest binding."""
        return self._joined("or", lambda: self._joined("and", self._negated))

    def expect_end(self) -> None:
        """Refuses what is left over."""
        token = self._token
        if token.kind != "end":
            raise self._error(
                f"'{token.text}' does not go on from what stands before",
                "Join conditions with and, or; put texts in '…'.",
            )

    @property
    def _token(self) -> _Token:
        return self._tokens[self._position]

    def _error(self, message: str, fix: str | None = None) -> DataError:
        return filter_error(self._text, self._token.at, message, fix)

    def _accept(self, *texts: str) -> _Token | None:
        token = self._token
        if token.kind in ("keyword", "symbol") and token.text in texts:
            self._position += 1
            return token
        return None

    def _expect(self, text: str) -> None:
        if self._accept(text) is None:
            raise self._error(f"expected {text}, found {self._found()}")

    def _found(self) -> str:
        return "the end" if self._token.kind == "end" else f"'{self._token.text}'"

    def _joined(self, word: str, part: Callable[[], Node]) -> Node:
        first = part()
        operands = [first]
        while self._accept(word):
            operands.append(part())
        return first if len(operands) == 1 else Binary(first.at, word, tuple(operands))

    def _negated(self) -> Node:
        count, at = 0, self._token.at
        while self._accept("not"):
            count += 1
        node = self._predicate()
        return Negation(at, "not", node) if count % 2 else node

    def _predicate(self) -> Node:
        left = self._sum()
        comparison = self._accept(*_COMPARISONS)
        if comparison:
            operator = _COMPARISONS[comparison.text]
            return Binary(left.at, operator, (left, self._sum()))
        if self._accept("is"):
            negated = self._accept("not") is not None
            self._expect("null")
            return self._maybe_not(IsMissing(left.at, left), negated)
        negated = self._accept("not") is not None
        if self._accept("in"):
            return self._maybe_not(Among(left.at, left, self._choices()), negated)
        if self._accept("between"):
            low = self._sum()
            self._expect("and")
            high = self._sum()
            both = (Binary(left.at, ">=", (left, low)), Binary(left.at, "<=", (left, high)))
            return self._maybe_not(Binary(left.at, "and", both), negated)
        if self._accept("like"):
            pattern = self._token
            if pattern.kind != "text":
                raise self._error(f"expected a text such as 'A%', found {self._found()}")
            self._position += 1
            return self._maybe_not(Like(left.at, left, _unquoted(pattern.text)), negated)
        if negated:
            raise self._error(f"expected in, between or like, found {self._found()}")
        return left

    @staticmethod
    def _maybe_not(node: Node, negated: bool) -> Node:
        return Negation(node.at, "not", node) if negated else node

    def _choices(self) -> tuple[Literal, ...]:
        self._expect("(")
        choices = [self._choice()]
        while self._accept(","):
            choices.append(self._choice())
        self._expect(")")
        return tuple(choices)

    def _choice(self) -> Literal:
        sign = -1 if self._accept("-") else 1
        node = self._primary()
        if not isinstance(node, Literal) or (sign < 0 and not _is_number(node.value)):
            raise filter_error(
                self._text,
                node.at,
                "in lists values, such as in ('Oslo', 'Bergen') or in (1, 2)",
                "Put texts in '…'.",
            )
        return Literal(node.at, -node.value) if sign < 0 else node  # type: ignore[operator]

    def _sum(self) -> Node:
        return self._chain(("+", "-"), lambda: self._chain(("*", "/", "%"), self._signed))

    def _chain(self, operators: tuple[str, ...], part: Callable[[], Node]) -> Node:
        node: Node = part()
        length = 0
        while operator := self._accept(*operators):
            length += 1
            if length > _LONGEST_CHAIN:
                raise self._error(f"more than {_LONGEST_CHAIN} terms in a row")
            node = Binary(node.at, operator.text, (node, part()))
        return node

    def _signed(self) -> Node:
        sign = self._accept("-")
        if sign is None:
            return self._primary()
        operand = self._primary()
        if isinstance(operand, Literal) and _is_number(operand.value):
            return Literal(sign.at, -operand.value)  # type: ignore[operator]
        return Negation(sign.at, "-", operand)

    def _primary(self) -> Node:  # noqa: PLR0911
        token = self._token
        if self._accept("("):
            return self._bracketed(self.condition)
        if self._accept("true", "false"):
            return Literal(token.at, token.text == "true")
        if token.text == "null" and token.kind == "keyword":
            raise self._error("nothing is equal to null", "Write: is null, or: is not null.")
        if token.kind not in ("number", "text", "quoted", "word"):
            raise self._error(f"expected a column or a value, found {self._found()}")
        self._position += 1
        if token.kind == "number":
            return Literal(token.at, _number(token.text))
        if token.kind == "text":
            return Literal(token.at, _unquoted(token.text))
        if token.kind == "quoted":
            return Name(token.at, token.text[1:-1].replace('""', '"'), quoted=True)
        if self._accept("("):
            return Call(token.at, token.text.lower(), self._bracketed(self._sum))
        return Name(token.at, token.text, quoted=False)

    def _bracketed(self, inside: Callable[[], Node]) -> Node:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._error("it is nested too deeply", "Write fewer brackets in each other.")
        node = inside()
        self._depth -= 1
        self._expect(")")
        return node


def _number(text: str) -> int | float:
    if text.isdigit() and abs(int(text)) < 2**63:
        return int(text)
    return float(text)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _unquoted(text: str) -> str:
    return text[1:-1].replace("''", "'")

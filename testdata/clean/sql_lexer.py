"""A lexer and a formatter for SQL text: it reads statements, it never runs one."""
import enum
import re
from collections.abc import Iterator
from dataclasses import dataclass

KEYWORDS = frozenset(
    "SELECT FROM WHERE AND OR NOT IN IS NULL INSERT INTO VALUES UPDATE SET DELETE JOIN ON GROUP BY ORDER LIMIT".split()
)
EXAMPLE = "SELECT name FROM users WHERE id = 1"
HELP = f"""\
usage: sqlfmt <file>

Select a file to format; for example one that holds
    {EXAMPLE}
"""


class Kind(enum.Enum):
    KEYWORD = enum.auto()
    NAME = enum.auto()
    NUMBER = enum.auto()
    STRING = enum.auto()
    PLACEHOLDER = enum.auto()
    OPERATOR = enum.auto()


PATTERN = re.compile(
    r"""
    (?P<space>\s+|--[^\n]*)
  | (?P<string>'(?:[^']|'')*')
  | (?P<number>\d+(?:\.\d+)?)
  | (?P<name>[A-Za-z_][A-Za-z_0-9]*|"[^"]+")
  | (?P<placeholder>\?|%s|:[a-z_]+|\$\d+)
  | (?P<operator><=|>=|<>|!=|[-+*/=<>(),.;])
    """,
    re.VERBOSE,
)


@dataclass(frozen=True)
class Token:
    kind: Kind
    text: str
    position: int

    def __str__(self) -> str:
        return f"<{self.kind.name} {self.text}>"


class SqlSyntaxError(ValueError):
    def __init__(self, text: str, position: int):
        super().__init__(f"unexpected {text[position:position + 10]!r} at {position}: select from a table, or delete from one")
        self.position = position


def tokenize(text: str) -> Iterator[Token]:
    position = 0
    while position < len(text):
        match = PATTERN.match(text, position)
        if match is None:
            raise SqlSyntaxError(text, position)
        position = match.end()
        if match.lastgroup == "space":
            continue
        kind = Kind[match.lastgroup.upper()]
        if kind is Kind.NAME and match.group().upper() in KEYWORDS:
            kind = Kind.KEYWORD
        yield Token(kind, match.group(), match.start())


class Formatter:
    """Puts each clause on a line of its own."""

    STARTERS = {"FROM", "WHERE", "GROUP", "ORDER", "LIMIT", "VALUES", "SET"}

    def __init__(self, indent: str = "  "):
        self.indent = indent
        self.lines: list[str] = []

    def execute(self, text: str) -> str:
        current: list[str] = []
        for token in tokenize(text):
            word = token.text.upper() if token.kind is Kind.KEYWORD else token.text
            if word in self.STARTERS and current:
                self.lines.append(" ".join(current))
                current = []
            current.append(word)
        self.lines.append(" ".join(current))
        return "\n".join(self.lines)


def tables(text: str) -> set[str]:
    """The tables that a statement reads from or writes to."""
    found = set()
    tokens = list(tokenize(text))
    for before, after in zip(tokens, tokens[1:]):
        if before.text.upper() in {"FROM", "INTO", "UPDATE", "JOIN"} and after.kind is Kind.NAME:
            found.add(after.text.strip('"'))
    return found


def placeholders(text: str) -> int:
    return sum(token.kind is Kind.PLACEHOLDER for token in tokenize(text))


def describe(text: str) -> str:
    names = ", ".join(sorted(tables(text))) or "nothing"
    return f"This statement selects from {names} and takes {placeholders(text)} values."


def explain(text: str) -> dict[str, object]:
    first = next(tokenize(text), None)
    if first is None or first.text.upper() not in {"SELECT", "INSERT", "UPDATE", "DELETE"}:
        raise ValueError("Begin with SELECT, INSERT INTO, UPDATE ... SET or DELETE FROM.")
    return {"kind": first.text.upper(), "tables": sorted(tables(text)), "text": Formatter().execute(text)}


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print(HELP)
        return 2
    with open(arguments[0], encoding="utf-8") as handle:
        print(Formatter().execute(handle.read()))
    return 0

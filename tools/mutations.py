"""Mutations of code that decides who may: each takes one condition, filter, refusal or guard away.

A mutation is a new source text of one file. An `if` that raises or returns never happens and any other always
does, one part of an `and` or `or` is dropped, a yes or no is always yes, a set difference keeps everything, a
comprehension loses its filter, a `raise` becomes nothing, a decorator goes, and in SQL one comparison is always true.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

# A comparison of a column with a parameter, in SQL; `SET name = %s` is none.
COMPARISON = re.compile(
    r"(?<!SET )\b[a-z_]+\.?[a-z_]*(?:\([^()]*\))?(?:::text)? (?:=|<>|<=|>=|LIKE|<) "
    r"(?:(?:ANY|ALL)\(%(?:\([a-z]+\))?s(?:::[a-z]+\[\])?\)|%(?:\([a-z]+\))?s)"
)
# What stands in SQL for a whole condition that another function wrote.
CONDITION = re.compile(r"visible|seen|readable", re.IGNORECASE)


@dataclass(frozen=True)
class Mutation:
    """One change: where, what, and the source that it makes."""

    path: str
    line: int
    what: str
    source: str

    @property
    def name(self) -> str:
        return f"{self.path}:{self.line} {self.what}"


def mutations(root: Path, path: str, functions: frozenset[str] = frozenset()) -> Iterator[Mutation]:
    """All mutations of a file, or of these functions and classes of it, each of another syntax tree."""
    text = (root / path).read_text(encoding="utf-8")
    if path.endswith(".sql"):
        yield from _of_sql(path, text)
        return
    tree = ast.parse(text)
    before = ast.unparse(tree)
    for at, statement in enumerate(tree.body):
        # Of the tree only this statement is copied for each mutation; the rest is the same in all of them.
        for place, (node, inside) in enumerate(_walk(ast.Module([statement], []))):
            if functions and not functions & {inside, ".".join(inside.split(".")[:2]), inside.split(".")[0]}:
                continue
            for what, change in _changes(node):
                other = ast.Module([copy.deepcopy(statement)], [])
                change(next(n for i, (n, _) in enumerate(_walk(other)) if i == place))
                source = ast.unparse(ast.Module([*tree.body[:at], *other.body, *tree.body[at + 1 :]], []))
                if source != before:
                    yield Mutation(path, getattr(node, "lineno", 0), what, source)


def _walk(tree: ast.AST, inside: str = "") -> Iterator[tuple[ast.AST, str]]:
    """Every node with the names of the classes, functions and assigned names around it, with dots between them."""
    for child in ast.iter_child_nodes(tree):
        own = getattr(child, "name", None) if isinstance(child, ast.stmt) else None
        name = ".".join(filter(None, (inside, own or _assigned(child))))
        yield child, name
        yield from _walk(child, name)


def _assigned(node: ast.AST) -> str:
    target = node.targets[0] if isinstance(node, ast.Assign) else None
    return target.id if isinstance(target, ast.Name) else ""


Change = tuple[str, Callable[[ast.AST], None]]


def _changes(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.If):
        # One that ends here refuses or grants; any other lets something more happen.
        value = not isinstance(node.body[-1], ast.Raise | ast.Return | ast.Continue)
        yield f"if {_short(node.test)} → if {value}", _set("test", ast.Constant(value))
    if isinstance(node, ast.BoolOp):
        for i, part in enumerate(node.values):
            yield f"{type(node.op).__name__.lower()} without {_short(part)}", _drop("values", i)
    if isinstance(node, ast.comprehension):
        for i, test in enumerate(node.ifs):
            yield f"no filter {_short(test)}", _drop("ifs", i)
    if isinstance(node, ast.Return) and node.value is not None and _is_question(node.value):
        yield f"return {_short(node.value)} → True", _set("value", ast.Constant(value=True))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub) and isinstance(node.right, ast.Set | ast.Name):
        yield f"{_short(node)} → {_short(node.left)}", _left
    yield from _guards(node)
    yield from _sql(node)


def _guards(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.FunctionDef):
        for i, decorator in enumerate(node.decorator_list):
            if _short(decorator) in ("page", "post_only"):
                yield f"without @{_short(decorator)}", _drop("decorator_list", i)
    for name in ("body", "orelse"):
        lines = getattr(node, name, None) or [] if isinstance(node, ast.stmt) and not isinstance(node, ast.If) else []
        for i, line in enumerate(lines):
            called = isinstance(line, ast.Expr) and isinstance(line.value, ast.Call)
            if isinstance(line, ast.Raise) or (
                called and re.match(r"(_?refuse|_?check|administrator_of)", _short(line))
            ):
                yield f"without {_short(line)}", _skip(name, i)
    if isinstance(node, ast.Assign) and _assigned(node) == "permission_classes":
        yield "permission_classes = []", _set("value", ast.List([], ast.Load()))


def _sql(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        for found in COMPARISON.finditer(node.value):
            text = f"{node.value[: found.start()]}(TRUE OR {found.group()}){node.value[found.end() :]}"
            yield f"sql without {found.group()}", _set("value", text)
    if isinstance(node, ast.JoinedStr):
        for i, part in enumerate(node.values):
            if isinstance(part, ast.FormattedValue) and CONDITION.search(ast.unparse(part.value)):
                yield f"sql without {{{_short(part.value)}}}", _loosen(i)


def _is_question(value: ast.expr) -> bool:
    """Whether the answer is a yes or no."""
    if isinstance(value, ast.Call):
        return isinstance(value.func, ast.Name) and value.func.id in ("bool", "any", "all")
    return isinstance(value, ast.Compare | ast.BoolOp) or (
        isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.Not)
    )


def _short(node: ast.AST) -> str:
    return re.sub(r"\s+", " ", ast.unparse(node))[:70]


def _set(name: str, value: object) -> Callable[[ast.AST], None]:
    def change(node: ast.AST) -> None:
        setattr(node, name, value)

    return change


def _drop(name: str, place: int) -> Callable[[ast.AST], None]:
    def change(node: ast.AST) -> None:
        getattr(node, name).pop(place)

    return change


def _skip(name: str, place: int) -> Callable[[ast.AST], None]:
    def change(node: ast.AST) -> None:
        getattr(node, name)[place] = ast.Pass()

    return change


def _loosen(place: int) -> Callable[[ast.AST], None]:
    def change(node: ast.AST) -> None:
        node.values.insert(place + 1, ast.Constant(")"))  # type: ignore[attr-defined]
        node.values.insert(place, ast.Constant("(TRUE OR "))  # type: ignore[attr-defined]

    return change


def _left(node: ast.AST) -> None:
    node.op, node.right = ast.BitOr(), node.left  # type: ignore[attr-defined]


def _of_sql(path: str, text: str) -> Iterator[Mutation]:
    """Each policy of a file of SQL opened: USING and WITH CHECK conditions, and parts of an AND."""
    for found in re.finditer(r"\b(USING|WITH CHECK) \(", text):
        yield _opened(path, text, found.end(), f"{found.group(1)} (TRUE OR …)")
    for found in re.finditer(r"\bAND (?!\()", text):
        end = re.compile(r"\)?\s*(\bAND\b|\bOR\b|\n|;|$)").search(text, found.end())
        if end is not None:
            atom = text[found.end() : end.start()]
            source = f"{text[: found.end()]}(TRUE OR {atom}){text[end.start() :]}"
            yield Mutation(path, text.count("\n", 0, found.start()) + 1, f"sql without {atom[:60]}", source)


def _opened(path: str, text: str, start: int, what: str) -> Mutation:
    return Mutation(path, text.count("\n", 0, start) + 1, what, f"{text[:start]}TRUE OR {text[start:]}")

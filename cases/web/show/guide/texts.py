"""What each page is for, in both languages, from `cases/data/help/`, by the name of its address."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from django.urls import reverse

from agencies.vocabulary import Label
from cases.web.show.words import say

FOLDER: Final = Path(__file__).resolve().parents[3] / "data" / "help"
GROUPS: Final = {
    "work": Label("办理", "Work on cases"),
    "lists": Label("名单", "Lists"),
    "law": Label("电费、期限与规则", "Money, terms and rules"),
    "watch": Label("监督", "Supervision"),
    "people": Label("人员与消息", "People and messages"),
}
# What somebody without a log-in may have in front of them.
OPEN: Final = frozenset({"login", "logincode", "report", "follow", "check"})


class Help(NamedTuple):
    """One page: how it is called, what is said of it, and the group it belongs to."""

    name: Label
    text: Label
    group: str


class Block(NamedTuple):
    """A paragraph, or the lines of a list."""

    lines: tuple[str, ...]
    is_list: bool


@cache
def texts() -> dict[str, Help]:
    """All pages by their keys."""
    found: dict[str, Help] = {}
    for group in GROUPS:
        path = FOLDER / f"{group}.toml"
        for key, each in tomllib.loads(path.read_text(encoding="utf-8")).items():
            if key in found:
                raise ValueError(f"{path.name}: {key} is there twice")
            found[key] = Help(Label(**each["name"]), Label(each["zh"].strip(), each["en"].strip()), group)
    return found


def key_of(view_name: str) -> str:
    """The key of the page with this address: its name, without `web:` before it."""
    return view_name.removeprefix("web:")


def address(view_name: str | None) -> str:
    """Where the help for a page is read; nothing where there is none."""
    key = key_of(view_name or "")
    return reverse("web:help", args=[key]) if key in texts() else ""


def contents() -> list[tuple[Label, list[tuple[str, Label]]]]:
    """The groups with their pages: (key, name)."""
    return [
        (name, [(key, each.name) for key, each in texts().items() if each.group == group])
        for group, name in GROUPS.items()
    ]


def blocks(key: str) -> list[Block]:
    """The text of a page in the language that is set; KeyError where there is none."""
    found: list[Block] = []
    for line in say(texts()[key].text).splitlines():
        text, is_list = line.removeprefix("- "), line.startswith("- ")
        if found and is_list and found[-1].is_list:
            found[-1] = Block((*found[-1].lines, text), is_list=True)
        elif line:
            found.append(Block((text,), is_list))
    return found

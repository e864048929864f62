"""The text of a paper: what is committed with the act, hashed, and printed from. Values only, no database."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import Any

import orjson

from audit.chain import canonical

FORM = 1


@dataclass(frozen=True, slots=True)
class Section:
    """Some paragraphs, under a heading where the paper has headings."""

    heading: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """One version of one document, as its readers get it.

    `blanks` are lines that are filled in by hand on the copy that is handed over: no personal data stands in the text.
    `earlier` is the hash of the version that this one corrects.
    """

    kind: str
    template: str
    template_sha256: str
    agency: str
    number: str
    title: str
    to: str
    date: str
    case: str
    sections: tuple[Section, ...]
    blanks: tuple[str, ...] = ()
    attachments: tuple[str, ...] = ()
    copies: str = ""
    signer: str = ""
    version: int = 1
    earlier: str = ""

    def as_dict(self) -> dict[str, Any]:
        return {"form": FORM, **asdict(self)}

    @property
    def content(self) -> bytes:
        """The bytes that are kept and hashed: RFC 8785."""
        return canonical(self.as_dict())

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def paper_of(content: bytes) -> Paper:
    """The paper whose text was kept; ValueError where it is none of ours."""
    found = orjson.loads(content)
    if found.pop("form", None) != FORM:
        raise ValueError("this is not the text of a document")
    sections = tuple(Section(row["heading"], tuple(row["paragraphs"])) for row in found.pop("sections"))
    lists: dict[str, Any] = {name: tuple(found.pop(name)) for name in ("blanks", "attachments")}
    return Paper(**found, **lists, sections=sections)

"""The message catalogue of the pages: Chinese msgids from templates and code, English in `django.po`, compiled.

`messages.py` extracts and merges, keeping what is translated, and compiles; `messages.py --check` changes nothing and
exits 1 where a sentence has no English or the compiled file is not that of the catalogue.
"""

from __future__ import annotations

import ast
import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
PO = ROOT / "cases" / "locale" / "en" / "LC_MESSAGES" / "django.po"
MO = PO.with_suffix(".mo")
PLACES = ("cases/templates/**/*.html", "notifications/templates/**/*.html")
CODE = ("cases/web/**/*.py", "cases/templatetags/*.py", "notifications/**/*.py")
UNDATED = datetime(2000, 1, 1, tzinfo=UTC)
# How many of what it is given are sentences: the one, or the one for one and the one for many.
KEYWORDS = {"gettext": 1, "gettext_lazy": 1, "_": 1, "ngettext": 2}


def sentences() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Where each sentence stands, and the sentence, with its plural where it has one."""
    for pattern in (*PLACES, *CODE):
        for path in sorted(ROOT.glob(pattern)):
            text = path.read_text(encoding="utf-8")
            for said in in_template(text) if path.suffix == ".html" else in_code(text):
                yield path.relative_to(ROOT).as_posix(), said


def in_template(text: str) -> Iterator[tuple[str, ...]]:
    source = io.BytesIO(templatize(text).encode())
    wanted: Any = dict.fromkeys(KEYWORDS) | {"ngettext": (1, 2)}
    found = extract_python(source, wanted, (), {"encoding": "utf-8"})
    for _line, function, message, _comments in cast("Any", found):
        parts = [message] if isinstance(message, str) else [part for part in message if part]
        if parts:
            yield tuple(parts[: KEYWORDS[function]])


def in_code(text: str) -> Iterator[tuple[str, ...]]:
    """Babel reads tokens, and a call within an f-string is none."""
    calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda node: (node.func.lineno, node.func.col_offset)):
        wanted = KEYWORDS.get(call.func.id, 0) if isinstance(call.func, ast.Name) else 0
        said = [str(each.value) for each in call.args[:wanted] if isinstance(each, ast.Constant)]
        if said:
            yield tuple(said)


def merged() -> Catalog:
    """The catalogue in the order of the places, with every translation that still has its sentence."""
    old = read_po(io.BytesIO(PO.read_bytes()), locale="en") if PO.exists() else Catalog(locale="en")
    new = Catalog(locale="en", project="lianzhi", fuzzy=False, header_comment="# English of the pages")
    for place, said in sentences():
        known = old.get(said[0])
        where: Any = [(place, None)]
        new.add(said if len(said) > 1 else said[0], known.string if known else None, locations=where)
    return new


def missing(catalog: Catalog) -> list[str]:
    """Sentences without English."""
    found = []
    for message in catalog:
        said = message.string if isinstance(message.string, tuple) else (message.string,)
        if message.id and not all(said):
            found.append(message.id if isinstance(message.id, str) else message.id[0])
    return found


def compiled(catalog: Catalog) -> bytes:
    """The machine's form, made from the written one so that both say the same and carry no dates."""
    out, read = io.BytesIO(), read_po(io.BytesIO(written(catalog)), locale="en")
    # Babel fills in today; the same sentences have to give the same bytes.
    read.creation_date = read.revision_date = UNDATED
    write_mo(out, read)
    return out.getvalue()


def written(catalog: Catalog) -> bytes:
    out = io.BytesIO()
    write_po(out, catalog, width=0, omit_header=False, sort_output=False, include_lineno=False)
    noise = (b'"Project', b'"Report', b'"POT', b'"PO-', b'"Last-', b'"Language-Team', b'"Generated')
    return b"\n".join(line for line in out.getvalue().split(b"\n") if not line.startswith(noise))


def main() -> int:
    if not settings.configured:
        settings.configure()
    catalog = merged()
    lacking = missing(catalog)
    for sentence in lacking:
        sys.stdout.write(f"no English: {sentence}\n")
    if "--check" in sys.argv:
        stale = not MO.exists() or MO.read_bytes() != compiled(catalog)
        if stale:
            sys.stdout.write("django.mo is not that of the sentences; run: .venv/bin/python tools/messages.py\n")
        return 1 if lacking or stale else 0
    PO.parent.mkdir(parents=True, exist_ok=True)
    PO.write_bytes(written(catalog))
    MO.write_bytes(compiled(catalog))
    return 0


if __name__ == "__main__":
    sys.exit(main())

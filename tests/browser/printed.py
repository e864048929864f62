"""The text of the pages of a PDF that Chromium printed: glyphs of its subset fonts through their ToUnicode tables."""

from __future__ import annotations

import re
import unicodedata
import zlib

_OBJECT = re.compile(rb"(?:^|\n)(\d+) 0 obj\b")
_STREAM = re.compile(rb"/Length (\d+).*?>>\s*stream\r?\n", re.DOTALL)
_SHOWN = re.compile(rb"/(\w+) [\d.]+ Tf|<([0-9A-Fa-f]+)> Tj|/(\w+) Do")
_PAIR = re.compile(rb"<([0-9A-Fa-f]+)> <([0-9A-Fa-f]+)>\s*(?=\n)")
_RANGE = re.compile(rb"<([0-9A-Fa-f]+)> <([0-9A-Fa-f]+)> <([0-9A-Fa-f]+)>")


def page_texts(pdf: bytes) -> list[str]:
    """One text a page, in the order of drawing, without blanks."""
    found = list(_OBJECT.finditer(pdf))
    ends = [*(following.start() for following in found[1:]), len(pdf)]
    objects = {int(start[1]): pdf[start.end() : end] for start, end in zip(found, ends, strict=True)}
    pages = [body for body in objects.values() if re.search(rb"/Type\s*/Page\b", body)]
    return [_text(_refs(page, b"Contents"), page, objects) for page in pages]


def _text(contents: list[int], owner: bytes, objects: dict[int, bytes]) -> str:
    fonts = {name: _unicode(int(number), objects) for name, number in _named(owner, b"Font", objects)}
    forms = {name: int(number) for name, number in _named(owner, b"XObject", objects)}
    said, font = [], {}
    for content in contents:
        for tf, shown, form in _SHOWN.findall(_data(objects[content])):
            if tf:
                font = fonts.get(tf, {})
            elif shown:
                width = len(next(iter(font), b"0000"))
                said += [font.get(shown[n : n + width].lower(), "") for n in range(0, len(shown), width)]
            elif form in forms and b"/Form" in objects[forms[form]]:
                said.append(_text([forms[form]], objects[forms[form]], objects))
    # A font may name a character by its radical.
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", "".join(said)))


def _named(owner: bytes, kind: bytes, objects: dict[int, bytes]) -> list[tuple[bytes, bytes]]:
    """The fonts or forms that a page or form names in its resources."""
    for ref in _refs(owner, b"Resources"):
        owner = objects[ref]
    found = re.search(rb"/%s\s*<<(.*?)>>" % kind, owner, re.DOTALL)
    return re.findall(rb"/(\w+) (\d+) 0 R", found[1]) if found else []


def _refs(body: bytes, name: bytes) -> list[int]:
    found = re.search(rb"/%s\s*(\[[^\]]*\]|\d+ 0 R)" % name, body)
    return [int(number) for number in re.findall(rb"(\d+) 0 R", found[1])] if found else []


def _data(body: bytes) -> bytes:
    found = _STREAM.search(body)
    raw = body[found.end() : found.end() + int(found[1])] if found else b""
    return zlib.decompress(raw) if b"FlateDecode" in body else raw


def _unicode(font: int, objects: dict[int, bytes]) -> dict[bytes, str]:
    table: dict[bytes, str] = {}
    for ref in _refs(objects[font], b"ToUnicode"):
        text = _data(objects[ref])
        for low, high, to in _RANGE.findall(b"".join(re.findall(rb"beginbfrange(.*?)endbfrange", text, re.DOTALL))):
            for n in range(int(low, 16), int(high, 16) + 1):
                table[b"%0*x" % (len(low), n)] = chr(int(to, 16) + n - int(low, 16))
        for glyph, to in _PAIR.findall(b"".join(re.findall(rb"beginbfchar(.*?)endbfchar", text, re.DOTALL))):
            table[glyph.lower()] = bytes.fromhex(to.decode()).decode("utf-16-be")
    return table

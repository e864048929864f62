"""Region codes: reading the reference files, and turning what people write into the one form that is stored."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from agencies.vocabulary import Label, Level

DATA = Path(__file__).parent / "data" / "divisions"

# The last two digits of the nine functional areas of Jiangsu and of all others in the statistics codes.
_FUNCTIONAL_ENDINGS = range(71, 80)


class UnknownRegion(ValueError):
    """No region with this code or name, or more than one with this name."""

    def __init__(self, text: Label) -> None:
        self.text = text
        super().__init__(text.zh)


class RegionRow(NamedTuple):
    """One region of the reference files, in the form of the table `agencies_region`."""

    code: str
    gb_code: str
    name: str
    level: str
    parent_id: str | None
    letter: str


def reference_rows(folder: Path = DATA) -> Iterator[RegionRow]:
    """All provinces, cities, counties and functional areas, parents before children."""
    letters = {row["code"]: row["letter"] for row in _rows(folder / "letters.csv")}
    for row in _rows(folder / "provinces.csv"):
        yield _row(row["code"], row["name"], Level.PROVINCE, letters)
    for row in _rows(folder / "cities.csv"):
        yield _row(row["code"], row["name"], Level.CITY, letters)
    for row in _rows(folder / "areas.csv"):
        # Cities without counties stand in the county file again, under their own code.
        if not row["code"].endswith("00"):
            functional = int(row["code"][4:]) in _FUNCTIONAL_ENDINGS
            yield _row(row["code"], row["name"], Level.FUNCTIONAL if functional else Level.COUNTY, letters)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _row(code: str, name: str, level: Level, letters: dict[str, str]) -> RegionRow:
    city = code[:4]
    return RegionRow(code, code.ljust(6, "0"), name, level.value, code[:-2] or None, letters.get(city, f"R{city}"))


def trim(code: str) -> str:
    """The stored form of a well-formed code: "320300" → "3203". Raises UnknownRegion where it is not a code."""
    digits = code.strip()
    if not re.fullmatch(r"[0-9]{2}([0-9]{2}){0,2}", digits):
        raise UnknownRegion(
            Label(
                f"“{code}”不是行政区划代码。请填写 2、4 或 6 位数字的代码（如 320300），或区划的全称。",
                f'"{code}" is not a region code; give 2, 4 or 6 digits (such as 320300) or the full name.',
            )
        )
    while len(digits) > 2 and digits.endswith("00"):
        digits = digits[:-2]
    return digits


def normalise(text: str) -> str:
    """The stored code of a region given as "320300", "3203", "徐州市", "徐州" or "江苏省徐州市鼓楼区".

    Raises UnknownRegion with what to do where nothing or more than one region is meant.
    """
    # Deferred: the reference loader above runs inside migrations, before models may be imported.
    from agencies.directory import get_directory

    regions = get_directory().regions
    text = text.strip()
    if text[:1].isascii() and text[:1].isdigit():
        code = trim(text)
        if code not in regions:
            raise UnknownRegion(
                Label(
                    f"没有代码为 {text} 的行政区划。请核对代码（GB/T 2260）。",
                    f"There is no region {text}; check the GB/T 2260 code.",
                )
            )
        return code
    return _by_name(text, get_directory().region_names)


def _by_name(text: str, names: dict[str, tuple[str, ...]]) -> str:
    found = names.get(re.sub(r"\s+", "", text), ())
    if len(found) == 1:
        return found[0]
    if not found:
        raise UnknownRegion(
            Label(
                f"没有名为“{text}”的行政区划。请填写全称（如“江苏省徐州市云龙区”）或代码。",
                f'There is no region "{text}"; give its full name or its code.',
            )
        )
    shown = "、".join(code.ljust(6, "0") for code in found[:5])
    raise UnknownRegion(
        Label(
            f"“{text}”不止一个（{shown} 等）。请写明所在的省、市，或填写代码。",
            f'"{text}" names more than one region ({shown} …); add the city and province, or give the code.',
        )
    )

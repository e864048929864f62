"""One cell to one value: pure, without guessing. What cannot be read for certain comes back empty.

Times without a zone are China Standard Time, the only zone of the country; every returned datetime is aware.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal

from cases.intake.lists.judging.epoch import OFFSET

CST = timezone(timedelta(hours=8), "CST")
DayOrder = Literal["dmy", "mdy"] | None

_EXCEL_EPOCH = datetime(1899, 12, 30, tzinfo=CST)
# Serial days of 2000-01-01 and 2100-01-01: a bare number outside is no date but a count.
_EXCEL_RANGE = (36526, 73051)
_UNIX_RANGE = (946_684_800, 4_102_444_800)

# A list of leads speaks of these years; what reads as another is a slip of the pen or a number of something else.
_YEARS = range(2000, 2100)
_LONGEST_TIME = 40

_YMD = re.compile(
    r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:[T ]{0,4}(上午|下午)? {0,2}(\d{1,2})[:时点](\d{1,2})分?(?:[:]?(\d{1,2})(?:\.\d+)?秒?)?)?"
    r" {0,2}(AM|PM)? {0,2}(Z|[+-]\d{2}:?\d{2})?$",
    re.IGNORECASE,
)
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})[T ]?(?:(\d{2}):?(\d{2})(?::?(\d{2}))?)?$")
_SHORT = re.compile(r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:[T ]+(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?)?$")
_MONTH = re.compile(r"^(\d{4})[-/.年]?(\d{1,2})月?$")
_NUMBER = re.compile(r"^[+-]?\d{1,20}(?:\.\d{1,20})?(?:[eE][+-]?\d{1,2})?$")
# No meter and no probe counts this far, and no column of the database holds it.
_BEYOND = Decimal(10) ** 15
_GROUPED = re.compile(r"^[+-]?\d{1,3}(?:[, ]\d{3})+(?:\.\d+)?$")
_NUMBERED = re.compile(r"^(?=.*\d)[!-~]{4,64}$")
# A name at a realm tells somebody apart without a digit; a bare word (`adsl`, `none`) may stand in any row.
_NAMED = re.compile(r"^(?!(?:none|null|unknown|test)@)[!-?A-~]{3,40}@[!-?A-~]{2,24}$")
# Left behind when a cell is copied from a web page; no eye sees them.
_UNSEEN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))
_ROUNDED = re.compile(r"^\d(\.\d+)?e\+\d+$")
_IP_PORT = re.compile(r"^(\d{1,3}(?:\.\d{1,3}){3}|\[[0-9A-Fa-f:.]+\])(?:\s*:\s*(\S.*))?$")
_EXCEL_TEXT = re.compile(r'^="(.*)"$', re.DOTALL)


def text_of(cell: Any) -> str:
    """The cell as a person reads it: half-width, without surrounding blanks; an integral float without its `.0`."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell.strip() if cell.isascii() else unicodedata.normalize("NFKC", cell).translate(_UNSEEN).strip()
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    return str(cell).strip()


def typed(cell: Any) -> str:
    """The text of a cell without what spreadsheets put before it to keep it text: `="49.81.105.1"`, `'0012`."""
    text = text_of(cell)
    if match := _EXCEL_TEXT.match(text):
        return match[1].replace('""', '"').strip()
    return text[1:].strip() if text.startswith("'") and "'" not in text[1:] else text


def since_1904(text: str) -> str:
    """A bare number that counts days from 1904 as one that counts them from 1900; any other text as it is."""
    try:
        number = float(text)
    except ValueError:
        return text
    return repr(number + OFFSET) if _EXCEL_RANGE[0] <= number + OFFSET < _EXCEL_RANGE[1] else text


def is_clocked(text: str) -> bool:
    """A serial day with a fraction: its column tells the time of day."""
    return bool(_NUMBER.match(text)) and float(text) < _EXCEL_RANGE[1] and not float(text).is_integer()


def at_midnight(text: str) -> str:
    """A whole serial day of such a column, written as the moment that it is; any other text as it is."""
    return str(at) if _NUMBER.match(text) and not has_clock(text) and (at := _serial(text)) else text


def split_endpoint(text: str) -> tuple[str, str]:
    """`1.2.3.4:8080` and `[::1]:8080` in one cell to address and port; without a port the second is empty."""
    if match := _IP_PORT.match(text):
        return match[1].strip("[]"), (match[2] or "").strip()
    return text, ""


def read_number(text: str) -> Decimal | None:
    """A number written as text, with thousands separators or a unit behind it; `-1` is a number like any other."""
    bare = re.sub(r"(kwh|kva|kw|千瓦时|千伏安|千瓦|度|次|元|台)$", "", text.strip(), flags=re.IGNORECASE).strip()
    if _GROUPED.match(bare):
        bare = bare.replace(",", "").replace(" ", "")
    if not _NUMBER.match(bare):
        return None
    number = Decimal(bare)
    return number if abs(number) < _BEYOND else None


def read_quantity(text: str) -> tuple[str | None, str]:
    """A metered quantity as decimal text, or why there is none: `-1` is the meter's word for no reading."""
    number = read_number(text)
    if number is None:
        return None, "unreadable_number" if text else ""
    if number < 0:
        return None, "empty_reading" if number == -1 else "negative_reading"
    return f"{number.normalize():f}", ""


@lru_cache(maxsize=65_536)
def read_time(text: str, order: DayOrder = None) -> datetime | None:
    """An instant from any of the notations that lists use.

    `order` says which of `10/3/2021` is the day, where another value of the column has proved it; without it such a
    date is read only if it can mean one day, never guessed.
    """
    if not text or len(text) > _LONGEST_TIME:
        return None
    if match := _YMD.match(text):
        year, month, day, before, hour, minute, second, behind, zone = match.groups()
        hours = _of_the_day(int(hour or 0), (before or behind or "").upper())
        return _instant(int(year), int(month), int(day), hours, int(minute or 0), int(second or 0), zone=zone)
    if match := _COMPACT.match(text):
        return _instant(*(int(part or 0) for part in match.groups()))
    if match := _SHORT.match(text):
        return _short_date(match, order)
    return _serial(text)


def _of_the_day(hour: int, half: str) -> int:
    """`下午3` and `3 PM` are 15; a clock of 24 hours beside such a word is left as it is."""
    if not half or hour > 12:
        return hour
    return hour % 12 + (12 if half in ("下午", "PM") else 0)


def _short_date(match: re.Match[str], order: DayOrder) -> datetime | None:
    first, second, year, *clock = (int(part or 0) for part in match.groups())
    proved = proved_order(match.string) or order
    if proved is None and first != second:
        return None
    day, month = (first, second) if proved == "dmy" else (second, first)
    return _instant(year, month, day, *clock)


def proved_order(text: str) -> DayOrder:
    """What one short date proves about its column: a part over 12 is the day."""
    match = _SHORT.match(text)
    if match is None:
        return None
    first, second = int(match[1]), int(match[2])
    if first > 12 >= second:
        return "dmy"
    return "mdy" if second > 12 >= first else None


def has_clock(text: str) -> bool:
    """Whether a time that can be read names the time of day; a date alone, or a whole serial day, does not."""
    if match := _YMD.match(text):
        return match[5] is not None
    if match := _COMPACT.match(text):
        return match[4] is not None
    if match := _SHORT.match(text):
        return match[4] is not None
    return not (text.removesuffix(".0").isdecimal() and float(text) < _EXCEL_RANGE[1])


def is_ambiguous(text: str) -> bool:
    """A short date that could mean two different days."""
    match = _SHORT.match(text)
    return match is not None and proved_order(text) is None and match[1] != match[2]


def _serial(text: str) -> datetime | None:
    """An Excel serial day (`44472.0347`) or Unix seconds or milliseconds."""
    try:
        number = float(text)
    except ValueError:
        return None
    if _EXCEL_RANGE[0] <= number < _EXCEL_RANGE[1]:
        # Serial fractions carry rounding noise below a second.
        return _EXCEL_EPOCH + timedelta(seconds=round(number * 86_400))
    seconds = number / 1000 if number >= _UNIX_RANGE[1] else number
    if _UNIX_RANGE[0] <= seconds < _UNIX_RANGE[1]:
        return datetime.fromtimestamp(int(seconds), UTC).astimezone(CST)
    return None


def _instant(
    year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0, *, zone: str | None = None
) -> datetime | None:
    """The moment in China Standard Time, so that equal moments are written alike; None where there is none."""
    if year not in _YEARS:
        return None
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=_zone(zone)).astimezone(CST)
    except ValueError:
        return None


def _zone(text: str | None) -> timezone:
    if not text:
        return CST
    if text in "Zz":
        return UTC
    sign = -1 if text[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(text[1:3]), minutes=int(text[-2:])))


def read_month(text: str) -> str:
    """A billing month as `2021-09` from `2021.09`, `202109`, `2021年9月` or a full date; empty if unreadable."""
    if match := _MONTH.match(text):
        year, month = int(match[1]), int(match[2])
        return f"{year:04d}-{month:02d}" if 1 <= month <= 12 and 2000 <= year < 2100 else ""
    at = read_time(text)
    return f"{at.year:04d}-{at.month:02d}" if at else ""


def read_account(text: str) -> str:
    """An account number without blanks and hyphens, letters in lower case; a number cell keeps its digits."""
    return re.sub(r"[\s-]", "", text).removesuffix(".0").lower()


def is_account(account: str, *, digits: bool = False) -> bool:
    """Tells one subscriber from all others; `无`, `/`, `N/A`, `0000000` and a rounded number do not.

    A meter's number has `digits`; the name of a broadband account may do without.
    """
    written = _NUMBERED.match(account) or (not digits and _NAMED.match(account))
    return bool(written) and not is_rounded(account) and len(set(account)) > 1


def is_rounded(account: str) -> bool:
    """A long number that a spreadsheet shows as `3.20319E+12`: its last digits are gone."""
    return bool(_ROUNDED.match(account))

"""From what was typed to typed values; every refusal says what is wrong with this value and what would be right."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from cases.workflow.fields import Field
from cases.workflow.view import Text

LOCAL: Final = ZoneInfo("Asia/Shanghai")
TEXT_LIMITS: Final = {"text": 200, "longtext": 4000}
NUMBER_LIMIT: Final = Decimal(10) ** 12
YEARS: Final = range(2000, 2101)
_FULL_WIDTH: Final = str.maketrans("０１２３４５６７８９", "0123456789")
_YES: Final = frozenset({"true", "1", "yes", "y", "on", "是"})
_NO: Final = frozenset({"false", "0", "no", "n", "off", "否"})
_DATE: Final = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_COMPACT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})")
_TIME: Final = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?\s*(Z|[+-]\d{2}:?\d{2})?")


class Unreadable(ValueError):
    """One value that cannot be used; `text` is the sentence that stands at the field."""

    def __init__(self, zh: str, en: str) -> None:
        self.text = Text(zh, en)
        super().__init__(zh)


def as_text(field: Field, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise Unreadable(f"{field.label.zh}应为文字", f"{field.label.en}: write text")
    text = str(value).translate(_FULL_WIDTH).strip()
    # What is printable throughout holds no such character; a long list asks this of every text.
    if not text.isprintable() and any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\r\n\t" for c in text):
        raise Unreadable(
            f"{field.label.zh}含有不可显示的字符，请重新输入", f"{field.label.en}: remove the unprintable characters"
        )
    limit = field.maximum or TEXT_LIMITS[field.kind]
    if isinstance(limit, int) and len(text) > limit:
        raise Unreadable(
            f"{field.label.zh}最多 {limit} 字，现有 {len(text)} 字", f"{field.label.en}: at most {limit} characters"
        )
    if isinstance(field.minimum, int) and len(text) < field.minimum:
        raise Unreadable(
            f"{field.label.zh}至少 {field.minimum} 字", f"{field.label.en}: at least {field.minimum} characters"
        )
    return field.read(text) if field.read else text


def as_number(field: Field, value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise _not_a_number(field)
    typed = unicodedata.normalize("NFKC", str(value)).replace(",", "").strip()
    found = re.fullmatch(r"[+-]?\d{1,15}(?:\.(\d{0,6}))?", typed)
    if not found or len((found.group(1) or "").rstrip("0")) > field.places:
        raise _not_a_number(field)
    try:
        number = Decimal(typed)
    except InvalidOperation:
        raise _not_a_number(field) from None
    low = field.minimum if isinstance(field.minimum, int | Decimal) else -NUMBER_LIMIT
    high = field.maximum if isinstance(field.maximum, int | Decimal) else NUMBER_LIMIT
    if not low <= number <= high:
        raise Unreadable(
            f"{field.label.zh}应在 {low} 至 {high} 之间", f"{field.label.en} must be between {low} and {high}"
        )
    return number


def _not_a_number(field: Field) -> Unreadable:
    return Unreadable(
        f"{field.label.zh}应为数字，例如 350 或 12.5（至多 {field.places} 位小数）",
        f"{field.label.en} must be a number such as 350 or 12.5 (at most {field.places} decimals)",
    )


def as_integer(field: Field, value: Any) -> int:
    number = as_number(field, value)
    if number != number.to_integral_value():
        raise Unreadable(f"{field.label.zh}应为整数", f"{field.label.en} must be a whole number")
    return int(number)


def as_boolean(field: Field, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    typed = unicodedata.normalize("NFKC", str(value)).strip().lower()
    if typed in _YES:
        return True
    if typed in _NO:
        return False
    raise Unreadable(f"{field.label.zh}请选“是”或“否”", f"{field.label.en}: answer yes or no")


def _day(field: Field, year: int, month: int, day: int) -> date:
    if year not in YEARS:
        raise Unreadable(
            f"{field.label.zh}的年份应在 {YEARS[0]} 至 {YEARS[-1]} 之间",
            f"{field.label.en}: the year must lie between {YEARS[0]} and {YEARS[-1]}",
        )
    if not 1 <= month <= 12:
        raise Unreadable("日期不存在：月份应在 1 至 12 之间", "No such date: the month must be 1 to 12")
    last = (date(year + month // 12, month % 12 + 1, 1) - date(year, month, 1)).days
    if not 1 <= day <= last:
        raise Unreadable(
            f"日期不存在：{year} 年 {month} 月只有 {last} 天", f"No such date: {year}-{month:02d} has {last} days"
        )
    return date(year, month, day)


def as_date(field: Field, value: Any) -> date:
    if isinstance(value, datetime):
        return value.astimezone(LOCAL).date() if value.tzinfo else value.date()
    if isinstance(value, date):
        return value
    typed = unicodedata.normalize("NFKC", str(value)).strip()
    found = _DATE.fullmatch(typed) or _COMPACT.fullmatch(typed)
    if not found:
        raise Unreadable(
            f"{field.label.zh}应为日期，例如 2026-11-18", f"{field.label.en} must be a date such as 2026-11-18"
        )
    return _day(field, *(int(part) for part in found.groups()))


def as_datetime(field: Field, value: Any) -> datetime:
    """An instant; without an offset it is Beijing time, as people write it."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=LOCAL)
    typed = unicodedata.normalize("NFKC", str(value)).strip()
    parts = re.split(r"(?:T|\s+)(?=\d{1,2}:)", typed, maxsplit=1)
    found = _DATE.fullmatch(parts[0]) or _COMPACT.fullmatch(parts[0])
    clock = _TIME.fullmatch(parts[1]) if len(parts) == 2 else None
    if not found or not clock:
        raise Unreadable(
            f"{field.label.zh}应为日期和时间，例如 2026-11-18 09:42",
            f"{field.label.en} must be a date and time such as 2026-11-18 09:42",
        )
    day = _day(field, *(int(part) for part in found.groups()))
    hour, minute, second = (int(part or 0) for part in clock.groups()[:3])
    if hour > 23 or minute > 59 or second > 59:
        raise Unreadable("时间不存在：应在 00:00 至 23:59 之间", "No such time: it must lie between 00:00 and 23:59")
    micro = int((clock.group(4) or "0").ljust(6, "0"))
    naive = f"{day.isoformat()}T{hour:02d}:{minute:02d}:{second:02d}.{micro:06d}"
    offset = clock.group(5)
    if not offset:
        return datetime.fromisoformat(naive).replace(tzinfo=LOCAL)
    try:
        return datetime.fromisoformat(naive + ("+00:00" if offset == "Z" else offset))
    except ValueError:
        raise Unreadable(
            f"{field.label.zh}的时区不存在，例如 +08:00", f"{field.label.en}: no such offset; write +08:00"
        ) from None


def as_choice(field: Field, value: Any) -> str:
    code = str(value).strip() if isinstance(value, str) else ""
    if code not in {key for key, _ in field.choices}:
        raise Unreadable(
            f"{field.label.zh}没有“{_short(value)}”这一选项，可选：{'、'.join(t.zh for _, t in field.choices)}",
            f"{field.label.en}: choose one of {', '.join(key for key, _ in field.choices)}",
        )
    return code


def as_multichoice(field: Field, value: Any) -> list[str]:
    """The chosen codes, each once, in the order of the choices."""
    values = re.split(r"[,，、\s]+", value.strip()) if isinstance(value, str) else value
    if not isinstance(values, list | tuple):
        raise Unreadable(f"{field.label.zh}应为若干选项", f"{field.label.en}: give a list of choices")
    chosen = {as_choice(field, item) for item in values}
    return [code for code, _ in field.choices if code in chosen]


def as_id(field: Field, value: Any) -> str:
    try:
        return str(UUID(str(value).strip()))
    except ValueError:
        raise Unreadable(
            f"{field.label.zh}的标识不正确，请从列表中选择", f"{field.label.en}: choose it from the list"
        ) from None


def as_ids(field: Field, value: Any) -> list[str]:
    values = re.split(r"[,，\s]+", value.strip()) if isinstance(value, str) else value
    if not isinstance(values, list | tuple):
        raise Unreadable(f"{field.label.zh}应为若干份材料", f"{field.label.en}: give a list of files")
    return list(dict.fromkeys(as_id(field, item) for item in values))


def as_reference(field: Field, value: Any) -> str:
    """A case number, a username, an agency's code or number: short, printable, without spaces."""
    text = unicodedata.normalize("NFKC", str(value)).strip() if isinstance(value, str | int) else ""
    if isinstance(value, bool) or not re.fullmatch(r"[\w.@+-]{1,64}", text):
        raise Unreadable(f"{field.label.zh}不正确，请从列表中选择", f"{field.label.en}: choose it from the list")
    return text


def region_code(text: str) -> str:
    """A GB/T 2260 code without its trailing zero pairs: 320300 and 3203 are the same city."""
    if not re.fullmatch(r"(\d\d){1,3}", text) or text.startswith("00"):
        raise Unreadable(
            "地区代码应为 2、4 或 6 位数字，例如 320303", "The region code has 2, 4 or 6 digits, such as 320303"
        )
    while text.endswith("00"):
        text = text[:-2]
    return text


def site_name(text: str) -> str:
    """The title of a case: seen by everyone who sees the case, and part of an event that nobody can take back."""
    if re.search(r"\d{7}|1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}", text):
        raise Unreadable(
            "案件名称写场所或区位，不能含电话、证件号、户号等号码",
            "A title names the place; it may hold no phone, identity or account number",
        )
    return text


_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# A mobile phone and an identity number, however they are spaced.
_PERSON = re.compile(
    r"(?<!\d)1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}(?!\d)|(?<!\d)\d{6}[\s-]?(?:19|20)\d{6}[\s-]?\d{3}[\dXx](?!\d)"
)


def impersonal(text: str) -> str:
    """A number of a paper, a batch or a site: it stands in an event in clear, so it may be no person's number."""
    if _PERSON.search(text) and not _UUID.fullmatch(text):
        raise Unreadable(
            "此项明文留痕，不能含电话或证件号；个人信息写入“说明”",
            "This is kept in clear and may hold no phone or identity number; write such things into the note",
        )
    return text


def month(text: str) -> str:
    """A billing month as 2026-11."""
    found = re.fullmatch(r"(20\d\d)\s*[-/.年]?\s*(\d{1,2})月?", text)
    if not found:
        raise Unreadable("账单月份应写作 2026-11", "Write the billing month as 2026-11")
    if not 1 <= int(found.group(2)) <= 12:
        raise Unreadable("日期不存在：月份应在 1 至 12 之间", "No such date: the month must be 1 to 12")
    return f"{found.group(1)}-{int(found.group(2)):02d}"


def staff_number(text: str) -> str:
    """The number on an officer's card: letters, digits and hyphens."""
    compact = unicodedata.normalize("NFKC", text).replace(" ", "").upper()
    # Letters of other scripts look like these and would make two officers of one.
    if not re.fullmatch(r"[0-9A-Z\u4e00-\u9fff_-]{2,32}", compact):
        raise Unreadable("工号应为 2 至 32 位字母或数字", "A staff number has 2 to 32 letters or digits")
    return compact


def _short(value: Any) -> str:
    text = "".join(c for c in str(value) if c.isprintable())
    return text if len(text) <= 20 else text[:20] + "…"


READERS: Final = {
    "text": as_text,
    "longtext": as_text,
    "choice": as_choice,
    "multichoice": as_multichoice,
    "date": as_date,
    "datetime": as_datetime,
    "decimal": as_number,
    "integer": as_integer,
    "boolean": as_boolean,
    "task": as_id,
    "attachment": as_id,
    "attachments": as_ids,
    "agency": as_reference,
    "case": as_reference,
    "user": as_reference,
}

"""The JSON object with the inputs of an act, read strictly: what another program would read differently is refused.

RFC 8259 leaves open what a second key of the same name means, RFC 7493 (I-JSON) says which texts every program reads
alike. A request of which a part was silently lost must not become an act.
"""

from __future__ import annotations

import json
from typing import Any, Final

import orjson

from cases.workflow.errors import InvalidInput
from cases.workflow.view import Text

# The deepest form of the table has three levels: an object, its rows, the fields of a row.
DEEPEST: Final = 20
LARGEST_INTEGER: Final = 2**53 - 1
LONGEST_INTEGER: Final = len(str(-LARGEST_INTEGER))


def read_object(raw: bytes) -> dict[str, Any]:
    """The object in `raw`. Raises InvalidInput (`unreadable_body`) with what has to be written differently."""
    try:
        data = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise _unreadable(
            "请求正文不是可用的 JSON（UTF-8，无 NaN，无不成对的代理字符）。",
            "The body is not usable JSON (UTF-8, without NaN and without lone surrogates).",
        ) from error
    if not isinstance(data, dict):
        raise _unreadable("请求正文应为一个 JSON 对象。", "Send one JSON object as the body.")
    _check(data, 1)
    # Once more for what orjson passes over in silence: it keeps the last of two keys and rounds a large integer. The
    # depth is known to be harmless by now.
    json.loads(raw, object_pairs_hook=_each_once, parse_int=_exact)
    return data


def _check(value: Any, depth: int) -> None:
    if depth > DEEPEST:
        raise _unreadable(f"请求正文的嵌套超过 {DEEPEST} 层。", f"The body is nested more than {DEEPEST} levels deep.")
    if isinstance(value, str) and "\x00" in value:
        raise _unreadable("请求正文含有空字符（U+0000），请删除。", "The body holds a NUL character; remove it.")
    if isinstance(value, dict):
        for key, inner in value.items():
            _check(key, depth)
            _check(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _check(inner, depth + 1)


def _exact(digits: str) -> None:
    if len(digits) > LONGEST_INTEGER or abs(int(digits)) > LARGEST_INTEGER:
        raise _unreadable(
            f"整数 {digits[:40]} 超出各系统都能准确读取的范围，请写作字符串。",
            f"The integer {digits[:40]} is larger than every program reads exactly; write it as a string.",
        )


def _each_once(pairs: list[tuple[str, Any]]) -> None:
    seen = set()
    for key, _ in pairs:
        if key in seen:
            shown = key[:40]
            raise _unreadable(
                f"请求正文中“{shown}”出现了不止一次，请只写一次。",
                f"“{shown}” stands in the body more than once; write it once.",
            )
        seen.add(key)


def _unreadable(zh: str, en: str) -> InvalidInput:
    return InvalidInput(Text(zh, en), code="unreadable_body")

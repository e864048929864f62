"""RFC 8785, JSON Canonicalization Scheme, written out: the reference the fast path of `audit.chain` must equal.

Object keys are sorted by their UTF-16 code units (3.2.3), strings escape only what JSON must (3.2.2.2), numbers are
written as ECMAScript writes them (3.2.2.3), lone surrogates and numbers that are no IEEE 754 double are refused.
"""

import math
from typing import Any

_SHORT = {0x08: "\\b", 0x09: "\\t", 0x0A: "\\n", 0x0C: "\\f", 0x0D: "\\r", 0x22: '\\"', 0x5C: "\\\\"}
_ESCAPES = {code: f"\\u{code:04x}" for code in range(0x20)} | _SHORT
# Number.MAX_SAFE_INTEGER: up to here every integer is a double of its own.
_SAFE_INTEGER = 2**53 - 1


class CanonicalError(ValueError):
    """The value has no RFC 8785 form."""


def encode(value: Any) -> bytes:
    """The canonical bytes of a JSON value (str, int, float, bool, None, list, tuple, dict with str keys)."""
    parts: list[str] = []
    try:
        _write(value, parts)
        return "".join(parts).encode()
    except UnicodeEncodeError as error:
        raise CanonicalError(f"lone surrogate U+{ord(error.object[error.start]):04X} in a string") from None
    except RecursionError:
        raise CanonicalError("the value is nested too deeply, or contains itself") from None


def number(value: float) -> str:
    """An IEEE 754 double as ECMAScript's Number.prototype.toString writes it (ECMA-262, 6.1.6.1.20)."""
    if not math.isfinite(value):
        raise CanonicalError(f"{value} is no JSON number")
    if value == 0:
        return "0"  # minus zero as well
    sign, text = ("-", repr(-value)) if value < 0 else ("", repr(value))
    # repr gives the shortest digits that read back as the same double, as ECMAScript does; only the layout differs.
    mantissa, _, exponent = text.partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    # The decimal point stands `point` places right of the first digit: value = 0.digits * 10^point.
    point = int(exponent or 0) + (len(whole) if whole != "0" else len(digits) - len(fraction))
    return sign + _layout(digits.rstrip("0"), point)


def _layout(digits: str, point: int) -> str:
    count = len(digits)
    if count <= point <= 21:
        return digits + "0" * (point - count)
    if 0 < point <= 21:
        return f"{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return "0." + "0" * -point + digits
    tail = f".{digits[1:]}" if count > 1 else ""
    return f"{digits[0]}{tail}e{point - 1:+d}"


def _write(value: Any, parts: list[str]) -> None:
    if isinstance(value, str):
        parts.append(_string(value))
    elif value is None:
        parts.append("null")
    elif isinstance(value, bool):
        parts.append("true" if value else "false")
    elif isinstance(value, int):
        parts.append(_integer(value))
    elif isinstance(value, float):
        parts.append(number(float(value)))
    elif isinstance(value, dict):
        _write_object(value, parts)
    elif isinstance(value, list | tuple):
        _write_array(value, parts)
    else:
        raise CanonicalError(f"a {type(value).__name__} is no JSON value")


def _write_object(value: dict[Any, Any], parts: list[str]) -> None:
    for key in value:
        if not isinstance(key, str):
            raise CanonicalError(f"the key {key!r} is a {type(key).__name__}, not a string")
    separator = "{"
    # surrogatepass: a lone surrogate is refused with its own message when the text is encoded.
    for key in sorted(value, key=lambda text: text.encode("utf-16-be", "surrogatepass")):
        parts.append(f"{separator}{_string(key)}:")
        _write(value[key], parts)
        separator = ","
    parts.append("}" if value else "{}")


def _write_array(value: list[Any] | tuple[Any, ...], parts: list[str]) -> None:
    separator = "["
    for item in value:
        parts.append(separator)
        _write(item, parts)
        separator = ","
    parts.append("]" if value else "[]")


def _string(text: str) -> str:
    return f'"{text.translate(_ESCAPES)}"'


def _integer(value: int) -> str:
    value = int(value)
    if abs(value) <= _SAFE_INTEGER:
        return str(value)
    try:
        double = float(value)
    except OverflowError:
        double = math.inf
    if double != value:
        raise CanonicalError(f"the integer {value} is no IEEE 754 double; write it as a string")
    return number(double)

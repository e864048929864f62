"""RFC 8785 against the vectors of its authors, and our fast road against our slow one."""

import enum
import hashlib
import json
import math
import re
import struct
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.chain import CanonicalError, canonical, is_plain
from audit.jcs import encode, number

VECTORS = Path(__file__).parent / "vectors" / "jcs"
NAMES = sorted(path.stem for path in (VECTORS / "input").iterdir())


@pytest.mark.parametrize("name", NAMES)
def test_the_vectors_of_the_rfcs_authors_come_out_byte_for_byte(name: str) -> None:
    value = json.loads((VECTORS / "input" / f"{name}.json").read_bytes())
    expected = (VECTORS / "output" / f"{name}.json").read_bytes()
    assert expected == bytes.fromhex((VECTORS / "outhex" / f"{name}.txt").read_text())
    assert encode(value) == expected
    assert canonical(value) == expected


def test_all_six_vectors_are_there() -> None:
    assert NAMES == ["arrays", "french", "structures", "unicode", "values", "weird"]


def es6_sequence() -> Iterator[int]:
    """The doubles of the authors' number test as their bits: listed ones, 2,000 in a row, then a hash chain."""
    text = (VECTORS / "README.md").read_text()
    listed = text[text.index("staticU64s = ") : text.index("staticF64s = ")]
    yield from (int(bits, 16) for bits in re.findall(r"0x([0-9a-f]{16})n", listed))
    yield from range(0x0010000000000000, 0x0010000000000000 + 2000)
    block = bytes(32)
    while True:
        block = hashlib.sha256(block).digest()
        for bits in struct.unpack("<4Q", block):
            double = struct.unpack("<d", struct.pack("<Q", bits))[0]
            if double != 0 and math.isfinite(double):
                yield bits


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (1_000, "be18b62b6f69cdab33a7e0dae0d9cfa869fda80ddc712221570f9f40a5878687"),
        (10_000, "b9f7a8e75ef22a835685a52ccba7f7d6bdc99e34b010992cbc5864cd12be6892"),
        (100_000, "22776e6d4b49fa294a0d0f349268e5c28808fe7e0cb2bcbe28f63894e494d4c7"),
    ],
)
def test_numbers_are_written_as_ecmascript_writes_them(lines: int, expected: str) -> None:
    digest = hashlib.sha256()
    for bits in islice(es6_sequence(), lines):
        double = struct.unpack("<d", struct.pack("<Q", bits))[0]
        digest.update(f"{bits:x},{number(double)}\n".encode())
    assert digest.hexdigest() == expected


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (-0.0, "0"),
        (1e21, "1e+21"),
        (1e20, "100000000000000000000"),
        (123456789012345680000.0, "123456789012345680000"),
        (1e-6, "0.000001"),
        (1e-7, "1e-7"),
        (1.5e-9, "1.5e-9"),
        (0.1, "0.1"),
        (-1234.5, "-1234.5"),
        (100.0, "100"),
        (5e-324, "5e-324"),
        (1.7976931348623157e308, "1.7976931348623157e+308"),
        (2**53, "9007199254740992"),
        (10**21, "1e+21"),
        (-(2**53 - 1), "-9007199254740991"),
    ],
)
def test_a_number_at_an_edge_is_laid_out_as_written_here(value: float, text: str) -> None:
    assert canonical(value) == text.encode()


def test_keys_are_sorted_by_utf16_units_and_not_by_code_points() -> None:
    # U+1F600 is D83D DE00 in UTF-16 and so comes before U+FB01, though its code point is higher.
    assert canonical({"\ufb01": 1, "\U0001f600": 2, "z": 3}) == '{"z":3,"\U0001f600":2,"\ufb01":1}'.encode()


def test_chinese_stays_as_it_is_and_control_characters_are_escaped_in_the_shortest_way() -> None:
    assert (
        canonical('停电\x07\b\t\n\f\r\x1f"\\/\x7f\u2028')
        == '"停电\\u0007\\b\\t\\n\\f\\r\\u001f\\"\\\\/\x7f\u2028"'.encode()
    )


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (float("nan"), "nan is no JSON number"),
        ([float("inf")], "inf is no JSON number"),
        ({"a": "\ud800"}, r"lone surrogate U\+D800"),
        ({"\udc00": 1}, r"lone surrogate U\+DC00"),
        ("\ude00\ud83d", r"lone surrogate U\+DE00"),
        (2**53 + 1, "is no IEEE 754 double; write it as a string"),
        (10**400, "is no IEEE 754 double"),
        ({1: "a"}, "the key 1 is a int, not a string"),
        ({None: "a"}, "the key None is a NoneType"),
        (Decimal("1.5"), "a Decimal is no JSON value"),
        (datetime(2026, 1, 1, tzinfo=UTC), "a datetime is no JSON value"),
        (uuid.UUID(int=7), "a UUID is no JSON value"),
        ({"a", "b"}, "a set is no JSON value"),
        (b"bytes", "a bytes is no JSON value"),
    ],
)
def test_it_refuses_what_json_does_not_have(value: object, message: str) -> None:
    with pytest.raises(CanonicalError, match=message):
        canonical(value)


def test_it_refuses_a_value_that_contains_itself() -> None:
    knot: list[object] = []
    knot.append(knot)
    with pytest.raises(CanonicalError, match="nested too deeply"):
        encode(knot)


def test_a_deep_value_takes_the_slow_road_and_comes_out_the_same() -> None:
    deep: object = "x"
    for _ in range(300):
        deep = [deep]
    assert canonical(deep) == b"[" * 300 + b'"x"' + b"]" * 300


class Colour(enum.StrEnum):
    RED = "red"


class Level(enum.IntEnum):
    HIGH = 3


def test_members_of_an_enum_are_written_as_their_value() -> None:
    assert canonical({"colour": Colour.RED, "level": Level.HIGH}) == b'{"colour":"red","level":3}'


scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]))
    | st.text(st.sampled_from('\x00\x01\b\t\n\f\r\x1f "\\/\x7f\x80\u2028é停\ue000\ufffd\U0001f600'))
)
keys = st.text(st.sampled_from('abzA"\\\x00\n停\ue000\ufffd\U0001f600'), max_size=3)
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=5))


@given(values)
def test_the_fast_road_writes_what_the_slow_road_writes(value: object) -> None:
    assert canonical(value) == encode(value)


plain_scalars = (
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(exclude_categories=["Cs"]))
)
plain_keys = st.text(st.characters(max_codepoint=0x7F), max_size=4)
plain_values = st.recursive(
    plain_scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(plain_keys, inner, max_size=6)
)


@given(plain_values)
def test_what_counts_as_plain_is_written_by_orjson_as_the_rfc_wants(value: object) -> None:
    assert is_plain(value)
    assert canonical(value) == encode(value)


@given(values)
def test_canonical_bytes_read_back_as_the_same_bytes(value: object) -> None:
    once = canonical(value)
    # As JSON readers do that know no integers: beyond 2^53 the digits name a double, not themselves.
    assert canonical(json.loads(once, parse_int=float)) == once

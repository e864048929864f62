"""When and where a picture says it was taken, also where what it says is broken."""

import struct
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.documents.uploads.exif import NOTHING, read_exif
from tests.files import PDF, TELEPHONE, picture, taken_picture

CHINA = timezone(timedelta(hours=8))


def test_time_and_place_are_read() -> None:
    found = read_exif(taken_picture("2026:11:07 10:40:00", (117.2839, 34.2044)))
    assert found.at == datetime(2026, 11, 7, 10, 40, tzinfo=CHINA)
    assert found.longitude == pytest.approx(117.2839, abs=1e-4)
    assert found.latitude == pytest.approx(34.2044, abs=1e-4)


def test_a_camera_with_another_offset_is_understood() -> None:
    found = read_exif(taken_picture("2026:11:07 02:40:00", offset="+00:00"))
    assert found.at == datetime(2026, 11, 7, 10, 40, tzinfo=CHINA)
    assert read_exif(taken_picture("2026:11:06 21:40:00", offset="-05:00")).at == found.at


def test_the_south_and_the_west_are_negative() -> None:
    found = read_exif(taken_picture(place=(-70.5, -33.25)))
    assert (found.longitude, found.latitude) == (pytest.approx(-70.5), pytest.approx(-33.25))


NOT_SAID = [picture(), picture("PNG"), picture("WEBP"), taken_picture("0000:00:00 00:00:00"), taken_picture("gestern")]


@pytest.mark.parametrize("content", [b"", PDF, *NOT_SAID])
def test_what_says_nothing_is_nothing(content: bytes) -> None:
    assert read_exif(content) == NOTHING


def test_a_camera_without_a_fix_names_no_place() -> None:
    assert read_exif(taken_picture("2026:11:07 10:40:00", (0.0, 0.0))).longitude is None


@given(st.binary(max_size=40), st.integers(2, 400))
def test_broken_lines_never_fail(noise: bytes, at: int) -> None:
    whole = taken_picture("2026:11:07 10:40:00", (117.28, 34.2))
    found = read_exif(whole[:at] + noise + whole[at + len(noise) :])
    assert found.at is None or found.at.tzinfo is not None


# Pictures of telephones (HEIC) ----------------------------------------------------------------------------------------


def box(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(data), kind) + data


def held(lines: bytes, version: int, method: int) -> bytes:
    """A file whose directory, of this version, holds the lines itself (1) or says where they are in the file (0)."""
    wide = ">I" if version == 2 else ">H"
    item = struct.pack(wide, 7)
    infe = box(b"infe", struct.pack(">I", (3 if version == 2 else 2) << 24) + item + b"\0\0Exif\0")
    iinf = box(b"iinf", struct.pack(">IH", 0, 1) + infe)

    def meta(offset: int) -> bytes:
        # The first item lies in two stretches elsewhere and is passed over.
        other = struct.pack(wide, 3) + b"\0\0" * (2 if version else 1) + struct.pack(">HIIII", 2, 1, 2, 3, 4)
        head = item + (struct.pack(">H", method) if version else b"") + b"\0\0"
        first = len(lines) // 2
        parts = struct.pack(">HIIII", 2, offset, first, offset + first, len(lines) - first)
        iloc = box(b"iloc", bytes((version, 0, 0, 0, 0x44, 0)) + struct.pack(wide, 2) + other + head + parts)
        return box(b"meta", b"\0" * 4 + iinf + iloc + (box(b"idat", lines) if method else b""))

    brand = box(b"ftyp", b"heic\0\0\0\0mif1")
    behind = len(brand) + len(meta(0)) + 8
    return brand + meta(0 if method else behind) + box(b"mdat", lines)


LINES = TELEPHONE[-208:]


@pytest.mark.parametrize(
    "content",
    [TELEPHONE, *(held(LINES, version, method) for version, method in ((0, 0), (1, 0), (1, 1), (2, 0), (2, 1)))],
)
def test_a_picture_of_a_telephone_says_when_and_where(content: bytes) -> None:
    found = read_exif(content)
    assert found.at == datetime(2026, 11, 7, 10, 40, tzinfo=CHINA)
    assert (found.longitude, found.latitude) == (pytest.approx(117.2839, abs=1e-4), pytest.approx(34.2044, abs=1e-4))


@pytest.mark.parametrize("cut", [20, 60, 200, 440, 470, 500])
def test_half_a_picture_of_a_telephone_says_nothing(cut: int) -> None:
    assert read_exif(TELEPHONE[:cut]) == NOTHING


@given(st.binary(max_size=12), st.integers(12, 480))
def test_a_broken_directory_never_fails(noise: bytes, at: int) -> None:
    found = read_exif(TELEPHONE[:at] + noise + TELEPHONE[at + len(noise) :])
    assert found.at is None or found.at.tzinfo is not None


def test_a_directory_that_names_more_than_there_is_costs_no_time() -> None:
    endless = bytes((0, 0, 0, 0, 0, 0)) + struct.pack(">H", 65535) + struct.pack(">HHH", 7, 0, 65535) * 65535
    iinf = box(b"iinf", struct.pack(">IH", 0, 1) + box(b"infe", b"\2\0\0\0\0\7\0\0Exif\0"))
    file = box(b"ftyp", b"heic\0\0\0\0mif1") + box(b"meta", b"\0" * 4 + iinf + box(b"iloc", endless)) + LINES * 9
    assert read_exif(file) == NOTHING

"""When and where a picture says it was taken, also where what it says is broken."""

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.documents.uploads.exif import NOTHING, read_exif
from tests.files import PDF, picture, taken_picture

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

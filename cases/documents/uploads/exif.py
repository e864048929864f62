"""When and where a picture says it was taken. Nothing of it is shown anywhere: it is compared, and forgotten."""

from __future__ import annotations

import io
import struct
import warnings
from datetime import datetime, timedelta, timezone
from typing import Any, NamedTuple

from PIL import ExifTags, Image

from cases.documents.uploads import heif
from cases.policy.dated import CHINA

FORMATS = ("JPEG", "PNG", "WEBP")
_OFFSET_TIME_ORIGINAL = 0x9011
_OFFSET_TIME = 0x9010


class Taken(NamedTuple):
    """Time (aware; a camera without an offset is taken to show Beijing time) and place in degrees, where named."""

    at: datetime | None
    longitude: float | None
    latitude: float | None


NOTHING = Taken(None, None, None)


def read_exif(content: bytes) -> Taken:
    """What the picture itself says; nothing for whatever is no picture, has no such lines, or has broken ones."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tags = _tags(content)
            about, place = tags.get_ifd(ExifTags.IFD.Exif), tags.get_ifd(ExifTags.IFD.GPSInfo)
            longitude, latitude = _place(place)
            return Taken(_time(tags, about), longitude, latitude)
    except (OSError, ValueError, SyntaxError, OverflowError, struct.error, LookupError, TypeError, AttributeError):
        return NOTHING


def _tags(content: bytes) -> Image.Exif:
    if heif.is_heif(content):
        tags = Image.Exif()
        tags.load(heif.exif_of(content))
        return tags
    with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
        return picture.getexif()


def _time(tags: Any, about: Any) -> datetime | None:
    typed = about.get(ExifTags.Base.DateTimeOriginal) or tags.get(ExifTags.Base.DateTime)
    offset = about.get(_OFFSET_TIME_ORIGINAL) or about.get(_OFFSET_TIME)
    try:
        naive = datetime.strptime(str(typed).strip("\x00 "), "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 - the zone is below
    except ValueError:
        return None
    return naive.replace(tzinfo=_zone(str(offset).strip("\x00 ")) if offset else CHINA)


def _zone(offset: str) -> timezone:
    try:
        hours, minutes = offset[1:].split(":")
        span = timedelta(hours=int(hours), minutes=int(minutes))
        return timezone(-span if offset.startswith("-") else span)
    except ValueError:
        return CHINA


def _place(place: Any) -> tuple[float | None, float | None]:
    values = [_degrees(place, tag, ref, negative) for tag, ref, negative in ((4, 3, "W"), (2, 1, "S"))]
    return (None, None) if None in values else (values[0], values[1])


def _degrees(place: Any, tag: int, ref: int, negative: str) -> float | None:
    """Degrees, minutes and seconds as one number; None where they are none, or a camera without a fix wrote zeros."""
    try:
        degrees, minutes, seconds = (float(part) for part in place[tag])
    except (LookupError, TypeError, ValueError, ZeroDivisionError):
        return None
    value = degrees + minutes / 60 + seconds / 3600
    if not 0 < value <= 180:
        return None
    return -value if str(place.get(ref, "")).strip("\x00 ").upper() == negative else value

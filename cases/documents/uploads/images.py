"""Pictures: only their headers are read. The picture itself stays untouched, with all it says of camera and place."""

from __future__ import annotations

import io
import struct

from PIL import Image, UnidentifiedImageError

from cases.documents.uploads.refused import FileRefused

# The largest sensors of telephones give 200 million; a flood names billions.
MOST_PIXELS = 220_000_000
FORMATS = {"jpg": "JPEG", "jpeg": "JPEG", "png": "PNG", "webp": "WEBP"}
# We judge the size ourselves; Pillow would only warn, and would fail at half as much again.
Image.MAX_IMAGE_PIXELS = None


def check_picture(name: str, content: bytes, ending: str) -> None:
    """The header can be read, and says that the picture is no flood. Raises FileRefused."""
    try:
        with Image.open(io.BytesIO(content), formats=(FORMATS[ending],)) as picture:
            width, height = picture.size
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, OverflowError, struct.error, IndexError) as error:
        raise FileRefused(
            f"“{name}”不是能打开的图片，请用原图重新上传", f"“{name}” is no readable picture; upload the original"
        ) from error
    _judge(name, width, height)


def check_heic(name: str, content: bytes) -> None:
    """ISO/IEC 23008-12: the box `ispe` holds width and height of a picture, after its version and flags."""
    at = content.find(b"ispe")
    while at >= 0:
        if at + 16 <= len(content):
            _judge(name, *struct.unpack_from(">II", content, at + 8))
        at = content.find(b"ispe", at + 4)


def _judge(name: str, width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        limit = MOST_PIXELS // 1_000_000
        raise FileRefused(
            f"“{name}”有 {width}×{height} 像素，超过 {limit} 百万像素，请缩小后上传",
            f"“{name}” has {width}×{height} pixels, over {limit} million; make it smaller",
        )

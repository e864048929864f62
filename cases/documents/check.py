"""What everybody may ask who holds a document: whether it counts. One word, by its number and its hash."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from django.db import connection

WORDS: Final = ("valid", "corrected", "voided", "unknown")
LONGEST_NUMBER = 40
_CODE = re.compile(r"[0-9a-f]{16,64}")
_BRACKETS = str.maketrans("[](){}【】〈〉《》", "〔〕〔〕〔〕〔〕〔〕〔〕")


def check(number: str, code: str) -> str:
    """One of WORDS. Whatever is asked, the database is asked once, so that the answer takes the same time."""
    wanted = "".join(unicodedata.normalize("NFKC", number).split()).translate(_BRACKETS)[:LONGEST_NUMBER]
    digits = "".join(code.split()).lower()
    if not _CODE.fullmatch(digits):
        digits = ""
    with connection.cursor() as cursor:
        cursor.execute("SELECT document_check(%s, %s)", [wanted.replace("\x00", ""), digits])
        return str(cursor.fetchone()[0])

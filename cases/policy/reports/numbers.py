"""The numbers of reports, as offices write them: one gapless series a region, kind and year."""

from __future__ import annotations

from typing import Final

KINDS: Final = {"ledger": ("工作台账", "Weekly ledger"), "overdue": ("逾期通报", "Overdue bulletin")}
_WORDS: Final = {"ledger": "整治台账", "overdue": "整治通报"}


def report_number(region: str, kind: str, year: int, serial: int) -> str:
    """Such as 徐整治台账〔2026〕12号; the brackets are U+3014 and U+3015 (GB/T 9704)."""
    return f"{region[0]}{_WORDS[kind]}〔{year}〕{serial}号"

"""Document numbers: as offices write them, and never the same for two papers."""

from __future__ import annotations

import re
from pathlib import Path

from cases.documents.numbering import DOCUMENT_WORDS, document_number

EFFECTS = Path(__file__).resolve().parents[2] / "cases" / "workflow" / "effects"


def test_a_number_has_place_agency_kind_year_in_brackets_and_serial() -> None:
    number = document_number("徐州市", "development_commission", "suspension_order", 2026, 31)
    assert number == "徐整治停〔2026〕31号"


def test_every_kind_has_a_word_of_its_own() -> None:
    assert len(set(DOCUMENT_WORDS.values())) == len(DOCUMENT_WORDS)


def test_every_kind_that_an_act_issues_has_a_word() -> None:
    issued = set()
    for path in EFFECTS.rglob("*.py"):
        issued |= set(re.findall(r'document ?= ?\("([a-z_]+)"', path.read_text(encoding="utf-8")))
    assert issued == set(DOCUMENT_WORDS)

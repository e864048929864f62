"""Document numbers as offices write them: 机关代字〔年〕号, the brackets being U+3014 and U+3015 (GB/T 9704)."""

from __future__ import annotations

_AGENCY_WORD = {
    "development_commission": "整治",
    "grid_company": "供电",
    "cyberspace_office": "网信",
    "telecom_bureau": "通管",
    "supervision": "督",
}
_DOCUMENT_WORD = {
    "suspension_order": "停",
    "determination": "认",
    "surcharge_list": "价",
    "surcharge_end": "止",
    "referral": "移",
    "restoration_order": "复",
    "withdrawal": "撤",
}


def document_number(region: str, agency_kind: str, kind: str, year: int, serial: int) -> str:
    """Such as 徐整治停〔2026〕31号: place, agency, kind, year in 〔〕, serial without leading zeros."""
    return f"{region[0]}{_AGENCY_WORD.get(agency_kind, '办')}{_DOCUMENT_WORD.get(kind, '文')}〔{year}〕{serial}号"

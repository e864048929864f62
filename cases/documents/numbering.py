"""Document numbers as offices write them: 机关代字〔年〕号, the brackets being U+3014 and U+3015 (GB/T 9704)."""

from __future__ import annotations

_AGENCY_WORD = {
    "development_commission": "整治",
    "grid_company": "供电",
    "cyberspace_office": "网信",
    "telecom_bureau": "通管",
    "supervision": "督",
}
# One word per kind: each kind has a series of its own, so two kinds with one word would share their numbers.
DOCUMENT_WORDS = {
    "advice": "建",
    "assistance": "协",
    "closure": "结",
    "countersignature": "签",
    "determination": "认",
    "exclusion": "排",
    "objection_answer": "答",
    "referral": "移",
    "restoration_order": "复",
    "stay": "中",
    "stay_lifted": "恢",
    "surcharge_end": "止",
    "surcharge_list": "价",
    "surcharge_notice": "价告",
    "suspension_notice": "停告",
    "suspension_order": "停",
    "transfer": "交",
    "transfer_receipt": "接",
    "urge": "督",
    "withdrawal": "撤",
}


def document_number(region: str, agency_kind: str, kind: str, year: int, serial: int) -> str:
    """Such as 徐整治停〔2026〕31号: place, agency, kind, year in 〔〕, serial without leading zeros.

    Raises KeyError for a kind that has no word yet.
    """
    return f"{region[0]}{_AGENCY_WORD.get(agency_kind, '办')}{DOCUMENT_WORDS[kind]}〔{year}〕{serial}号"

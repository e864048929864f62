"""What the engine refuses: a code, the sentence that says what to do, and the field it is about."""

from __future__ import annotations


class TariffError(ValueError):
    """A bill that cannot be made; ``zh`` and ``en`` say what is wrong and what to do."""

    def __init__(self, code: str, zh: str, en: str, field: str = "") -> None:
        super().__init__(f"{code}: {en}")
        self.code = code
        self.zh = zh
        self.en = en
        self.field = field

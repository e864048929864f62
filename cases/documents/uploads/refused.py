"""How a file is turned down."""

from __future__ import annotations


class FileRefused(ValueError):
    """A file that is not taken; `zh` and `en` say why and what to do."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(zh)
        self.zh, self.en = zh, en

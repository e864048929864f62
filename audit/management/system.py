"""What all commands of the product have in common: each says as which system actor it works, or sees nothing."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.management.base import BaseCommand

from audit.sight import nobody, working_as


class SystemCommand(BaseCommand):
    """A command that works as a named system actor (`config/database/wall.py`); without a name as nobody.

    A command without a name reads no case, or reads as the person in whose name it acts.
    """

    works_as: ClassVar[str] = ""

    def execute(self, *args: Any, **options: Any) -> str | None:
        with working_as(self.works_as) if self.works_as else nobody():
            return super().execute(*args, **options)

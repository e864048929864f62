"""`manage.py generate_docs [--check]`: write the pages that come from the workflow table, or fail where they differ."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from audit.management.system import SystemCommand
from cases.workflow.reference import diagram, pages

BEGIN, END = "<!-- generated: manage.py generate_docs -->", "<!-- end of generated -->"


def generated() -> dict[Path, str]:
    """The generated files, by their path inside the project."""
    docs = Path("docs")
    return {
        docs / "workflow.md": pages.workflow_page(),
        docs / "permissions.md": pages.permissions_page(),
        docs / "workflow.svg": diagram.svg(),
        Path("README.md"): _with_diagram((settings.BASE_DIR / "README.md").read_text(encoding="utf-8")),
    }


def _with_diagram(readme: str) -> str:
    """The README with its diagram made anew; the rest of it is written by hand."""
    before, _, rest = readme.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n```mermaid\n{diagram.mermaid().rstrip()}\n```\n{END}{after}"


class Command(SystemCommand):
    help = "Write the pages of docs/ that come from the table, and the README's diagram; --check fails on drift."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; fail where a page is out of date")

    def handle(self, *args: Any, **options: Any) -> None:
        root = Path(settings.BASE_DIR)
        stale = [path for path, text in generated().items() if not _same(root / path, text)]
        if options["check"]:
            if stale:
                names = "、".join(map(str, stale))
                raise CommandError(f"{names} 与流程表不一致，请运行 manage.py generate_docs 并提交。")
            return
        for path in stale:
            (root / path).parent.mkdir(exist_ok=True)
            (root / path).write_text(generated()[path], encoding="utf-8")
            self.stdout.write(f"已写入 {path}")


def _same(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text

"""`manage.py generate_openapi [--check]`: write docs/openapi.yaml, or fail where it is out of date."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer

from audit.management.system import SystemCommand

TARGET = Path("docs") / "openapi.yaml"


class Command(SystemCommand):
    help = "Write docs/openapi.yaml from the addresses and the workflow table; --check fails where it differs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 where it is out of date")

    def handle(self, *args: Any, **options: Any) -> None:
        target = Path(settings.BASE_DIR) / TARGET
        wanted = OpenApiYamlRenderer().render(SchemaGenerator().get_schema(public=True), renderer_context={})
        if not options["check"]:
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(wanted)
            self.stdout.write(f"已写入 {TARGET}")
        elif not target.exists() or target.read_bytes() != wanted:
            raise CommandError(f"{TARGET} 已过期，请运行 manage.py generate_openapi 并提交。")

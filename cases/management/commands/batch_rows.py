"""What became of every row of a list, one JSON object a line, in file order."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import CommandError, CommandParser

from audit.access.writing import Way
from audit.management.system import SystemCommand
from cases.intake.ledger.names import find_batch
from cases.intake.reading_log import note_rows
from cases.intake.selectors import row_results


class Command(SystemCommand):
    works_as = "list_report"
    help = "逐行输出一个批次的处理结果 Print fate, effect, reason and case of every row of a batch, in file order."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("batch", help="批次名称 (name of the batch)")
        parser.add_argument("--json", action="store_true", help="每行一个 JSON 对象 (one JSON object a line)")
        parser.add_argument(
            "--language", default="zh", choices=("zh", "en"), help="原因的语言 (language of the reasons)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        batch = find_batch(options["batch"])
        if batch is None:
            raise CommandError(f"没有名为“{options['batch']}”的批次；请核对名称（区分大小写）。")
        note_rows(None, batch, batch.rows_done, way=Way.COMMAND)
        for row in row_results(batch.id, options["language"]):
            if options["json"]:
                self.stdout.write(json.dumps(row, ensure_ascii=False))
            else:
                self.stdout.write(
                    f"{row['row']:>6}  {row['fate']:<20} {row['effect']:<9} {row['case'] or '-':<12} {row['reason']}"
                )

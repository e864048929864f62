"""The next version of the feedback to the issuer of a list, by the same road as the page and the API."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from agencies.actors import system_actor
from audit import clock
from audit.management.system import SystemCommand
from cases.intake.feedback.services import ask_for, draw_version
from cases.intake.feedback.summary import summarise
from cases.intake.feedback.taking import take_out_at_shell
from cases.intake.ledger.names import find_batch
from cases.models import Feedback
from cases.workflow.errors import WorkflowError


class Command(SystemCommand):
    works_as = "feedback"
    help = (
        "生成一个批次的反馈 Draw up the feedback of a batch: every row answered in the issuer's own columns, as the"
        " next version, or anew where the last one was not sent. Checking and sending are acts of people."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("batch", help="批次名称 (name of the batch)")
        parser.add_argument("--output", help="反馈表写入该文件，含明文 (write the workbook there, in clear)")
        parser.add_argument("--json", action="store_true", help="以 JSON 输出统计 (print the counts as JSON)")

    def handle(self, *args: Any, **options: Any) -> None:
        batch = find_batch(options["batch"])
        if batch is None:
            raise CommandError(f"没有名为“{options['batch']}”的批次；请核对名称（区分大小写）。")
        try:
            version = ask_for(actor=system_actor(), batch=batch, now=clock.now())
            version = draw_version(version.id, clock.now(), self._progress)
            if options["output"] and version.state == Feedback.State.DRAWN:
                self._write(version, Path(options["output"]))
        except WorkflowError as error:
            raise CommandError(error.text.zh) from None
        told = summarise(version)
        if options["json"]:
            self.stdout.write(json.dumps(told, ensure_ascii=False, default=str))
        else:
            self.stdout.write(
                f"批次“{batch.name}”反馈第{version.number}版（{told['state_label']}）：共 {version.rows} 行，"
                f"已答复 {version.answered} 行，未答复 {version.unanswered} 行，其中逾期 {version.overdue} 行"
            )
        if version.state == Feedback.State.FAILED:
            raise CommandError(told["problem"])

    def _progress(self, rows: int) -> None:
        self.stderr.write(f"已处理 {rows} 行")

    def _write(self, version: Feedback, path: Path) -> None:
        try:
            with take_out_at_shell(version, clock.now()) as file, path.open("wb") as target:
                shutil.copyfileobj(file, target)
        except OSError as error:
            raise CommandError(f"无法写入“{path}”：{error.strerror}。请核对路径。") from None

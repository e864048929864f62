"""A list from the shell, by the same road as the API and the page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from agencies.actors import Actor, NoSuchActor, find_actor, system_actor
from agencies.directory import get_directory
from audit import clock
from audit.management.system import SystemCommand
from cases.intake.ledger.statement import Stated
from cases.intake.lists.synonyms import KINDS
from cases.intake.receiving import find_agency
from cases.intake.services import BatchSummary, import_file
from cases.workflow.errors import WorkflowError


class Command(SystemCommand):
    works_as = "intake"
    help = (
        "导入一份名单 Import a list: every row gets its fate, every site its case. The same file again changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="CSV、TSV、XLSX、XLS 或 ODS 文件 (the file)")
        parser.add_argument("--kind", required=True, choices=KINDS, help="名单类型 (kind of list)")
        parser.add_argument(
            "--agency", required=True, help="报送单位代码或类别 (agency code, or kind such as telecom_bureau)"
        )
        parser.add_argument("--batch", required=True, help="批次名称 (name of the batch)")
        parser.add_argument(
            "--issuer", default="", help="下发单位，缺省为报送单位 (who issued it; default: the agency)"
        )
        parser.add_argument(
            "--level", default="", help="名单级别：full 全量（缺省）、priority 重点 (level of the list)"
        )
        parser.add_argument(
            "--due", default="", help="反馈期限，如 2026-11-27，缺省按规则 (feedback due; default: by rule)"
        )
        parser.add_argument(
            "--as", dest="username", help="以谁的账号导入，缺省为系统 (username; default: the system actor)"
        )
        parser.add_argument("--json", action="store_true", help="以 JSON 输出 (print the counts as JSON)")

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(options["file"])
        try:
            content = path.read_bytes()
        except OSError as error:
            raise CommandError(f"无法读取文件“{path}”：{error.strerror}。请核对路径。") from None
        actor = self._actor(options["username"])
        try:
            summary = import_file(
                actor=actor,
                content=content,
                filename=path.name,
                kind=options["kind"],
                agency=find_agency(options["agency"], get_directory()),
                batch_name=options["batch"],
                now=clock.now(),
                stated=Stated(issuer=options["issuer"], level=options["level"], due=options["due"]),
                progress=self._progress,
            )
        except WorkflowError as error:
            fields = "".join(f" {text.get(actor.language)}" for text in error.fields.values())
            raise CommandError(error.text.get(actor.language) + fields) from None
        self._report(summary, actor.language, as_json=options["json"])
        if summary.problem:
            raise CommandError(f"{path.name}：{summary.problem.get(actor.language)}")

    def _actor(self, username: str | None) -> Actor:
        try:
            return find_actor(username) if username else system_actor()
        except NoSuchActor as error:
            raise CommandError(str(error)) from None

    def _progress(self, done: int, total: int) -> None:
        self.stderr.write(f"已处理 {done}/{total} 行")

    def _report(self, summary: BatchSummary, language: str, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(summary.as_dict(language), ensure_ascii=False))
            return
        if summary.problem:
            return
        if summary.note:
            self.stdout.write(summary.note.get(language))
        counts = "，".join(f"{fate} {n}" for fate, n in sorted(summary.fates.items()))
        effects = summary.effects
        self.stdout.write(f"批次“{summary.name}”：{summary.rows_done} 行（{counts}）")
        self.stdout.write(
            f"新立案 {effects.get('new_case', 0)} 行，并入已有案件 {effects.get('added', 0)} 行，"
            f"未产生变化 {effects.get('none', 0)} 行；用时 {summary.seconds:.1f} 秒"
        )

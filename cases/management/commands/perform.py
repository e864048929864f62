"""One act from the shell, with the same checks as the API."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from django.core.management.base import CommandError, CommandParser

from agencies.actors import Actor, NoSuchActor, find_actor
from agencies.sight import seeing
from audit import clock
from audit.management.system import SystemCommand
from cases.workflow.deciding.loading import find_case
from cases.workflow.engine import OPEN_CASE, perform
from cases.workflow.errors import InvalidInput, NotAllowed, WorkflowError
from cases.workflow.forms.body import read_object
from cases.workflow.view import Text


class Command(SystemCommand):
    help = "办理一件案件的一个事项 Do one act on one case (CASE: number, id, or - for open_case)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("case", help="案件编号或 id；立案时写 - (number or id; - to open a case)")
        parser.add_argument("action", help="事项代码 (docs/workflow.md)")
        parser.add_argument("--as", dest="username", required=True, help="以谁的账号办理 (username)")
        parser.add_argument("--data", default="{}", help="填写内容，JSON 对象 (inputs as a JSON object)")
        parser.add_argument("--expect", type=int, help="所依据的案件版本 (refuse when the case has moved on)")
        parser.add_argument("--key", help="幂等键 (idempotency key)")
        parser.add_argument("--json", action="store_true", help="以 JSON 输出 (print the result as JSON)")

    def handle(self, *args: Any, **options: Any) -> None:
        language = "zh"
        try:
            actor = self._actor(options["username"])
            language = actor.language
            with seeing(actor):
                result = perform(
                    case_id=self._case(options["case"], options["action"]),
                    action=options["action"],
                    actor=actor,
                    # As strictly as the API reads a body; what the shell could not decode stays unreadable.
                    data=read_object(options["data"].encode("utf-8", "surrogateescape")),
                    expected_version=options["expect"],
                    idempotency_key=options["key"],
                    now=clock.now(),
                )
        except WorkflowError as error:
            self._refused(error, language, as_json=options["json"])
        if options["json"]:
            self.stdout.write(json.dumps(result.as_dict(), ensure_ascii=False))
        else:
            self.stdout.write(
                f"{result.number} {result.action} → {result.stage}（版本 {result.version}，回执 {result.leaf}）"
            )

    def _actor(self, username: str) -> Actor:
        try:
            actor = find_actor(username)
        except NoSuchActor as error:
            says = Text(str(error), "There is no such account, or it is disabled.")
            raise NotAllowed(says, code="no_such_account") from None
        if actor.is_system:
            says = Text("系统账号不办理事项，请写办理人的账号。", "The system account does no acts; name a person's.")
            raise NotAllowed(says, code="no_person")
        return actor

    def _case(self, reference: str, action: str) -> str | None:
        if reference == "-":
            return None
        if action == OPEN_CASE:
            says = Text("立案（open_case）不写案件编号，写 -。", "Opening names no case; write - instead.")
            raise InvalidInput(says, code="case_named")
        # An unknown number takes the same road as an invisible case: the engine answers both alike.
        return find_case(reference) or "00000000-0000-0000-0000-000000000000"

    def _refused(self, error: WorkflowError, language: str, *, as_json: bool) -> NoReturn:
        fields = {name: text.get(language) for name, text in error.fields.items()}
        if as_json:
            problem = {
                "status": error.status,
                "code": error.code,
                "detail": error.text.get(language),
                "article": error.article,
                "errors": fields,
                "missing": list(error.missing),
                "figures": error.figures,
            }
            self.stdout.write(json.dumps(problem, ensure_ascii=False))
        lines = [f"[{error.status} {error.code}] {error.text.get(language)}"]
        if error.article:
            lines.append(f"依据：{error.article}")
        lines.extend(f"- {name}：{text}" for name, text in fields.items())
        raise CommandError("\n".join(lines))

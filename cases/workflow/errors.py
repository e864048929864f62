"""Every way an act can be turned down. The docstring's first line is the default message's meaning."""

from __future__ import annotations

from cases.workflow.view import Refusal, Text


class WorkflowError(Exception):
    """The act was not done; nothing was changed."""

    status = 409
    code = "refused"
    default = Text("不能办理。", "This cannot be done.")

    def __init__(
        self,
        text: Text | None = None,
        *,
        code: str | None = None,
        article: str = "",
        fields: dict[str, Text] | None = None,
        figures: dict[str, str] | None = None,
        missing: tuple[str, ...] = (),
    ) -> None:
        self.text = text or self.default
        self.code = code or self.code
        self.article = article
        self.fields = fields or {}
        self.figures = figures or {}
        self.missing = missing
        super().__init__(self.text.zh)

    @property
    def refusal(self) -> Refusal:
        return Refusal(self.code, self.text, self.article, self.missing, self.status, self.figures or None)


class InvalidInput(WorkflowError):
    """What was typed cannot be read; `fields` names each place."""

    status = 400
    code = "invalid_input"
    default = Text("填写有误，请按各项提示改正。", "Some of the input cannot be used; see each field.")


class NotAllowed(WorkflowError):
    """The case is visible, but this act is not this person's to do."""

    status = 403
    code = "not_allowed"


class NotVisible(WorkflowError):
    """There is no such case for this person; the same answer whether it exists or not."""

    status = 404
    code = "not_found"
    default = Text("没有这件案件，或你所在机构不参与办理。", "No such case, or your agency takes no part in it.")


class GuardRefused(WorkflowError):
    """A gate, the stage or a missing task stands in the way."""

    status = 409
    code = "guard_refused"


class IdempotencyConflict(WorkflowError):
    """The same Idempotency-Key was used before with another content."""

    status = 409
    code = "idempotency_conflict"
    default = Text(
        "同一个幂等键此前已用于另一内容的提交。请换一个新的键再提交。",
        "This Idempotency-Key was already used for a different request; send a new key.",
    )


class StaleVersion(WorkflowError):
    """The case has moved on since it was read."""

    status = 412
    code = "stale_version"


class PreconditionRequired(WorkflowError):
    """The version that was read has to be named."""

    status = 428
    code = "precondition_required"
    default = Text(
        "缺少所依据的案件版本。请先读取案件，再带上它的版本号提交（If-Match）。",
        "The case version this is based on is missing; read the case first and send its version (If-Match).",
    )


_BY_STATUS: dict[int, type[WorkflowError]] = {400: InvalidInput, 403: NotAllowed, 404: NotVisible}


def from_refusal(refusal: Refusal) -> WorkflowError:
    kind = _BY_STATUS.get(refusal.status, GuardRefused)
    return kind(
        refusal.text,
        code=refusal.code,
        article=refusal.article,
        figures=refusal.figures,
        missing=refusal.missing,
        # A refusal of what was typed stands at its field, like one of the reader's own.
        fields=dict.fromkeys(refusal.missing, refusal.text) if refusal.status == InvalidInput.status else None,
    )

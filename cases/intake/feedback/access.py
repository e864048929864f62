"""Who answers the issuer of a list, who reads the answer, and who may take the workbook out.

A list is answered by the commission of its sender's region, which alone knows what became of all its cases. The sender
has what was sent. The workbook holds the issuer's own columns in clear: it is taken out by who brought them, and by the
answering commission where it sees all of them in clear anyway.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from agencies.actors import Actor, Post
from agencies.directory import AgencyRef, get_directory
from agencies.vocabulary import Kind
from cases.intake.receiving import is_own
from cases.intake.selectors import get_batch
from cases.models import Feedback, ListBatch
from cases.policy.privacy.precision import Form
from cases.selectors.precision.lists import cell_form, list_viewpoint
from cases.workflow.errors import GuardRefused, NotAllowed, NotVisible
from cases.workflow.view import Text

ANSWERING: Final = frozenset({"handler", "reviewer"})
NOT_YOURS: Final = Text(
    "批次反馈由报送单位所在地区发展改革委的经办人或审核人拟制、核对和报送；请交由该单位办理。",
    "Feedback is drawn up, checked and sent by handlers or reviewers of the commission of the sender's region.",
)
NOT_CLEAR: Final = Text(
    "反馈表含名单原文中的个人信息，按字段权限你不能查看明文；请由报送该名单的单位的经办人下载，本页可查看统计和逐行结论。",
    "The workbook holds personal data of the list that you do not see in clear; a handler of the agency that sent the"
    " list downloads it. The figures and the answers are on this page.",
)
NO_COMMISSION: Final = Text(
    "报送单位所在地区没有发展改革委，无人可以反馈；请由安全管理员先登记该机构。",
    "There is no commission for the sender's region to answer; have the agency registered first.",
)
NO_SUCH: Final = Text("没有这一版反馈，或你所在机构不能查看。", "There is no such version, or it is not your agency's.")


def answering_agency(batch: ListBatch) -> AgencyRef:
    """The commission that answers. Raises GuardRefused where the region has none."""
    directory = get_directory()
    found = directory.addressee(Kind.DEVELOPMENT_COMMISSION, directory.by_id[batch.agency_id].region_code)
    if found is None:
        raise GuardRefused(NO_COMMISSION, code="no_commission")
    return found


def answering_post(actor: Actor, batch: ListBatch) -> Post | None:
    """The post through which this person answers the list; None: he does not."""
    try:
        agency = answering_agency(batch)
    except GuardRefused:
        return None
    return next((p for p in actor.posts if p.agency_id == agency.id and not p.roles.isdisjoint(ANSWERING)), None)


def check_answering(actor: Actor, batch: ListBatch) -> None:
    """Raises NotAllowed."""
    if not actor.is_system and answering_post(actor, batch) is None:
        raise NotAllowed(NOT_YOURS, code="may_not_answer")


def visible_versions(actor: Actor, batch: ListBatch) -> list[Feedback]:
    """The versions of a visible list, the latest first; before it is sent one is for who answers the list."""
    found = Feedback.objects.filter(batch_id=batch.id)
    if not _of_the_answering(actor, batch):
        found = found.filter(state=Feedback.State.SENT)
    related = ("agency", "drawn_by", "checked_by", "sent_by", "previous")
    return list(found.select_related(*related).order_by("-number"))


def get_version(actor: Actor, batch_id: UUID | str, number: int) -> Feedback:
    """One version. Raises NotVisible, whether it exists or not."""
    batch = get_batch(actor, batch_id)
    for version in visible_versions(actor, batch) if batch is not None else ():
        if version.number == number and batch is not None:
            version.batch = batch
            return version
    raise NotVisible(NO_SUCH)


def may_take_out(actor: Actor, version: Feedback) -> bool:
    """Whether this person may have the workbook, every cell as the issuer wrote it."""
    batch = version.batch
    if is_own(actor, batch):
        return True
    return answering_post(actor, batch) is not None and _sees_all(actor, version)


def _of_the_answering(actor: Actor, batch: ListBatch) -> bool:
    """Whether this person has a post that works on cases in the commission that answers."""
    try:
        agency = answering_agency(batch)
    except GuardRefused:
        return False
    return any(post.agency_id == agency.id for post in actor.posts)


def _sees_all(actor: Actor, version: Feedback) -> bool:
    """Whether every column is one that this person sees in clear; what nobody has mapped may hold anything."""
    batch = version.batch
    viewpoint = list_viewpoint(actor, batch.agency_id, get_directory())
    if version.counts.get("other_sheets"):
        return False
    for sheet in batch.columns.get("sheets", ()):
        mapped = set(sheet["columns"].values())
        if any(header and column not in mapped for column, header in enumerate(sheet["headers"])):
            return False
        forms = [cell_form(name, batch.kind, viewpoint, batch.agency_id) for name in sheet["columns"]]
        if any(form is not None and form is not Form.CLEAR for form in forms):
            return False
    return True

"""A closed case that holds personal data everywhere they can be, each a value that stands nowhere else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile

from agencies.actors import find_actor
from audit import clock
from cases.documents.attachments import store_attachment
from cases.models import Case
from tests.intake.samples import bring
from tests.web import story

PHONE, HOLDER, BROADBAND, ROOM = "13912340987", "司徒金鸟", "xz05168877661", "鹦鹉里小区7栋3单元902室"
ADDRESS, PORT = "58.218.77.91", "51733"
TYPED_HOLDER, TYPED_PHONE, REMARK, PICTURE = (
    "欧阳银鱼",
    "13755512340",
    "当事人称机器为其堂兄寄存",
    "照片里的人是上官铜雀",
)
CANARIES = (PHONE, HOLDER, BROADBAND, ROOM, ADDRESS, TYPED_HOLDER, TYPED_PHONE, REMARK, PICTURE, "上官铜雀")
SIGHT = f"{ADDRESS},{PORT}"
TELECOM = (
    "序号,源IP地址,源端口,矿池地址,币种,首次发现时间,最近发现时间,提交次数,运营商,疑似区县,名单级别\n"
    f"1,{SIGHT},pool.example:7777,BTC,2026-10-16 07:56:00,2026-10-18 06:22:00,999,电信,云龙区,重点\n"
    f"2,{SIGHT},pool.example:7777,BTC,2026-10-16 07:56:00,2026-10-18 06:22:00,999,电信,云龙区,重点\n"
)


TRACE = (
    "序号,源IP地址,源端口,首次发现时间,溯源结果,宽带账号,用户名称,联系电话,装机地址\n"
    f"1,{SIGHT},2026-10-16 07:56:00,已定位,{BROADBAND},{HOLDER},{PHONE},徐州市云龙区{ROOM}\n"
)


def known() -> Case:
    """Opened by a list with a repeated row, located by a reply; a file and a remark were added."""
    bring("telecom", TELECOM.encode(), name="金丝雀名单")
    bring("trace", TRACE.encode(), name="金丝雀溯源")
    case = Case.objects.get()
    kept(case, f"{HOLDER}.txt", f"{PICTURE} {HOLDER} {PHONE}")
    act("drc-handler1", "comment", case, comment=f"{REMARK}，{TYPED_HOLDER}，{TYPED_PHONE}")
    return case


def kept(case: Case, name: str, content: str) -> UUID:
    """A file that an act has named, so that its hash stands in an event."""
    upload = SimpleUploadedFile(name, content.encode())
    now = clock.now()
    file_id = store_attachment(
        actor=find_actor("drc-handler1"), case_id=case.pk, kind="attach_document", upload=upload, now=now
    )
    act("drc-handler1", "attach_document", case, attachments=[file_id], paper="photo")
    return UUID(file_id)


def closed() -> Case:
    """The same case, closed as a false positive."""
    return close(known())


def close(case: Case) -> Case:
    act("drc-handler1", "propose_exclusion", case, reason_code="node", explanation=f"普通节点，{TYPED_HOLDER}")
    act("drc-reviewer1", "decide_exclusion", case, decision="approve")
    case.refresh_from_db()
    assert case.stage == "closed"
    return case


def later(**span: int) -> None:
    clock.advance(timedelta(**span))


def act(who: str, action: str, case: Any, **data: Any) -> None:
    holder: Any = type("Known", (), {"case_id": str(case.pk)})
    story.do(who, action, holder, **data)

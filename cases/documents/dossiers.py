"""A dossier as PDF: the event of its making first, then the pages with the number of that event on each of them."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.db import transaction
from django.http import HttpRequest

from agencies.access.reads import note_read
from agencies.actors import Actor
from agencies.authority import event_actor
from audit.access.writing import Way
from audit.actions import Action
from audit.chain import canonical
from audit.services import Recorded, record
from cases.documents.attachments import post_in, seen_through
from cases.documents.copies import Copy
from cases.documents.papers.pdf import FONTS, HEADING_FONTS, families, let_go, printed
from cases.policy.dated import CHINA
from cases.selectors.paging import Row

LAYOUT: Final = Path(__file__).resolve().parent / "papers" / "dossier.typ"
WHAT: Final = "case_dossier"


@transaction.atomic
def make_dossier(
    actor: Actor,
    case: Row,
    said: dict[str, Any],
    in_clear: list[str],
    *,
    now: datetime,
    request: HttpRequest | None = None,
) -> Copy:
    """The file, and on record who took it: what cannot be recorded does not leave.

    The event holds the hash of what is said, since its own number is printed with it; the access log that of the file.
    """
    post = post_in(actor, seen_through(actor, case["id"]))
    digest = hashlib.sha256(canonical(said)).hexdigest()
    data = {"what": WHAT, "case": case["id"], "number": case["number"], "version": case["version"], "sha256": digest}
    made = record(
        stream=f"account/{actor.username}",
        action=Action.EXPORT_MADE,
        actor=event_actor(actor, post),
        data={**data, "rows": len(said["timeline"])},
        now=now,
    )
    content = _pages(actor, said, made, now, post.agency_name if post else "")
    note_read(
        actor=actor,
        way=Way.EXPORT,
        case_id=case["id"],
        items=[WHAT, *in_clear],
        rows=len(said["timeline"]),
        file_hash=hashlib.sha256(content).hexdigest(),
        request=request,
        post=post,
        now=now,
    )
    return Copy(f"卷宗 {case['number']}.pdf", content)


def _pages(actor: Actor, said: dict[str, Any], made: Recorded, now: datetime, agency: str) -> bytes:
    """The number is that in the chain of the person: one of the whole trail would tell how much others do."""
    local = now.astimezone(CHINA)
    place = f"账号 {actor.username} 第 {made.seq:,} 号"
    maker, at = f"{actor.display_name}，{agency}", f"{local:%Y-%m-%d %H:%M}"
    about = (("制作", maker), ("制作时间", at), ("留痕编号", place), ("留痕散列", made.leaf[:32]))
    given = {
        **said,
        "printed": f"制作：{maker}，{at}　{place}留痕",
        "notice": f"本卷宗由系统按制作人的权限生成，部分数据可能已遮盖。{place}留痕记有其内容的散列。",
        "cover": [*said["cover"], *(list(pair) for pair in about)],
        "day": [local.year, local.month, local.day],
        "fonts": families(FONTS),
        "headings": families(HEADING_FONTS),
    }
    content = printed(LAYOUT, json.dumps(given, ensure_ascii=False))
    let_go()
    return content

"""消息样式: what each topic says over each channel in each language, with a case that is plainly an example."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, Final

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render

from agencies.actors import Actor
from agencies.vocabulary import SEPARATED_ROLES, Label, Role
from audit import clock
from cases.web.pages import PageRequest, page
from cases.workflow.errors import NotAllowed, NotVisible
from cases.workflow.task_kinds import KINDS
from cases.workflow.view import Text
from notifications.channels import mail, robots, sms
from notifications.channels.base import Outgoing
from notifications.choices.kinds import EMAIL, SMS, group_of
from notifications.texts import DIGEST, outgoing_text
from notifications.wording import topic_name, topics, wording

ROBOT: Final = "robot"
NUMBER: Final = "示例0000-0001"
LANGUAGES: Final = (("zh", "中文"), ("en", "English"))
CHANNELS: Final = (
    ("inbox", Label("站内消息", "Inbox")),
    (EMAIL, Label("邮件", "Mail")),
    (SMS, Label("短信", "Text message")),
    (ROBOT, Label("群机器人", "Group robot")),
)
STUCK: Final = "delivery.stuck"
_DIGEST_NAME: Final = Label("每日汇总", "Daily digest")
_KEEPERS: Final = frozenset({Role.AGENCY_ADMIN, *SEPARATED_ROLES})


@page
def samples(request: PageRequest) -> HttpResponse:
    """For administrators, who are asked what a message looks like before they switch a channel on."""
    if not may_see(request.actor):
        raise NotAllowed(
            Text(
                "消息样式供管理员查看。需要时请联系本单位管理员。",
                "Samples are for administrators; ask that of your agency.",
            )
        )
    known = [*topics(), DIGEST]
    topic = request.GET.get("topic", known[0])
    if topic not in known:
        raise NotVisible
    context = {
        "topics": [(code, _DIGEST_NAME if code == DIGEST else topic_name(code), code == topic) for code in known],
        "group": None if topic == DIGEST else group_of(topic),
        "samples": [
            {"channel": name, "shown": [(each, label, *_sample(topic, code, each)) for each, label in LANGUAGES]}
            for code, name in CHANNELS
            if topic != DIGEST or code == EMAIL
        ],
    }
    return render(request, "notifications/samples.html", context)


def may_see(actor: Actor) -> bool:
    """Administrators, of an agency or of the three separated kinds."""
    return any(actor.has_role(role) for role in _KEEPERS)


def example(now: datetime, topic: str = "") -> dict[str, Any]:
    """Every member that a message may hold, of a case that there cannot be; or of what is about no case."""
    due, kind = now + timedelta(days=3), KINDS["check_consumption"]
    if other := _about_no_case(topic, now):
        return other
    return {
        "number": NUMBER,
        "kind": kind.code,
        "label_zh": kind.label.zh,
        "label_en": kind.label.en,
        "stage": "verification",
        "due_at": due.isoformat(),
    }


def _about_no_case(topic: str, now: datetime) -> dict[str, Any]:
    if topic.startswith("calendar."):
        return {"number": str(now.year + 1), "link": "/calendar/"}
    if topic == "report.ready":
        return {"number": NUMBER, "label_zh": "工作台账", "label_en": "Weekly ledger", "link": "/reports/"}
    if topic == "endpoint.gone":
        return {"label_zh": "企业微信", "label_en": "WeCom", "link": "/channels/"}
    return {"retrying": 2, "dead": 1, "oldest": now.isoformat(), "link": "/deliveries/"} if topic == STUCK else {}


def _sample(topic: str, channel: str, language: str) -> tuple[str, str]:
    """Subject and text, as the sender of the channel would put them."""
    now = clock.now()
    payload = example(now, topic)
    if channel == "inbox":
        return "", wording(topic, payload).get(language)
    several = topic == DIGEST
    kinds = ["task.opened", "case.done"] if several else [topic]
    subject, text = outgoing_text(
        topic=topic, topics=kinds, payloads=[payload] * len(kinds), language=language, digest=several, channel=channel
    )
    message = Outgoing(
        id="", channel=channel, address="", language=language, topic=topic, subject=subject, text=text,
        link=f"{settings.PUBLIC_URL}/inbox/", created_at=now, payload=payload,
    )  # fmt: skip
    if channel == EMAIL:
        return subject, mail.written(message)
    if channel == SMS:
        gateway = settings.SMS or SimpleNamespace(sign="联治", most_parts=2)
        return "", sms.composed(gateway, message)
    return "", robots.written(message)

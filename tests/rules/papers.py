"""Versions as people propose and decide them in these tests."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from agencies.actors import find_actor
from cases.models.rules import RuleVersion
from cases.policy.entered import Version
from cases.rules.deciding import approve
from cases.rules.proposing import Draft, propose

NOW = datetime(2026, 11, 26, 2, tzinfo=UTC)
DOCUMENT: dict[str, Any] = {
    "number": "苏发改价格发〔2026〕88号",
    "rate": "0.50",
    "volume": "whole",
    "share": None,
    "covers_persons": False,
    "status": "in_force",
}
RULE: dict[str, Any] = {
    "number": "徐州市人民代表大会常务委员会公告第12号",
    "title": "徐州市电力保护条例",
    "content": "有关行政机关书面通知并附生效法律文书的，供电企业可以暂停生产经营业务用电",
    "status": "in_force",
}


def draft(kind: str = "surcharge_document", **more: Any) -> Draft:
    body = {**(DOCUMENT if kind == "surcharge_document" else RULE), **more.pop("body", {})}
    values: dict[str, Any] = {
        "kind": kind,
        "region": "320000" if kind == "surcharge_document" else "320300",
        "body": {} if more.get("repeal") else body,
        "effective_from": date(2026, 12, 1),
        "source": "省发展改革委门户网站 2026-11-20",
        "article": "第二条",
        "certainty": "V-P",
    }
    return Draft(**{**values, **more})


def proposed(by: str = "js-drc-handler1", *, now: datetime = NOW, **more: Any) -> RuleVersion:
    return propose(actor=find_actor(by), draft=draft(**more), now=now)


def approved(
    by: str = "js-drc-handler1", then: str = "js-drc-approver1", *, now: datetime = NOW, seen: bool = False, **more: Any
) -> RuleVersion:
    version = proposed(by, now=now, **more)
    return approve(actor=find_actor(then), version_id=version.pk, now=now, seen=seen)


def version(kind: str = "surcharge_document", **more: Any) -> Version:
    """An approved version as the decisions see it, for tests without a database."""
    body = {**(DOCUMENT if kind == "surcharge_document" else RULE), **more.pop("body", {})}
    values: dict[str, Any] = {
        "id": "v1",
        "kind": kind,
        "key": body["number"],
        "region": "32",
        "body": body,
        "effective_from": date(2026, 10, 1),
        "effective_to": None,
        "source": "门户网站",
        "article": "第二条",
        "certainty": "V-P",
        "digest": "d",
    }
    return Version(**{**values, **more})

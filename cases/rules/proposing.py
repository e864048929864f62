"""Proposing a version, and taking the proposal back while nobody has decided about it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from agencies.actors import Actor
from agencies.authority import event_actor
from agencies.regions import UnknownRegion, normalise
from audit.actions import Action
from audit.services import hold
from cases.documents.attachments import FileRefused, Upload
from cases.documents.uploads import check_file, clean_name, scan
from cases.models.rules import RuleFile, RuleVersion
from cases.policy.entered import KINDS, check, days_named, key_of, normalised, one_rule
from cases.rules.authority import proposer
from cases.rules.telling import content_of, digest_of, stream_of, tell
from cases.workflow.errors import GuardRefused, InvalidInput, NotAllowed, NotVisible
from cases.workflow.view import Text

LARGEST_FILE = 20 * 1024 * 1024
STATUS = RuleVersion.Status


class NoSuchVersion(NotVisible):
    """There is no such version."""

    default = Text("没有这个规则版本。", "There is no such version of a rule.")


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody proposes, as it was typed; `supersedes` is the id of the version that it corrects or ends."""

    kind: str
    region: str
    body: Mapping[str, Any] = field(default_factory=dict)
    effective_from: date | None = None
    effective_to: date | None = None
    source: str = ""
    article: str = ""
    certainty: str = ""
    supersedes: str = ""
    repeal: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """A draft that may be proposed: where it holds, what it says in the stored form, and what it follows."""

    region: str
    key: str
    body: dict[str, Any]
    first: date
    last: date | None
    before: RuleVersion | None


def checked(draft: Draft) -> Checked:
    """The draft in the form that is stored. Raises InvalidInput with every field that is wrong."""
    flaws: dict[str, Text] = {}
    if "\\u0000" in json.dumps([draft.body, draft.source, draft.article]):
        raise InvalidInput(fields={"body": Text("含有不能使用的字符，请删除。", "Holds a NUL character; remove it.")})
    if draft.kind not in KINDS:
        raise InvalidInput(fields={"kind": Text("请选择规则种类。", "Choose the kind of rule.")})
    region = _region(draft.region, flaws)
    before = _before(draft, region, flaws)
    body = {} if draft.repeal else draft.body
    named = None if draft.repeal else days_named(draft.kind, body)
    if named is not None:
        draft = replace(draft, effective_from=named[0], effective_to=named[1])
    found = check(
        draft.kind,
        region or "00",
        body,
        effective_from=draft.effective_from,
        effective_to=draft.effective_to,
        source=draft.source,
        article=draft.article,
        certainty=draft.certainty,
        repeal=draft.repeal,
    )
    for flaw in found:
        flaws.setdefault(flaw.field, Text(flaw.zh, flaw.en))
    if flaws or draft.effective_from is None:
        raise InvalidInput(fields=flaws)
    if draft.repeal and before is not None:
        return Checked(region, before.key, {}, draft.effective_from, None, before)
    stored = normalised(draft.kind, body)
    key = key_of(draft.kind, stored, draft.effective_from)
    ready = Checked(region, key, stored, draft.effective_from, draft.effective_to, before)
    clash = clashing(draft.kind, ready)
    if clash is not None:
        raise InvalidInput(fields={"effective_from": overlap(clash)})
    return ready


@transaction.atomic
def propose(*, actor: Actor, draft: Draft, now: datetime, upload: Upload | None = None) -> RuleVersion:
    """Put a version down for somebody else to decide about. Raises NotAllowed, InvalidInput."""
    ready = checked(draft)
    post, acting = proposer(actor, draft.kind, ready.region)
    hold(stream_of(draft.kind))
    file = _keep(upload, actor, now) if upload is not None else None
    version = RuleVersion(
        kind=draft.kind,
        key=ready.key,
        region_id=ready.region,
        repeal=draft.repeal,
        body=ready.body,
        effective_from=ready.first,
        effective_to=ready.last,
        holds_to=ready.last,
        source=draft.source.strip(),
        article=draft.article.strip(),
        certainty=draft.certainty,
        supersedes=ready.before,
        file=file,
        proposed_by_id=actor.user_id,
        proposed_agency_id=post.agency_id,
        proposed_at=now,
    )
    content = content_of({**vars(version), "file_hash": file.sha256 if file else None})
    version.digest = digest_of(content)
    version.save(force_insert=True)
    tell(version, Action.RULE_PROPOSED, acting, now, content=content)
    return version


@transaction.atomic
def take_back(*, actor: Actor, version_id: UUID, now: datetime) -> RuleVersion:
    """Take one's own proposal back. Raises NoSuchVersion, NotAllowed, GuardRefused."""
    version = locked(version_id)
    if version.proposed_by_id != actor.user_id:
        raise NotAllowed(Text("只能由提出人撤回。", "Only who proposed it takes it back."), code="not_yours")
    version.status, version.decided_by_id, version.decided_at = STATUS.TAKEN_BACK, actor.user_id, now
    version.save(update_fields=["status", "decided_by", "decided_at"])
    tell(version, Action.RULE_TAKEN_BACK, event_actor(actor, actor.post_at(version.proposed_agency_id)), now)
    return version


def locked(version_id: UUID) -> RuleVersion:
    """A proposal, one step at a time. Raises NoSuchVersion, GuardRefused where it was decided."""
    kind = RuleVersion.objects.filter(pk=version_id).values_list("kind", flat=True).first()
    if kind is None:
        raise NoSuchVersion
    hold(stream_of(kind))
    version = RuleVersion.objects.select_for_update().get(pk=version_id)
    if version.status != STATUS.PROPOSED:
        raise GuardRefused(
            Text("这一版本已有结论，请刷新后查看。", "This version was decided already; reload the page."),
            code="already_decided",
        )
    return version


def clashing(kind: str, ready: Checked) -> RuleVersion | None:
    """The first approved version of the same rule that holds on one of these days; the one before would end."""
    others = RuleVersion.objects.filter(kind=kind, region_id=ready.region, status=STATUS.APPROVED, repeal=False)
    others = others.filter(Q(holds_to__isnull=True) | Q(holds_to__gte=ready.first))
    if ready.last is not None:
        others = others.filter(effective_from__lte=ready.last)
    if ready.before is not None:
        others = others.exclude(pk=ready.before.pk)
    same = (
        one for one in others.order_by("effective_from") if one.key == ready.key or one_rule(kind, ready.body, one.body)
    )
    return next(same, None)


def overlap(other: RuleVersion) -> Text:
    last = other.holds_to
    return Text(
        f"同一规则已有批准的版本（{other.effective_from} 至 {last or '未定'}），同一天不能有两个版本。"
        "请填写所取代的版本，或改期。",
        f"An approved version of this rule has the days from {other.effective_from} to {last or 'an open end'}."
        " Say that this one supersedes it, or choose other days.",
    )


def _region(typed: str, flaws: dict[str, Text]) -> str:
    try:
        return normalise(typed)
    except UnknownRegion as unknown:
        flaws["region"] = Text(unknown.text.zh, unknown.text.en)
        return ""


def _before(draft: Draft, region: str, flaws: dict[str, Text]) -> RuleVersion | None:
    if not draft.supersedes:
        if draft.repeal:
            flaws["supersedes"] = Text("请选择要废止的版本。", "Choose the version that ends.")
        return None
    try:
        found = RuleVersion.objects.filter(pk=UUID(draft.supersedes), status=STATUS.APPROVED, repeal=False).first()
    except ValueError:
        found = None
    if found is None or (found.kind, found.region_id) != (draft.kind, region):
        flaws["supersedes"] = Text(
            "请选择同一种类、同一地区、已批准的版本。", "Choose an approved version of the same kind and region."
        )
        return None
    return found


def _keep(upload: Upload, actor: Actor, now: datetime) -> RuleFile:
    """The scanned paper, looked at as every file. Raises InvalidInput."""
    name = clean_name(upload.name)
    if (upload.size or 0) > LARGEST_FILE:
        raise InvalidInput(fields={"file": Text("文件超过 20 MB，请拆分。", "The file is over 20 MB; split it.")})
    try:
        content = upload.read()
        media_type = check_file(name, content)
        scan(name, content)
    except FileRefused as refused:
        raise InvalidInput(fields={"file": Text(refused.zh, refused.en)}) from refused
    return RuleFile.objects.create(
        filename=name,
        content_type=media_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
        uploaded_by_id=actor.user_id,
        at=now,
    )

"""Who took it out, and when: the line on pages and exports that hold personal data in clear."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from agencies.actors import Actor


def signature(actor: Actor, staff_no: str, now: datetime, about: str = "") -> str:
    """张三 XZ1001 · 徐州市发展和改革委员会 · 2026-11-25 21:30:05 · XZ26-0117."""
    post = actor.posts[0].agency_name if actor.posts else ""
    who = f"{actor.display_name} {staff_no or actor.username}"
    at = f"{timezone.localtime(now):%Y-%m-%d %H:%M:%S}"
    return " · ".join(part for part in (who, post, at, about) if part)

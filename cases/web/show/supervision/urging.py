"""督办 from a page: the address of the act, for those who may ask; whether it is open there, its own page says."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse

from agencies.actors import Actor
from agencies.vocabulary import Kind, Role


def urge_href(actor: Actor, number: str, region_code: str, task: object = "") -> str:
    """Where this person asks the agency that holds the task, or leads the case; empty for who may not ask there.

    By the permission matrix that is the supervision of the region, and nobody else.
    """
    if not any(
        post.kind == Kind.SUPERVISION
        and Role.SUPERVISOR.value in post.roles
        and region_code.startswith(post.region_code)
        for post in actor.posts
    ):
        return ""
    address = reverse("web:action", args=[number, "urge"])
    return f"{address}?{urlencode({'task': str(task)})}" if task else address

"""Who samples, and which samples somebody reads: the supervision of a region, for the cases that it sees.

The database holds the same (`0076_sampling`): a sample for whoever supervises its region, a case of it for whoever sees
the case besides.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from agencies.actors import Actor, Post
from agencies.vocabulary import Kind, Role
from cases.models import Sample, SampleUnit
from cases.workflow.errors import NotAllowed, NotVisible
from cases.workflow.view import Text

NO_SUCH: Final = Text("没有这次抽查，或不在你的督查范围内。", "There is no such sample, or it is not in your region.")
NOT_YOURS: Final = Text(
    "抽查由督查单位的督查人员办理；请联系本地区督查单位。",
    "Samples are drawn by supervisors; ask your region's supervision.",
)


def sampling_posts(actor: Actor) -> list[Post]:
    """The posts through which this person supervises."""
    return [post for post in actor.posts if post.kind == Kind.SUPERVISION and Role.SUPERVISOR.value in post.roles]


def may_sample(actor: Actor) -> bool:
    return bool(sampling_posts(actor))


def check_may(actor: Actor) -> Post:
    """The post in which this person plans. Raises NotAllowed."""
    posts = sampling_posts(actor)
    if not posts:
        raise NotAllowed(NOT_YOURS, code="may_not_sample")
    return posts[0]


def visible_samples(actor: Actor) -> QuerySet[Sample]:
    """The samples of the regions that this person supervises, the latest first."""
    found = Q(pk__in=[])
    for post in sampling_posts(actor):
        found |= Q(region__code__startswith=post.region_code)
    return Sample.objects.filter(found).select_related("agency", "planned_by").order_by("-as_of", "-id")


def find_sample(actor: Actor, sample_id: UUID | str) -> Sample:
    """Raises NotAllowed for whoever samples nothing, NotVisible whether there is one or not."""
    check_may(actor)
    found = visible_samples(actor).filter(pk=sample_id).first()
    if found is None:
        raise NotVisible(NO_SUCH)
    return found


def find_unit(actor: Actor, sample: Sample, position: int) -> SampleUnit:
    """A drawn case by its place. Raises NotVisible, also for a case that this person does not see."""
    found = SampleUnit.objects.filter(sample=sample, position=position).select_related("lead", "reviewer").first()
    if found is None:
        raise NotVisible(NO_SUCH)
    return found

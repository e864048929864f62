"""People and the roles they hold."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q

from agencies.vocabulary import Confidentiality, Role, choices, codes


class UserManager(BaseUserManager["User"]):
    """Looks people up for Django's login. Accounts are made by `agencies.services.accounts.create_user` only."""


class User(AbstractBaseUser):
    """A person with an account, or the named system actor that does what no person does."""

    username = models.CharField(max_length=64, unique=True)
    display_name = models.CharField(max_length=40)
    staff_no = models.CharField(max_length=20, blank=True, default="")
    language = models.CharField(max_length=2, choices=[("zh", "中文"), ("en", "English")], default="zh")
    is_active = models.BooleanField(default=True)
    is_system = models.BooleanField(default=False)
    # Where the account was opened: it belongs there for as long as nobody has given it a role anywhere.
    agency = models.ForeignKey("agencies.Agency", on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    # Whether single keys do anything on the pages.
    keys = models.BooleanField("快捷键", default=True, db_default=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    class Meta:
        ordering = ("username",)
        constraints = [
            # The username is part of the name of an audit stream and of the event bodies, which are ASCII.
            models.CheckConstraint(condition=Q(username__regex=r"^[a-z0-9][a-z0-9._-]{1,63}$"), name="user_name_form"),
            models.CheckConstraint(condition=Q(language__in=("zh", "en")), name="user_language_known"),
            # A staff number stands on inspection records and names one person.
            models.UniqueConstraint(fields=("staff_no",), condition=~Q(staff_no=""), name="user_staff_no_once"),
        ]

    def __str__(self) -> str:
        return f"{self.username} {self.display_name}"

    # Django's own pages and commands ask these two; the product's rights come from roles alone.
    def has_perm(self, perm: str, obj: Any = None) -> bool:
        return False

    def has_module_perms(self, app_label: str) -> bool:
        return False


def counting(today: date) -> Q:
    """Of memberships that stand on record: those that count today, as `agencies_in_days` has it."""
    begun = Q(first_day__isnull=True) | Q(first_day__lte=today)
    lasting = Q(last_day__isnull=True) | Q(last_day__gte=today)
    return begun & lasting & Q(active=True)


class Membership(models.Model):
    """One role of one person in one agency. An ended role stays as a row; a role given again is a new row.

    `since` and `until` say from when to when it stood on record, the days on which of them it counts.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    agency = models.ForeignKey("agencies.Agency", on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=16, choices=choices(Role))
    active = models.BooleanField(default=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    # By the calendar of China, both included; None: at once, and for good. `agencies_posts` asks them.
    first_day = models.DateField(null=True)
    last_day = models.DateField(null=True)
    # The highest confidentiality of a case that this post may be given.
    ceiling = models.CharField(max_length=12, choices=choices(Confidentiality), default="ordinary")
    granted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("agency", "user", "role")
        constraints = [
            models.CheckConstraint(condition=Q(role__in=codes(Role)), name="membership_role_known"),
            models.CheckConstraint(condition=Q(ceiling__in=codes(Confidentiality)), name="membership_ceiling_known"),
            models.CheckConstraint(
                condition=Q(active=True, until__isnull=True) | Q(active=False, until__isnull=False),
                name="membership_ended_has_an_end",
            ),
            models.CheckConstraint(condition=~Q(granted_by=F("user")), name="membership_nobody_grants_themself"),
            models.CheckConstraint(
                condition=Q(first_day__isnull=True) | Q(last_day__isnull=True) | Q(first_day__lte=F("last_day")),
                name="membership_days_in_order",
            ),
            models.UniqueConstraint(
                fields=("user", "agency", "role"), condition=Q(active=True), name="membership_role_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} @{self.agency_id}"

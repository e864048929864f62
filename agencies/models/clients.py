"""Systems of agencies that call the API on their own behalf."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from agencies.vocabulary import Scope, choices, codes


class Client(models.Model):
    """One system of one agency: its account, what it may do, and the credentials that django-oauth-toolkit keeps.

    An ended client stays as a row; a system that comes back gets a new one.
    """

    user = models.OneToOneField("agencies.User", on_delete=models.PROTECT, related_name="client")
    agency = models.ForeignKey("agencies.Agency", on_delete=models.PROTECT, related_name="clients")
    application = models.OneToOneField("oauth2_provider.Application", on_delete=models.PROTECT, related_name="client")
    scopes = ArrayField(models.CharField(max_length=32, choices=choices(Scope)))
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("agency", "user")
        constraints = [
            models.CheckConstraint(condition=Q(scopes__contained_by=codes(Scope)), name="client_scopes_known"),
            models.CheckConstraint(condition=Q(scopes__len__gt=0), name="client_has_a_scope"),
            models.CheckConstraint(
                condition=Q(active=True, ended_at__isnull=True) | Q(active=False, ended_at__isnull=False),
                name="client_ended_has_an_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} @{self.agency_id}"

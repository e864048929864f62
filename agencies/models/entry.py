"""How somebody gets in: since when the password is in use, the ones before it, and the sessions that are open."""

from __future__ import annotations

from django.db import models

from agencies.models.people import User


class Password(models.Model):
    """What is known of the present password of an account, beside its hash. By the machine's clock.

    `must_change`: somebody else chose it. `expires_at`: and it opens nothing after this instant.
    """

    user = models.OneToOneField(User, on_delete=models.PROTECT, primary_key=True, related_name="+")
    set_at = models.DateTimeField()
    must_change = models.BooleanField(default=False)
    expires_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.user_id} {self.set_at:%Y-%m-%d}"


class PastPassword(models.Model):
    """The hash of a password that was in use before, so that it is not chosen again. Only the last few are kept."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    password = models.CharField(max_length=128)
    replaced_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["user", "-id"], name="pastpassword_user_idx")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.replaced_at:%Y-%m-%d}"


class LiveSession(models.Model):
    """One open session of a person: from when, last seen, on what sort of device, from which address.

    A session without its row is over, whatever the cookie and the cache still hold. The row goes with the session, so
    that addresses are kept no longer than they are of use; the audit trail has the login.
    """

    id = models.UUIDField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField()
    seen_at = models.DateTimeField(db_index=True)
    device = models.CharField(max_length=60)
    address = models.CharField(max_length=45)

    class Meta:
        indexes = [models.Index(fields=["user", "begun_at"], name="livesession_user_idx")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.begun_at:%Y-%m-%d %H:%M}"

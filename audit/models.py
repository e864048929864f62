"""The tables of the audit layer. They are written by SQL functions only (migrations/sql): the application reads."""

from datetime import datetime
from typing import Any

from django.db import models


class XidField(models.Field):  # type: ignore[type-arg]  # Field's generics only exist in the stubs
    """PostgreSQL's 64-bit transaction id: tells which events were committed together and which still may appear."""

    def db_type(self, connection: Any) -> str:
        return "xid8"


class Event(models.Model):
    """One event of a stream. `body` holds the RFC 8785 bytes; the columns after `tx` repeat it, for indexes."""

    id = models.BigAutoField(primary_key=True)
    stream = models.TextField(db_collation="C")
    seq = models.IntegerField()
    prev = models.BinaryField()
    body = models.BinaryField()
    leaf = models.BinaryField()
    tx = XidField(editable=False)
    at = models.DateTimeField()
    action = models.TextField()
    actor_id = models.BigIntegerField(null=True)
    agency_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "audit_event"
        constraints = [models.UniqueConstraint(fields=["stream", "seq"], name="audit_event_stream_seq")]
        indexes = [
            models.Index(fields=["actor_id", "at"], name="audit_event_actor_at"),
            models.Index(fields=["action", "at"], name="audit_event_action_at"),
            models.Index(fields=["agency_id", "at"], name="audit_event_agency_at"),
        ]

    def __str__(self) -> str:
        return f"{self.stream}#{self.seq} {self.action}"


class Sealed(models.Model):
    """What may have to be erased: free text and personal data of an event whose body only holds the commitment."""

    event = models.OneToOneField(Event, models.DO_NOTHING, primary_key=True, related_name="sealed")
    salt = models.BinaryField()
    data = models.JSONField()

    class Meta:
        db_table = "audit_sealed"

    def __str__(self) -> str:
        return f"sealed data of event {self.event_id}"


class Access(models.Model):
    """One reading or taking out of personal data: a line of the access log. `items` are codes, never values."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    user_id = models.BigIntegerField(null=True)
    username = models.TextField()
    agency_id = models.BigIntegerField(null=True)
    role = models.TextField(default="")
    address = models.TextField(default="")
    way = models.TextField()
    case_id = models.UUIDField(null=True)
    target = models.TextField(default="")
    items = models.JSONField(default=list)
    purpose = models.TextField(default="")
    rows = models.IntegerField()
    file_hash = models.TextField(default="")

    class Meta:
        db_table = "audit_access"
        indexes = [
            models.Index(fields=["at"], name="audit_access_at"),
            models.Index(fields=["user_id", "id"], name="audit_access_user"),
            models.Index(fields=["agency_id", "id"], name="audit_access_agency"),
            models.Index(fields=["case_id", "id"], name="audit_access_case", condition=models.Q(case_id__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.username} {self.way} {self.at}"


class DemoClock(models.Model):
    """At most one row: the clock of a demonstration, shifted by `offset` or standing still at `frozen`."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    offset = models.DurationField(null=True)
    frozen = models.DateTimeField(null=True)

    class Meta:
        db_table = "audit_democlock"
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="audit_democlock_single"),
            models.CheckConstraint(
                condition=models.Q(offset__isnull=True) ^ models.Q(frozen__isnull=True),
                name="audit_democlock_offset_or_frozen",
            ),
        ]

    def __str__(self) -> str:
        return f"frozen at {self.frozen}" if self.frozen else f"shifted by {self.offset}"

    def at(self, real: datetime) -> datetime:
        """The time this clock shows when the real clock shows `real`."""
        if self.frozen is not None:
            return self.frozen
        if self.offset is None:
            return real
        return real + self.offset

"""What the commands of the server's operator have in common: they act as the system, and refuse in a sentence."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError

from agencies.errors import AgencyError
from agencies.models import Agency, Client, User
from audit.management.system import SystemCommand


class OperatorCommand(SystemCommand):
    """A command whose refusals are one line, not a traceback. It keeps the directory and reads no case."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except AgencyError as error:
            raise CommandError(f"{error.text.zh} {error.text.en}") from error


def agency_by_code(code: str) -> Agency:
    found = Agency.objects.filter(code=code).first()
    if found is None:
        raise CommandError(f"没有代码为“{code}”的单位。There is no agency {code}.")
    return found


def user_by_name(username: str) -> User:
    found = User.objects.filter(username=username).first()
    if found is None:
        raise CommandError(f"没有账号“{username}”。There is no account {username}.")
    return found


def client_by_name(username: str) -> Client:
    found = Client.objects.filter(user__username=username).select_related("application").first()
    if found is None:
        raise CommandError(f"没有外部系统账号“{username}”。There is no client {username}.")
    return found

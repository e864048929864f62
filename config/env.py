"""Typed readers for environment variables.

A wrong or missing value stops the start with one sentence: which variable, what is wrong with its value, what to
write instead. Values that may be secret are never repeated in the message.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from psycopg2 import ProgrammingError
from psycopg2.extensions import make_dsn

TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"0", "false", "no", "off"})
POSTGRES_SCHEMES = frozenset({"postgres", "postgresql"})
REDIS_SCHEMES = frozenset({"redis", "rediss", "unix"})
HOST = re.compile(r"\*|\.?[\w-]+(\.[\w-]+)*|\[[0-9A-Fa-f:.]+\]")


class SettingError(Exception):
    """An environment variable is missing or cannot be understood."""


class Endpoint(NamedTuple):
    """A server by its host and port, or by the path of a socket of this machine."""

    host: str
    port: int
    path: str


class Provider(NamedTuple):
    """A provider of single sign-on: who it is, who we are there, and how its people are found here."""

    issuer: str
    client_id: str
    client_secret: str
    scope: str
    claim: str
    field: str
    second_factor: frozenset[str]


class Env:
    """Reads from a mapping (os.environ unless a test hands in another). An empty value counts as not set."""

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        self._values = os.environ if values is None else values

    def get(self, name: str) -> str | None:
        value = self._values.get(name, "").strip()
        return value or None

    def required(self, name: str, *, write: str) -> str:
        value = self.get(name)
        if value is None:
            raise SettingError(f"{name} is not set; write {write}.")
        return value

    def text(self, name: str, default: str) -> str:
        value = self.get(name)
        return default if value is None else value

    def flag(self, name: str, *, default: bool) -> bool:
        value = self.get(name)
        if value is None:
            return default
        if value.lower() in TRUE:
            return True
        if value.lower() in FALSE:
            return False
        raise SettingError(f"{name} is “{value}”, which is neither yes nor no; write true or false.")

    def integer(self, name: str, default: int, *, minimum: int = 0, maximum: int | None = None) -> int:
        value = self.get(name)
        if value is None:
            return default
        span = f"a whole number from {minimum}" + (f" to {maximum}" if maximum is not None else " up")
        try:
            number = int(value)
        except ValueError:
            raise SettingError(f"{name} is “{value}”, which is not a whole number; write {span}.") from None
        if number < minimum or (maximum is not None and number > maximum):
            raise SettingError(f"{name} is {number}, which is out of range; write {span}.")
        return number

    def choice(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        value = self.get(name)
        if value is None:
            return default
        if value not in choices:
            raise SettingError(f"{name} is “{value}”; write one of {', '.join(choices)}.")
        return value

    def words(self, name: str, default: tuple[str, ...] = ()) -> list[str]:
        """A comma-separated list."""
        value = self.get(name)
        if value is None:
            return list(default)
        return [word for word in (part.strip() for part in value.split(",")) if word]

    def hosts(self, name: str, default: tuple[str, ...] = ()) -> list[str]:
        """A comma-separated list of names without scheme and port; `.city.cn` stands for all below it."""
        found = self.words(name, default)
        for word in found:
            if not HOST.fullmatch(word):
                raise SettingError(
                    f"{name} holds “{word}”, which is not the name of a host; "
                    "write names without https:// and without a port, such as lianzhi.example.gov.cn."
                )
        return found

    def pairs(self, name: str) -> dict[str, str]:
        """A comma-separated list of NAME=VALUE."""
        found: dict[str, str] = {}
        for word in self.words(name):
            key, sign, value = word.partition("=")
            if not (key and sign and value):
                raise SettingError(f"{name} holds “{word}”; write NAME=VALUE,NAME=VALUE, such as shared_buffers=2GB.")
            found[key.strip()] = value.strip()
        return found

    def directory(self, name: str, default: Path) -> Path:
        """An absolute path; `~` is the home of the user. The directory need not exist yet."""
        value = self.get(name)
        if value is None:
            return default
        try:
            path = Path(value).expanduser()
            is_file = path.exists() and not path.is_dir()
        except (OSError, RuntimeError) as error:
            raise SettingError(
                f"{name} is “{value}”, which cannot be looked up ({error}); write another one."
            ) from None
        if not path.is_absolute():
            raise SettingError(
                f"{name} is “{value}”, which is a relative path; write an absolute one, such as {path.absolute()}."
            )
        if is_file:
            raise SettingError(f"{name} is “{value}”, which is a file; write the path of a directory.")
        return path

    def secret(self, name: str, *, minimum: int = 50) -> str | None:
        """A long random text, or None when not set."""
        value = self.get(name)
        if value is None:
            return None
        if len(value) < minimum or len(set(value)) < 5:
            raise SettingError(
                f"{name} is too easy to guess; write at least {minimum} random characters, "
                'for instance the output of: python -c "import secrets; print(secrets.token_urlsafe(64))".'
            )
        return value

    def scanner(self, name: str) -> Endpoint | None:
        """`HOST:PORT`, or the absolute path of a socket; None when not set."""
        value = self.get(name)
        if value is None:
            return None
        path = value.removeprefix("unix://")
        if path.startswith("/"):
            return Endpoint("", 0, path)
        host, _, port = value.rpartition(":")
        if not HOST.fullmatch(host) or not port.isdecimal() or not 0 < int(port) < 65536:
            raise SettingError(f"{name} is “{value}”; write HOST:PORT such as 127.0.0.1:3310, or the path of a socket.")
        return Endpoint(host, int(port), "")

    def database(self, name: str, default: str | None = None) -> dict[str, Any] | None:
        """A PostgreSQL URL as Django's database dictionary, or None when neither set nor defaulted."""
        value = self.get(name) or default
        return None if value is None else parse_database_url(name, value)

    def redis(self, name: str, default: str | None = None) -> str | None:
        """A Redis URL (redis://, rediss://, unix://), or None when neither set nor defaulted."""
        value = self.get(name) or default
        if value is None:
            return None
        check_redis_url(name, value)
        return value


def provider(
    issuer: str | None,
    client_id: str | None,
    client_secret: str | None,
    *,
    scope: str = "openid profile",
    claim: str = "preferred_username",
    field: str = "username",
    second_factor: Iterable[str] = (),
    plain: bool = False,
) -> Provider | None:
    """A provider of single sign-on, None when nothing names one. `plain`: http is allowed."""
    if not (issuer or client_id or client_secret):
        return None
    if not (issuer and client_id and client_secret):
        raise SettingError(
            "LIANZHI_OIDC_ISSUER, LIANZHI_OIDC_CLIENT_ID and LIANZHI_OIDC_CLIENT_SECRET belong together; "
            "write all of them or none."
        )
    if not issuer.startswith("https://") and not (plain and issuer.startswith("http://")):
        raise SettingError(f"LIANZHI_OIDC_ISSUER is “{issuer}”; write its address with https://.")
    return Provider(issuer.rstrip("/"), client_id, client_secret, scope, claim, field, frozenset(second_factor))


def check_redis_url(name: str, url: str) -> None:
    """`redis://:PASSWORD@HOST:6379/NUMBER`, `rediss://…`, `unix:///PATH?db=NUMBER`."""
    example = "redis://HOST:6379/0, rediss://HOST:6379/0 or unix:///PATH?db=0"
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise SettingError(f"{name} cannot be read as an address; write {example}.") from None
    if parts.scheme not in REDIS_SCHEMES:
        raise SettingError(f"{name} begins with “{parts.scheme}:”, which is no Redis address; write {example}.")
    number = dict(parse_qsl(parts.query)).get("db", "0") if parts.scheme == "unix" else parts.path.strip("/") or "0"
    if not number.isdecimal():
        raise SettingError(f"{name} names no number of a database; write {example}.")
    if not (parts.path.strip("/") if parts.scheme == "unix" else parts.hostname):
        raise SettingError(f"{name} names no server; write {example}.")


def parse_database_url(name: str, url: str) -> dict[str, Any]:
    """`postgresql://USER:PASSWORD@HOST:PORT/NAME?option=value`; `?host=/dir` for a socket. Options go to libpq."""
    example = "postgresql://USER:PASSWORD@HOST:5432/NAME"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise SettingError(f"{name} cannot be read as an address; write {example}.") from None
    if parts.scheme not in POSTGRES_SCHEMES:
        raise SettingError(f"{name} begins with “{parts.scheme}:”; only PostgreSQL is supported, write {example}.")
    database = unquote(parts.path).strip("/")
    if not database:
        raise SettingError(f"{name} names no database; write {example}.")
    if not parts.username:
        raise SettingError(f"{name} names no database role; write {example}.")
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    host = options.pop("host", None) or unquote(parts.hostname or "")
    if not host:
        raise SettingError(f"{name} names no server; write {example}, or add ?host=/DIRECTORY for a socket.")
    number = options.pop("port", None) or (str(port) if port else "")
    try:
        make_dsn(host=host, **options)
    except ProgrammingError as error:
        raise SettingError(
            f"{name} holds an option that PostgreSQL does not know ({str(error).strip()}); write {example}, "
            "followed by options of libpq such as ?sslmode=verify-full."
        ) from None
    if not re.fullmatch(r"\d{0,5}", number):
        raise SettingError(f"{name} holds a port that is not a number; write {example}.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": database,
        "USER": unquote(parts.username),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": number,
        "OPTIONS": options,
    }

"""A wrong environment stops the start with a sentence: the variable, what is wrong, what to write."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.env import Env, SettingError


def read(value: str) -> Env:
    return Env({"NAME": value})


@pytest.mark.parametrize(
    ("value", "expected"), [("true", True), ("1", True), ("YES", True), ("off", False), ("0", False), ("", None)]
)
def test_it_reads_yes_and_no(value: str, expected: bool | None) -> None:
    assert read(value).flag("NAME", default=True) is (True if expected is None else expected)


@pytest.mark.parametrize(
    ("reader", "value", "sentence"),
    [
        (lambda env: env.flag("NAME", default=False), "ja", "NAME is “ja”, which is neither yes nor no; write true or"),
        (lambda env: env.integer("NAME", 1), "ten", "NAME is “ten”, which is not a whole number; write a whole number"),
        (lambda env: env.integer("NAME", 5, minimum=1, maximum=9), "10", "NAME is 10, which is out of range; write a"),
        (lambda env: env.directory("NAME", Path("/")), "there", "NAME is “there”, which is a relative path; write an"),
        (lambda env: env.directory("NAME", Path("/")), "/etc/passwd", "which is a file; write the path of a directory"),
        (lambda env: env.secret("NAME"), "short", "NAME is too easy to guess; write at least 50 random characters"),
        (lambda env: env.secret("NAME"), "ab" * 40, "NAME is too easy to guess"),
        (lambda env: env.choice("NAME", "A", ("A", "B")), "C", "NAME is “C”; write one of A, B."),
        (lambda env: env.directory("NAME", Path("/")), "~nobody-knows/x", "which cannot be looked up"),
        (
            lambda env: env.hosts("NAME"),
            "a.cn,https://b.cn",
            "NAME holds “https://b.cn”, which is not the name of a host",
        ),
        (lambda env: env.hosts("NAME"), "a.cn:8000", "write names without https:// and without a port, such as"),
        (lambda env: env.pairs("NAME"), "a=1,b", "NAME holds “b”; write NAME=VALUE,NAME=VALUE"),
        (lambda env: env.required("NAME", write="a number"), " ", "NAME is not set; write a number."),
        (lambda env: env.redis("NAME"), "localhost:6379", "NAME begins with “localhost:”, which is no Redis address"),
        (lambda env: env.redis("NAME"), "redis://", "NAME names no server; write redis://HOST:6379/0"),
        (lambda env: env.redis("NAME"), "unix://", "NAME names no server; write redis://HOST:6379/0"),
        (lambda env: env.redis("NAME"), "redis://h:99999/0", "NAME cannot be read as an address; write redis://HOST"),
        (lambda env: env.redis("NAME"), "redis://h/first", "NAME names no number of a database; write redis://HOST"),
        (lambda env: env.redis("NAME"), "unix:///r.sock?db=x", "NAME names no number of a database; write redis://"),
        (lambda env: env.database("NAME"), "mysql://u@h/d", "NAME begins with “mysql:”; only PostgreSQL is supported"),
        (lambda env: env.database("NAME"), "postgresql://u@h:x/d", "NAME cannot be read as an address"),
        (lambda env: env.database("NAME"), "postgresql://u:p@h", "NAME names no database; write postgresql://USER"),
        (lambda env: env.database("NAME"), "postgresql://h/d", "NAME names no database role"),
        (lambda env: env.database("NAME"), "postgresql://u@/d", "NAME names no server"),
        (
            lambda env: env.database("NAME"),
            "postgresql://u@h/d?port=x",
            "NAME holds a port that is not a number; write",
        ),
        (
            lambda env: env.database("NAME"),
            "postgresql://u@h/d?sslmod=require",
            "does not know (invalid dsn: invalid conn",
        ),
    ],
)
def test_it_says_what_is_wrong_and_what_to_write(reader, value: str, sentence: str) -> None:
    with pytest.raises(SettingError) as caught:
        reader(read(value))
    assert sentence in str(caught.value)


def test_it_never_repeats_a_secret() -> None:
    for reader in (lambda env: env.secret("NAME"), lambda env: env.database("NAME"), lambda env: env.redis("NAME")):
        with pytest.raises(SettingError) as caught:
            reader(read("mysql://user:hunter2@host/name"))
        assert "hunter2" not in str(caught.value)


def test_it_reads_a_database_address_with_escapes_and_options() -> None:
    found = read("postgresql://app%40city:p%2Fw%3A@db.city.cn:6432/lianzhi?sslmode=verify-full&connect_timeout=3")
    assert found.database("NAME") == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "lianzhi",
        "USER": "app@city",
        "PASSWORD": "p/w:",
        "HOST": "db.city.cn",
        "PORT": "6432",
        "OPTIONS": {"sslmode": "verify-full", "connect_timeout": "3"},
    }


def test_it_reads_a_socket_in_a_directory_with_spaces() -> None:
    found = read("postgresql://app@/lianzhi?host=/srv/with%20space&port=5433").database("NAME")
    assert found is not None
    assert (found["HOST"], found["PORT"], found["OPTIONS"]) == ("/srv/with space", "5433", {})


def test_a_closed_directory_is_told_and_not_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_path: Path) -> bool:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "exists", refuse)
    with pytest.raises(SettingError, match=r"NAME is “/root/x”, which cannot be looked up \(.*Permission denied\)"):
        read("/root/x").directory("NAME", Path("/"))


@pytest.mark.parametrize(
    "address", ["redis://:p%40ss@h", "rediss://u:p@h:6380/3", "unix:///run/r.sock", "redis://[::1]/0"]
)
def test_it_takes_every_form_of_a_redis_address(address: str) -> None:
    assert read(address).redis("NAME") == address


def test_hosts_are_names_addresses_and_patterns() -> None:
    assert read("a.cn, .b.cn,127.0.0.1,[::1],*").hosts("NAME") == ["a.cn", ".b.cn", "127.0.0.1", "[::1]", "*"]


def test_an_empty_value_counts_as_not_set() -> None:
    env = read("  ")
    assert env.get("NAME") is None
    assert env.integer("NAME", 3) == 3
    assert env.words("NAME", ("a",)) == ["a"]
    assert env.secret("NAME") is None
    assert env.database("NAME") is None

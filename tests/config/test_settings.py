"""Settings as a whole: loud where something is missing, closed where nothing is said."""

from __future__ import annotations

import base64
import json
import os
import secrets
import ssl
import subprocess
import sys
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from config.middleware import content_security_policy

ROOT = Path(__file__).resolve().parent.parent.parent


def key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


PRODUCTION = {
    "DATABASE_URL": "postgresql://app:secret@database.invalid/lianzhi",
    "REDIS_URL": "redis://redis.invalid:6379/0",
    "ALLOWED_HOSTS": "lianzhi.invalid",
    "SECRET_KEY": secrets.token_urlsafe(64),
    "VAULT_KEYS": f"first={key()}",
    "VAULT_INDEX_KEY": key(),
}


def command(*arguments: str, without: str = "", **extra: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "LIANZHI_HOME": "/nonexistent/home"} | PRODUCTION | extra
    environment.pop(without, None)
    return subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def show(*names: str, **extra: str) -> dict[str, object]:
    """Values of settings in a fresh process."""
    code = (
        "import json, sys; from config import settings; "
        f"json.dump({{name: getattr(settings, name) for name in {names!r}}}, sys.stdout, default=str)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PATH": os.environ["PATH"]} | PRODUCTION | extra,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", ["SECRET_KEY", "REDIS_URL", "ALLOWED_HOSTS", "VAULT_KEYS", "VAULT_INDEX_KEY"])
def test_with_a_real_database_it_refuses_to_start_without(name: str) -> None:
    done = command("check", without=name)
    assert done.returncode == 1
    assert done.stderr.startswith(f"settings: {name} is not set; write "), done.stderr
    assert "Traceback" not in done.stderr


def test_an_owner_without_an_application_role_is_refused() -> None:
    done = command("check", without="DATABASE_URL", DATABASE_OWNER_URL="postgresql://owner@h/d")
    assert done.returncode == 1
    assert "DATABASE_OWNER_URL is set, but not DATABASE_URL" in done.stderr


def test_migrate_without_an_owner_says_so() -> None:
    done = command("migrate", "--skip-checks")
    assert done.returncode == 1
    assert "DATABASE_OWNER_URL is not set, and migrations run as the owner of the database" in done.stderr


def test_debug_outside_the_demo_is_refused() -> None:
    done = command("check", LIANZHI_DEBUG="true")
    assert done.returncode == 1
    assert "LIANZHI_DEBUG is true outside the demo" in done.stderr


def test_production_is_closed_by_default() -> None:
    found = show(
        "DEMO", "DEBUG", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS"
    )
    assert found == {
        "DEMO": False,
        "DEBUG": False,
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SECURE_SSL_REDIRECT": True,
        "SECURE_HSTS_SECONDS": 31536000,
    }


def test_redis_on_a_socket_becomes_a_broker_that_celery_understands() -> None:
    found = show("CELERY_BROKER_URL", REDIS_URL="unix:///run/redis/r.sock?db=2")
    assert found["CELERY_BROKER_URL"] == "redis+socket:///run/redis/r.sock?virtual_host=2"
    assert show("CELERY_BROKER_URL")["CELERY_BROKER_URL"] == PRODUCTION["REDIS_URL"]


def test_the_brokers_certificate_is_verified() -> None:
    encrypted = show("CELERY_BROKER_USE_SSL", REDIS_URL="rediss://redis.invalid:6380/0")
    assert encrypted == {"CELERY_BROKER_USE_SSL": {"ssl_cert_reqs": ssl.CERT_REQUIRED.value}}
    assert show("CELERY_BROKER_USE_SSL") == {"CELERY_BROKER_USE_SSL": None}


def test_a_killed_workers_task_comes_back_in_minutes_and_no_task_runs_longer(settings) -> None:
    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    assert settings.CELERY_TASK_TIME_LIMIT < options["visibility_timeout"] <= 600
    assert options["unacked_restore_throttle"] == 1
    assert settings.CELERY_TASK_ACKS_LATE
    assert settings.CELERY_TASK_REJECT_ON_WORKER_LOST
    assert settings.CELERY_WORKER_PREFETCH_MULTIPLIER == 1
    assert settings.CELERY_ACCEPT_CONTENT == ["json"]


def test_static_files_can_be_collected_for_production(tmp_path: Path) -> None:
    """With hashed names: a stylesheet that refers to a missing file fails here and not at the users'."""
    done = command("collectstatic", "--noinput", LIANZHI_STATIC_ROOT=str(tmp_path))
    assert done.returncode == 0, done.stderr[-2000:]
    assert (tmp_path / "staticfiles.json").exists()


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/login/", "/healthz", "/no-such-page", "/api/v1/no-such-thing"])
def test_every_answer_forbids_inline_scripts_and_other_sites(path: str) -> None:
    policy = Client().get(path).headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self'; ")
    assert "frame-ancestors 'none'" in policy
    assert "script-src" not in policy
    assert "unsafe" not in policy


def test_a_stricter_policy_of_a_view_is_kept() -> None:
    response = HttpResponse(headers={"Content-Security-Policy": "sandbox"})
    answered = content_security_policy(lambda _request: response)(RequestFactory().get("/"))
    assert answered.headers["Content-Security-Policy"] == "sandbox"


def test_the_access_log_is_kept_for_400_days_and_never_less_than_six_months() -> None:
    assert show("ACCESS_LOG_DAYS") == {"ACCESS_LOG_DAYS": 400}
    assert show("ACCESS_LOG_DAYS", LIANZHI_ACCESS_LOG_DAYS="183") == {"ACCESS_LOG_DAYS": 183}
    refused = command("check", LIANZHI_ACCESS_LOG_DAYS="182")
    assert refused.returncode != 0
    assert "LIANZHI_ACCESS_LOG_DAYS is 182" in refused.stderr
    assert "write 183 or more" in refused.stderr

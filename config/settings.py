"""Settings. Every value that differs between installations comes from an environment variable, read by `config.env`.

The variables are described in `docs/operations.md`. Secure by default: what is looser for the demo says so here.
"""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

from config import embedded
from config.embedded.secret import demo_secret_key
from config.env import Env, SettingError
from config.vault import vault_keys
from config.version import software_version

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env()

EMBEDDED = embedded.is_wanted(env)
HOME = embedded.Home.from_env(env)

# The demo has known passwords, a clock that can be set and relaxed cookies. Only the embedded mode is one by itself.
DEMO = env.flag("LIANZHI_DEMO", default=EMBEDDED)
DEMO_PASSWORD = "Lianzhi-Demo-2026"  # noqa: S105 — of every demo login; outside the demo it opens and sets nothing
DEBUG = env.flag("LIANZHI_DEBUG", default=False)
if DEBUG and not DEMO:
    raise SettingError("LIANZHI_DEBUG is true outside the demo, which would show internals to users; write false.")

SECRET_KEY = (
    env.secret("SECRET_KEY")
    or (demo_secret_key(HOME) if EMBEDDED else None)
    or env.required(
        "SECRET_KEY",
        write="at least 50 random characters, for instance the output of: "
        'python -c "import secrets; print(secrets.token_urlsafe(64))"',
    )
)
# The keys that seal personal data, and the key by which equal values are found.
VAULT_KEYS, VAULT_INDEX_KEY = vault_keys(env, demo_secret=SECRET_KEY if DEMO else None)
ALLOWED_HOSTS = env.hosts("ALLOWED_HOSTS", ("localhost", "127.0.0.1", "[::1]") if DEMO else ())
if not ALLOWED_HOSTS:
    env.required("ALLOWED_HOSTS", write="the names under which users reach the site, such as lianzhi.example.gov.cn")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
CSRF_FAILURE_VIEW = "cases.web.errors.expired_form"

INSTALLED_APPS = [
    "agencies",  # before Django's accounts, whose command for passwords it replaces
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "audit",
    "cases",
    "notifications",
    "config",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "config.middleware.content_security_policy",
    "config.middleware.health",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "config.middleware.chinese_first",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "agencies.access.sessions.ending",
    "config.middleware.no_nul",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "cases.web.frame.frame",
                "notifications.context.inbox",
            ],
        },
    }
]

# --- PostgreSQL: "default" is the application role, which owns nothing; "owner" runs the migrations ----------------


def _database(name: str, embedded_url: str) -> dict[str, Any] | None:
    found = env.database(name, embedded_url if EMBEDDED else None)
    if found is not None:
        # A new connection per request costs five to seven times the throughput.
        found |= {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}
    return found


if EMBEDDED and env.get("DATABASE_OWNER_URL"):
    raise SettingError(
        "DATABASE_OWNER_URL is set, but not DATABASE_URL; write both (one database, two roles), or neither."
    )
DATABASES: dict[str, dict[str, Any]] = {}
if _default := _database("DATABASE_URL", HOME.database_url()):
    DATABASES["default"] = _default
# Web servers and workers need not know the owner's password: without it there is no such alias, and migrate says so.
if _owner := _database("DATABASE_OWNER_URL", HOME.database_url(embedded.OWNER_ROLE)):
    DATABASES["owner"] = _owner
DATABASE_ROUTERS = ["config.database.routers.MigrationsAsOwner"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# What the application role may do with tables that are written only by SQL functions. All others: read and write.
PROTECTED_TABLES: dict[str, str] = {
    "audit_event": "SELECT",
    "audit_sealed": "SELECT",
    "cases_case": "SELECT",
    "cases_task": "SELECT",
    "cases_clockinterval": "SELECT",
    "cases_caseagency": "SELECT",
    "cases_casesearch": "SELECT",
    "cases_taskcounter": "SELECT",
    "cases_taskcounterdelta": "SELECT",
    "cases_idempotencykey": "SELECT",
    "cases_document": "SELECT",
    "cases_documentseries": "SELECT",
    "cases_outbox": "SELECT, UPDATE (delivered_at, failed_at, problem)",
    "cases_attachment": "SELECT, INSERT",
    "notifications_message": "SELECT, INSERT, UPDATE (read_at)",
    # People, agencies and roles are ended, never deleted; regions and the directory's stamp come with the migrations.
    "agencies_region": "SELECT",
    "agencies_stamp": "SELECT",
    "agencies_agency": "SELECT, INSERT, UPDATE",
    "agencies_user": "SELECT, INSERT, UPDATE",
    "agencies_membership": "SELECT, INSERT, UPDATE",
    "agencies_regionparameter": "SELECT, INSERT, UPDATE",
    # Lists never change: only what an import goes on to find, the case a row leads to, and the key that seals it.
    "cases_listbatch": "SELECT, INSERT,"
    " UPDATE (state, problem, columns, rows_total, rows_done, moved_at, counts, finished_at)",
    "cases_listpart": "SELECT, INSERT, UPDATE (sealed)",
    "cases_listrow": "SELECT, INSERT, UPDATE (site_id, sealed)",
    "cases_site": "SELECT, INSERT, UPDATE (case_id, previous_case_id, region_code, subject, located)",
    "cases_sitekey": "SELECT, INSERT",
    "cases_signal": "SELECT, INSERT, UPDATE (withdrawn_at)",
    "cases_personalrecord": "SELECT, INSERT, UPDATE (sealed, key_id)",
    "django_migrations": "SELECT",
}

# --- Redis: Celery's broker and a cache. Losing it loses nothing --------------------------------------------

REDIS_URL = env.redis("REDIS_URL", HOME.redis_url() if EMBEDDED else None) or env.required(
    "REDIS_URL", write="redis://HOST:6379/0 (it may be left out only together with DATABASE_URL)"
)
# Seconds: a request shall not wait long for what it can do without.
_PATIENCE = {"socket_connect_timeout": 1, "socket_timeout": 1}
CACHES = {"default": {"BACKEND": "config.cache.RedisCache", "LOCATION": REDIS_URL, "OPTIONS": _PATIENCE}}

CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=")
# Celery alone would take any certificate.
CELERY_BROKER_USE_SSL = {"ssl_cert_reqs": ssl.CERT_REQUIRED} if REDIS_URL.startswith("rediss:") else None
CELERY_TASK_IGNORE_RESULT = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# A killed worker's tasks come back after the visibility timeout, at the next sweep. With Celery's own values that is
# more than an hour; no task of ours may run longer than this limit.
CELERY_TASK_TIME_LIMIT = 280
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# Rung after every act (see cases/workflow/recording/bell.py); a sweep finds what nobody rang for. Empty: no bell.
OUTBOX_TASK = "notifications.deliver"
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    # Whatever nobody rang for. A sweep that waited longer than the next one is of no use any more.
    "deliver notifications": {"task": "notifications.deliver", "schedule": 10.0, "options": {"expires": 10}},
    # Lists whose worker was killed or whose message was lost.
    "resume imports": {"task": "cases.resume_imports", "schedule": 60.0, "options": {"expires": 60}},
    # Totals are exact at every moment; folding keeps them a sum over few rows.
    "fold counters": {"task": "cases.fold_counters", "schedule": 30.0, "options": {"expires": 30}},
    # A release may bring the holiday plan of a new year; until it does, administrators are warned.
    "watch calendar": {"task": "cases.watch_calendar", "schedule": 3600.0, "options": {"expires": 3600}},
}

# --- People, sessions, cookies ------------------------------------------------------------------------------

AUTH_USER_MODEL = "agencies.User"
AUTHENTICATION_BACKENDS = ["agencies.access.backend.Accounts"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/login/"
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_AGE = 8 * 3600  # seconds: a working day
SESSION_IDLE_SECONDS = 60 * env.integer("LIANZHI_SESSION_IDLE_MINUTES", 15)
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True

HTTPS = env.flag("LIANZHI_HTTPS", default=not DEMO)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = env.integer("LIANZHI_HSTS_SECONDS", 365 * 86400) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]  # asked by balancers inside the network, over plain HTTP
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Then the proxy alone says by which protocol and from which address (the last of X-Forwarded-For) a request came.
BEHIND_PROXY = env.flag("LIANZHI_BEHIND_PROXY", default=False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Preloading in browsers cannot be taken back and is a decision about the whole domain, not about this product.
SILENCED_SYSTEM_CHECKS = ["security.W021"]

# --- Language, time -----------------------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

# --- Static files: the demo serves them from the apps, production from `collectstatic` ----------------------

STATIC_URL = "/static/"
STATIC_ROOT = None if DEMO else env.directory("LIANZHI_STATIC_ROOT", BASE_DIR / "static-root")
WHITENOISE_USE_FINDERS = DEMO
_STATIC_STORAGE = "django.contrib.staticfiles.storage.StaticFilesStorage"
if not DEMO:
    _STATIC_STORAGE = "whitenoise.storage.CompressedManifestStaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},  # files of cases are kept in PostgreSQL
    "staticfiles": {"BACKEND": _STATIC_STORAGE},
}

# --- API ----------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser", "rest_framework.parsers.MultiPartParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "config.errors.problem_details",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    # The Accept header says which format, no parameter of an address.
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "链治 Lianzhi",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": ["cases.api.base.SessionLogin"],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "PREPROCESSING_HOOKS": ["cases.api.schema.one_form_each"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "cases.api.schema.with_acts",
    ],
}

# --- The software's own version, stored with every decision -------------------------------------------------

SOFTWARE_VERSION = env.text("LIANZHI_VERSION", "") or software_version(BASE_DIR)

# --- Log ----------------------------------------------------------------------------------------------------

LOG_LEVEL = env.choice("LIANZHI_LOG_LEVEL", "WARNING", ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
}

"""What the installation is: its mode, secrets, apps, middleware, language, files and log."""

from __future__ import annotations

from pathlib import Path

from config import embedded
from config.embedded.secret import demo_secret_key
from config.env import Env, SettingError
from config.vault import vault_keys
from config.version import software_version

BASE_DIR = Path(__file__).resolve().parent.parent.parent
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
    "allauth",
    "allauth.mfa",
    "axes",
    "oauth2_provider",
    "audit",
    "cases",
    "notifications",
    "config",
]

MIDDLEWARE = [
    "config.middleware.nobody_at_first",
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
    "config.standing.owing",
    "config.middleware.no_nul",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "config.middleware.bodies",
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

# --- The software's own version, stored with every decision -------------------------------------------------

SOFTWARE_VERSION = env.text("LIANZHI_VERSION", "") or software_version(BASE_DIR)

# --- Log ----------------------------------------------------------------------------------------------------

LOG_LEVEL = env.choice("LIANZHI_LOG_LEVEL", "WARNING", ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "config.logs.Line", "fmt": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    # Statements with their values, the data of whole pages, what callers claim to be: not even when all else is told.
    "loggers": {
        name: {"level": "INFO"} for name in ("django.db.backends", "django.template", "oauth2_provider", "oauthlib")
    }
    # Below that it names the keys of robots.
    | {"apprise": {"level": "ERROR"}},
}

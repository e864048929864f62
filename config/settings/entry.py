"""How people get in and stay in: accounts, passwords, sessions, cookies, HTTPS."""

from __future__ import annotations

from datetime import timedelta

from config.settings.base import ALLOWED_HOSTS, DEMO, env

AUTH_USER_MODEL = "agencies.User"
AUTHENTICATION_BACKENDS = ["agencies.access.backend.Accounts"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
# 等保 (GB/T 22239-2019 8.1.4.1: complexity and regular change) or OWASP ASVS 5.0 V6.2 (length, no regular change).
PASSWORD_PROFILE = env.choice("LIANZHI_PASSWORD_PROFILE", "dengbao", ("dengbao", "asvs"))
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "agencies.access.passwords.rules.Rules"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# --- Guessing: wrong tries within the lock's own length close an account, or an address, for that long --------------

LOGIN_TRIES = env.integer("LIANZHI_LOGIN_TRIES", 5, minimum=1)
# A whole office sits behind one address: it is not closed by one colleague's mistakes.
LOGIN_TRIES_PER_ADDRESS = env.integer("LIANZHI_LOGIN_TRIES_PER_ADDRESS", 10 * LOGIN_TRIES, minimum=1)
AXES_COOLOFF_TIME = timedelta(minutes=env.integer("LIANZHI_LOGIN_LOCK_MINUTES", 15, minimum=1))
AXES_FAILURE_LIMIT = LOGIN_TRIES
AXES_HANDLER = "agencies.access.lockout.Attempts"
AXES_LOCKOUT_PARAMETERS = ["username", "ip_address"]
AXES_USERNAME_CALLABLE = "agencies.access.lockout.name_of"
AXES_CLIENT_IP_CALLABLE = "agencies.access.lockout.address_of"
AXES_CLIENT_STR_CALLABLE = "agencies.access.lockout.described"
AXES_ENABLE_ADMIN = False
AXES_DISABLE_ACCESS_LOG = True  # the audit trail has every login
AXES_VERBOSE = False

# --- Second factors: the tables and the arithmetic of allauth.mfa, none of its pages ---------------------------------

SECOND_FACTOR = env.choice("LIANZHI_SECOND_FACTOR", "optional" if DEMO else "required", ("required", "optional"))
MFA_ADAPTER = "cases.models.factors.Adapter"
MFA_SUPPORTED_TYPES = ["recovery_codes", "totp", "webauthn"]
MFA_TOTP_ISSUER = "链治"
MFA_TOTP_TOLERANCE = 1  # one step of 30 seconds either way, as RFC 6238 5.2 recommends at most
MFA_RECOVERY_CODE_COUNT, MFA_RECOVERY_CODE_DIGITS = 10, 10
STEP_UP_SECONDS = 5 * 60
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/login/"
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_AGE = 8 * 3600  # seconds: a working day
SESSION_IDLE_SECONDS = 60 * env.integer("LIANZHI_SESSION_IDLE_MINUTES", 15)
# How many sessions a person may have at once; the oldest ends. The logins of the demo are everybody's.
SESSION_LIMIT = env.integer("LIANZHI_SESSION_LIMIT", 20 if DEMO else 3, minimum=1)
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True

HTTPS = env.flag("LIANZHI_HTTPS", default=not DEMO)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = env.integer("LIANZHI_HSTS_SECONDS", 365 * 86400) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]  # asked by balancers inside the network, over plain HTTP
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# The page on which residents report a site without an account.
PUBLIC_TIPS = env.flag("LIANZHI_PUBLIC_TIPS", default=DEMO)
# Where the receiver of a document reaches us: it stands in the code on every document.
_SITE = "localhost:8000" if DEMO else ALLOWED_HOSTS[0].lstrip(".")
PUBLIC_URL = env.text("LIANZHI_PUBLIC_URL", f"{'https' if HTTPS else 'http'}://{_SITE}").rstrip("/")
# A folder with 仿宋_GB2312 for printed documents, where the deployment has the font.
FONTS_DIR = env.text("LIANZHI_FONTS_DIR", "")
# Then the proxy alone says by which protocol and from which address (the last of X-Forwarded-For) a request came.
BEHIND_PROXY = env.flag("LIANZHI_BEHIND_PROXY", default=False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Preloading in browsers cannot be taken back and is a decision about the whole domain, not about this product. Whether
# somebody is locked out is asked by our own backend, of axes' handler, so that its middleware and backend are not here.
SILENCED_SYSTEM_CHECKS = ["security.W021", "axes.W002", "axes.W003"]
# What is uploaded lies on no disk in clear.
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "cases.documents.uploads.in_memory.AnonymousFileHandler",
]

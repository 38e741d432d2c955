"""The one settings file: every value comes from the environment, with a safe default.

Without DATABASE_URL / REDIS_URL the embedded servers under ``var/`` are used (see
``enforcement.embedded``). Wrong combinations are stopped by ``enforcement.checks``.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from pathlib import Path

from enforcement import __version__, embedded
from enforcement.env import (
    database_from_url,
    env_bool,
    env_int,
    env_list,
    env_secret,
    env_secrets,
    env_str,
)

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env_str("VAR_DIR", str(BASE_DIR / "var"))).resolve()
VERSION = __version__

DEBUG = env_bool("DEBUG")
#: The demo: fictional people, shown passwords, a ribbon on every page.
DEMO = env_bool("DEMO")
TESTING = env_bool("TESTING")


def _local_secret(name: str) -> str:
    """Return the secret from the environment, else one kept under ``var/keys`` (0600).

    A generated key suits a demo or one machine; ``enforcement.E003`` refuses it when the
    database is not the embedded one, because a second machine would make another key.
    """
    value = env_secret(name)
    if value:
        return value
    path = VAR_DIR / "keys" / name.lower()
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48), encoding="utf-8")
    return path.read_text(encoding="utf-8").strip()


SECRET_KEY = _local_secret("SECRET_KEY")
#: Keys for personal data at rest, newest first; old ones still open old rows.
DATA_KEYS = [_local_secret("DATA_KEY"), *env_secrets("DATA_KEYS_OLD")]
#: Key of the blind index (HMAC) by which an identity number is found without being read.
INDEX_KEY = _local_secret("INDEX_KEY")
#: Signs the daily digests: an Ed25519 key as PEM, or a long random text (``cases.signing``).
DIGEST_KEY = _local_secret("DIGEST_KEY")
#: Former index keys: rows and query codes made with them are still found (`rotate_keys`).
INDEX_KEYS_OLD = env_secrets("INDEX_KEYS_OLD")

ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "rest_framework",
    "drf_spectacular",
    "django_filters",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "pgtrigger",
    "enforcement",
    "cases",
    "deadlines",
    "accountability",
    "petitions",
]

MIDDLEWARE = [
    "enforcement.tracing.Trace",
    "enforcement.headers.Headers",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "enforcement.replica.positions.Remember",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "enforcement.middleware.Door",
    "enforcement.limits.Limits",
    "enforcement.signin.gate.Gate",
]

ROOT_URLCONF = "enforcement.urls"
WSGI_APPLICATION = "enforcement.wsgi.application"
ASGI_APPLICATION = "enforcement.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "enforcement.frame.frame",
            ],
        },
    }
]

DATABASE_URL = env_secret("DATABASE_URL") or embedded.database_url(VAR_DIR)
EMBEDDED_DATABASE = not env_secret("DATABASE_URL")
DATABASES = {"default": database_from_url(DATABASE_URL)}
DATABASES["default"].update(
    {
        "CONN_MAX_AGE": env_int("CONN_MAX_AGE", 600),
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
    }
)
#: Seconds for a database that does not answer: a page says so, and nobody waits for minutes.
DATABASES["default"]["OPTIONS"].setdefault("connect_timeout", "5")
#: A streaming replica of that database, for dashboards and lists (`enforcement.replica`).
REPLICA_URL = env_secret("REPLICA_URL")
#: Seconds it may be behind; seconds it has to answer; seconds it is left alone after it failed.
REPLICA_MAX_LAG = env_int("REPLICA_MAX_LAG", 10)
REPLICA_TIMEOUT = env_int("REPLICA_TIMEOUT", 2)
REPLICA_REST = env_int("REPLICA_REST", 10)
if REPLICA_URL:
    DATABASES["replica"] = {**DATABASES["default"], **database_from_url(REPLICA_URL)}
    DATABASES["replica"]["OPTIONS"].setdefault("connect_timeout", str(REPLICA_TIMEOUT))
    #: A test runner makes one database and asks it under both names.
    DATABASES["replica"]["TEST"] = {"MIRROR": "default"}
DATABASE_ROUTERS = ["enforcement.replica.aliases.Router"]
#: ``transaction`` behind a pooler that hands out a server for one transaction (PgBouncer): nothing
#: may then live longer than that, so rows are not read through cursors held open between requests.
DATABASE_POOLER = env_str("DATABASE_POOLER")
if DATABASE_POOLER:
    for _database in DATABASES.values():
        _database["DISABLE_SERVER_SIDE_CURSORS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env_secret("REDIS_URL") or embedded.redis_url(VAR_DIR)
CACHES = {
    "default": {
        "BACKEND": "enforcement.cache.Cache",
        "LOCATION": embedded.cache_url(REDIS_URL),
        #: Another one than when values were pickled: those are never read again.
        "KEY_PREFIX": "enforcement-json",
        #: One that does not answer is given up soon: the database stands in.
        "OPTIONS": {
            "serializer": "enforcement.cache.Json",
            "socket_connect_timeout": 1,
            "socket_timeout": 2,
        },
    }
}

CELERY_BROKER_URL = env_secret("BROKER_URL") or embedded.broker_url(REDIS_URL)
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
#: Messages are data: whoever writes into the broker must not be able to run code here.
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_ALWAYS_EAGER = env_bool("CELERY_EAGER")
#: Celery's clock, that sees when the machine's clock was put back.
CELERY_BEAT_SCHEDULER = "enforcement.beat:Scheduler"
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_ENABLE_UTC = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
#: A worker waits for its broker as long as it takes, and does not give up after an hour.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
#: A Redis that hangs is given up like one that is gone: a read waits no longer than this, and a
#: worker asks for work in shorter turns than that.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "socket_connect_timeout": 5,
    "socket_timeout": 15,
    "socket_keepalive": True,
}
#: How often the sweep runs, in seconds (the issue of record says five minutes).
SWEEP_EVERY = env_int("SWEEP_EVERY", 300)
#: Seconds by which this machine's clock may be off before nobody is flagged by it any more (0: it
#: is not looked at). The tests travel in time; those of the clock set what they need.
CLOCK_TOLERANCE = env_int("CLOCK_TOLERANCE", 0 if TESTING else 60)
#: Tasks sent for other workers to join when a sweep meets more than one batch.
SWEEP_HELPERS = env_int("SWEEP_HELPERS", 3)

AUTH_USER_MODEL = "enforcement.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "enforcement.signin.adapter.Adapter"
#: Passwords are counted by `enforcement.signin.lockout`, in the database; this counts the rest. A
#: whole court comes in behind one address in the morning.
ACCOUNT_RATE_LIMITS = {"login_failed": "20/5m/key", "login": "300/m/ip"}
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_FORMS = {"change_password": "enforcement.signin.forms.PasswordForm"}
#: Failures within 15 minutes before the door is shut, and for how long the first time.
SIGNIN_TRIES = env_int("SIGNIN_TRIES", 5)
SIGNIN_TRIES_ADDRESS = env_int("SIGNIN_TRIES_ADDRESS", 50)
SIGNIN_LOCK_MINUTES = env_int("SIGNIN_LOCK_MINUTES", 15)
#: Minutes without a request after which a person signs in again (0: never). The tests travel in
#: time with one browser; those of the door set what they need.
IDLE_MINUTES = env_int("IDLE_MINUTES", 0 if TESTING else 30)
#: Minutes for which a sign-in counts as a proof of who one is (0: nobody is asked again).
REAUTH_MINUTES = env_int("REAUTH_MINUTES", 0 if TESTING else 15)
#: Supervising and administering posts are worked from with a second factor only.
MFA_REQUIRED = env_bool("MFA_REQUIRED", not (DEMO or TESTING))
MFA_ADAPTER = "enforcement.signin.adapter.SecondFactors"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEMO or TESTING
MFA_FORMS = {
    "authenticate": "enforcement.signin.forms.CodeForm",
    "reauthenticate": "enforcement.signin.forms.CodeAgainForm",
    "activate_totp": "enforcement.signin.forms.SetUpForm",
    "authenticate_webauthn": "enforcement.signin.forms.KeyAnswerForm",
    "reauthenticate_webauthn": "enforcement.signin.forms.KeyAgainForm",
    "add_webauthn": "enforcement.signin.forms.KeyForm",
    "edit_webauthn": "enforcement.signin.forms.KeyNameForm",
}
#: The court's own identity provider, by OpenID Connect; without an address there is none.
OIDC_URL = env_str("OIDC_URL")
OIDC_NAME = env_str("OIDC_NAME", "统一身份认证")
#: The claim that holds the user name of an account here.
OIDC_CLAIM = env_str("OIDC_CLAIM", "preferred_username")
SOCIALACCOUNT_ADAPTER = "enforcement.signin.elsewhere.Elsewhere"
SOCIALACCOUNT_STORE_TOKENS = False
#: A link and not a form leads there: the content policy lets no form leave this site.
SOCIALACCOUNT_LOGIN_ON_GET = True
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "court",
                "name": OIDC_NAME,
                "client_id": env_str("OIDC_CLIENT_ID"),
                "secret": env_secret("OIDC_CLIENT_SECRET"),
                "settings": {"server_url": OIDC_URL},
            }
        ]
        if OIDC_URL
        else [],
    }
}
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
AUTH_PASSWORD_VALIDATORS = (
    []
    if DEMO
    else [
        {
            "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
            "OPTIONS": {"user_attributes": ("username", "name", "email"), "max_similarity": 0.6},
        },
        {
            "NAME": "enforcement.signin.passwords.LongEnough",
            "OPTIONS": {"min_length": 10},
        },
        {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
        {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
        {"NAME": "enforcement.signin.passwords.NotOwnName"},
        {"NAME": "enforcement.signin.passwords.NotPrinted"},
        {"NAME": "enforcement.signin.passwords.NotReused"},
    ]
)
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "enforcement.pages.csrf_failure"
HTTPS = env_bool("HTTPS")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
#: A proxy or an orchestrator asks after our health inside the network, without HTTPS.
SECURE_REDIRECT_EXEMPT = [r"^health/"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
BEHIND_PROXY = env_bool("BEHIND_PROXY")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
#: Behind a proxy the address of a visitor is the last one of X-Forwarded-For: limits on sign-in and
#: on the portal would else count everybody as the proxy.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if env_bool("BEHIND_PROXY") else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LANGUAGE_CODE = "zh-hans"
USE_I18N = True
USE_TZ = True
#: Moments are stored as UTC; this zone is for showing them and for the legal day.
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
#: A bucket of an S3-compatible store for uploaded files; without one they lie in VAR_DIR/files.
FILES_S3_BUCKET = env_str("FILES_S3_BUCKET")
FILES_S3 = {
    "endpoint": env_str("FILES_S3_ENDPOINT"),
    "region": env_str("FILES_S3_REGION"),
    "access_key": env_secret("FILES_S3_ACCESS_KEY"),
    "secret_key": env_secret("FILES_S3_SECRET_KEY"),
    "prefix": env_str("FILES_S3_PREFIX"),
}
FILES_S3_PATH_STYLE = env_bool("FILES_S3_PATH_STYLE", True)
_ON_DISK = {
    "BACKEND": "enforcement.files.WholeFiles",
    "OPTIONS": {"location": VAR_DIR / "files"},
}
_IN_S3 = {
    "BACKEND": "enforcement.s3.S3Storage",
    "OPTIONS": {**FILES_S3, "bucket": FILES_S3_BUCKET, "path_style": FILES_S3_PATH_STYLE},
}
STORAGES = {
    "default": _IN_S3 if FILES_S3_BUCKET else _ON_DISK,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
MEDIA_ROOT = VAR_DIR / "files"
#: The largest attachment, in bytes (20 MB).
UPLOAD_MAX_BYTES = env_int("UPLOAD_MAX_BYTES", 20 * 1024 * 1024)
DATA_UPLOAD_MAX_MEMORY_SIZE = 25 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

#: Pages a person may ask for in a minute, and an address where nobody is signed in; 0: as many as
#: they like. An office behind one address signs in, so its people are counted one by one.
PAGE_RATE = env_int("PAGE_RATE", 0 if TESTING else 600)
PAGE_RATE_ANONYMOUS = env_int("PAGE_RATE_ANONYMOUS", 0 if TESTING else 600)
#: Requests a program may send with one token, and anybody without one from one address.
#: Empty in the tests: they set low limits themselves.
API_RATE = env_str("API_RATE", "" if TESTING else "600/min")
API_RATE_ANONYMOUS = env_str("API_RATE_ANONYMOUS", "" if TESTING else "60/min")
API_RATE_SIGNIN = env_str("API_RATE_SIGNIN", "" if TESTING else "10/min")
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "enforcement.rest.tokens.TokenSignIn",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_THROTTLE_CLASSES": [
        "enforcement.rest.throttles.PerToken",
        "enforcement.rest.throttles.PerAddress",
    ],
    "DEFAULT_THROTTLE_RATES": {
        "token": API_RATE or None,
        "address": API_RATE_ANONYMOUS or None,
        "signin": API_RATE_SIGNIN or None,
    },
    #: Addresses are counted by the peer's, or by what our own proxy says; never by what a
    #: stranger writes into X-Forwarded-For.
    "NUM_PROXIES": 1 if env_bool("BEHIND_PROXY") else 0,
    "DEFAULT_SCHEMA_CLASS": "enforcement.rest.contract.Contract",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["enforcement.rest.parsers.StrictJson"],
    "URL_FORMAT_OVERRIDE": None,
    "COERCE_DECIMAL_TO_STRING": True,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "执行案件监督管理系统接口",
    "DESCRIPTION": "法院执行案件的登记、期限、督促与信访督办。用法见 docs/api.md。",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "PREPROCESSING_HOOKS": ["enforcement.rest.contract.only_ours"],
    #: Values of a field stand where they are used; named enums would collide and be renamed.
    "POSTPROCESSING_HOOKS": ["enforcement.rest.contract.finish"],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "enforcement.logs.formatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": env_str("LOG_LEVEL", "WARNING")},
    "loggers": {
        "enforcement": {"level": "INFO"},
        "celery": {"level": "INFO"},
        #: Django brings a handler of its own for these, in another form.
        "django": {"handlers": [], "level": "INFO"},
        "django.request": {"level": "ERROR"},
        "django.server": {"handlers": [], "propagate": True},
    },
}

#: Who may read /metrics: a token (Bearer), and networks. With neither it answers nobody.
METRICS_TOKEN = env_secret("METRICS_TOKEN")
METRICS_ALLOW = env_list("METRICS_ALLOW", ["127.0.0.1", "::1"] if DEMO else [])

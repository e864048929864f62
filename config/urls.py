"""All addresses. Each app declares its own; here they only get their prefix."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

from config import errors
from config.health import healthz

urlpatterns: list[URLPattern | URLResolver] = [path("healthz", healthz, name="healthz")]
for _prefix, _module in (("api/v1/", "cases.api"), ("", "cases.web"), ("inbox/", "notifications")):
    if find_spec(f"{_module}") and find_spec(f"{_module}.urls"):
        urlpatterns.append(path(_prefix, include(f"{_module}.urls")))

handler400 = errors.bad_request
handler403 = errors.permission_denied
handler404 = errors.page_not_found
handler500 = errors.server_error

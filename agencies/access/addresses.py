"""From where somebody calls, and with what."""

from __future__ import annotations

import re

from django.conf import settings
from django.http import HttpRequest

from agencies.vocabulary import Label

# The first that fits, since every browser also calls itself by the names of those before it.
_BROWSERS = (
    (r"Edg", "Edge"),
    (r"QQBrowser", "QQ 浏览器"),
    (r"360SE|360EE|QIHU", "360 浏览器"),
    (r"OPR|Opera", "Opera"),
    (r"Firefox", "Firefox"),
    (r"Chrome|Chromium|CriOS", "Chrome"),
    (r"Safari", "Safari"),
    (r"python|curl|okhttp|Java|Go-http", "API"),
)
_SYSTEMS = (
    (r"HarmonyOS|OpenHarmony", "HarmonyOS"),
    (r"Android", "Android"),
    (r"iPhone|iPad", "iOS"),
    (r"Windows", "Windows"),
    (r"Mac OS", "macOS"),
    (r"Kylin|UOS|Linux", "Linux"),
)


def client_address(request: HttpRequest | None) -> str:
    """Who called. Behind a proxy the address that it appended; what a caller wrote before it proves nothing."""
    if request is None:
        return ""
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.BEHIND_PROXY else ""
    return forwarded.rsplit(",", 1)[-1].strip() or str(request.META.get("REMOTE_ADDR", ""))


def device(request: HttpRequest) -> str:
    """Browser and system in a few words; nothing that the caller wrote is kept as it was."""
    agent = request.headers.get("User-Agent", "")
    found = [next((name for sign, name in names if re.search(sign, agent)), "") for names in (_BROWSERS, _SYSTEMS)]
    return " · ".join(name for name in found if name)


UNKNOWN_DEVICE = Label("未知设备", "unknown device")

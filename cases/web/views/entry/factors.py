"""Setting up a second factor: an authenticator app, or a security key."""

from __future__ import annotations

import base64
import json

from allauth.mfa.adapter import get_adapter
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from agencies.access import standing
from agencies.access.second import keys
from agencies.access.standing import ENTRY, is_fresh
from agencies.errors import AgencyError, BadInput
from agencies.models import User
from agencies.services import add_app, add_key
from audit import clock
from cases.web.pages import PageRequest, page
from cases.web.show.words import say
from cases.web.views.entry import confirm

# In the session until the app has shown its first code; sealed like the factor itself.
SECRET = "new_app"  # noqa: S105


@never_cache
@sensitive_post_parameters("code")
@page
def app(request: PageRequest) -> HttpResponse:
    """Show the secret as a picture to scan, and take the first code."""
    if not is_fresh(request.session):
        return confirm.ask_first(request)
    own, adapter = User.objects.get(pk=request.actor.user_id), get_adapter()
    error, status = "", 200
    if request.method == "POST" and SECRET in request.session:
        secret = adapter.decrypt(request.session[SECRET])
        typed, session = request.POST.get("code", ""), request.session.get(ENTRY)
        try:
            codes = add_app(actor=request.actor, user=own, secret=secret, code=typed, now=clock.now(), session=session)
            del request.session[SECRET]
            return _added(request, "totp", codes)
        except AgencyError as refused:
            error, status = say(refused.text), refused.status
    elif request.method != "POST" or SECRET not in request.session:
        request.session[SECRET] = adapter.encrypt(generate_totp_secret())
    secret = adapter.decrypt(request.session[SECRET])
    picture = adapter.build_totp_svg(adapter.build_totp_url(own, secret))
    context = {
        "picture": f"data:image/svg+xml;base64,{base64.b64encode(picture.encode()).decode()}",
        "secret": " ".join(secret[n : n + 4] for n in range(0, len(secret), 4)),
        "error": error,
    }
    return render(request, "web/entry/app.html", context, status=status)


@never_cache
@page
def key(request: PageRequest) -> HttpResponse:
    """Name a security key and let the browser ask for it."""
    if not is_fresh(request.session):
        return confirm.ask_first(request)
    own = User.objects.get(pk=request.actor.user_id)
    error, status = "", 200
    if request.method == "POST":
        try:
            return _added(request, "webauthn", _take_key(request, own))
        except AgencyError as refused:
            error, status = say(refused.text), refused.status
    context = {
        "options": json.dumps(keys.to_create(request, own)),
        "name": request.POST.get("name", ""),
        "error": error,
    }
    return render(request, "web/entry/key.html", context, status=status)


def _take_key(request: PageRequest, own: User) -> list[str]:
    made = keys.made(request, request.POST.get("credential", ""))
    if made is None:
        raise BadInput(
            "没有读到安全密钥。请插好密钥，点“登记密钥”，按浏览器提示触碰密钥。",
            "No security key was read. Plug it in, press the button and touch the key when the browser asks.",
        )
    return add_key(
        actor=request.actor,
        user=own,
        name=request.POST.get("name", ""),
        credential=made[0],
        counter=made[1],
        now=clock.now(),
        session=request.session.get(ENTRY),
    )


def _added(request: PageRequest, factor: str, codes: list[str]) -> HttpResponse:
    """The factor was shown in this very session, which is its proof; new recovery codes are shown once."""
    standing.prove(request.session, factor)
    if codes:
        return render(request, "web/entry/codes.html", {"codes": codes, "first": True})
    messages.success(request, gettext("双因素已添加，其他设备上的登录已退出"))
    return redirect("web:security")

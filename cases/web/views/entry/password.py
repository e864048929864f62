"""One's own password."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from agencies.access import standing
from agencies.access.passwords.rules import help_text
from agencies.access.sessions import standing_of
from agencies.errors import BadInput
from agencies.models import User
from agencies.services import change_password
from audit import clock
from cases.web.pages import PageRequest, page
from cases.web.show.words import say


@never_cache
@sensitive_post_parameters()
@page
def password(request: PageRequest) -> HttpResponse:
    """Change one's own password; other sessions of the account end."""
    errors = _change_own(request) if request.method == "POST" else {}
    if request.method == "POST" and not errors:
        messages.success(request, gettext("密码已修改，其他设备上的登录已退出"))
        return redirect("web:workbench")
    own, now = User.objects.get(pk=request.actor.user_id), standing_of(request)
    context = {
        "errors": errors,
        "rules": help_text(own),
        "owed": now is not None and now.owes == standing.PASSWORD,
        "given": now is not None and now.must_change,
    }
    return render(request, "web/password.html", context, status=400 if errors else 200)


def _change_own(request: PageRequest) -> dict[str, str]:
    user = User.objects.get(pk=request.actor.user_id)
    current, new = request.POST.get("current", ""), request.POST.get("password", "")
    if new != request.POST.get("again", ""):
        return {"again": gettext("两次输入的新密码不一致")}
    session = request.session.get(standing.ENTRY)
    try:
        change_password(actor=request.actor, user=user, current=current, new=new, now=clock.now(), session=session)
    except BadInput as wrong:
        return {wrong.field: say(wrong.text)}
    user.refresh_from_db()
    update_session_auth_hash(request, user)
    return {}

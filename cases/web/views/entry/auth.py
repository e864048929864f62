"""Logging in and out, and the language of the pages."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, logout
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import check_for_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from agencies.access import proof
from agencies.access.second import factors
from agencies.errors import AgencyError, TooManyTries
from agencies.models import User
from cases.web import entrance, whose
from cases.web.acts import drafting
from cases.web.pages import inside, post_only
from cases.web.show.own import told
from cases.web.show.words import say


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def login_page(request: HttpRequest) -> HttpResponse:
    """Log in and go on to the page that was asked for. What was wrong is never told apart."""
    target = inside(request, settings.LOGIN_REDIRECT_URL)
    if request.user.is_authenticated and request.method == "GET":
        return redirect(target)
    typed, error, status = request.POST.get("username", "").strip(), "", 200
    carried = entrance.carried_in(request)
    if request.method == "POST":
        try:
            user = authenticate(request, username=_account(typed), password=request.POST.get("password", ""))
            if user is not None:
                return _inside_or_second(request, user, target, carried)
            status, error = 400, gettext("账号或密码不正确，请核对后重新输入。多次不成功请联系安全管理员。")
        except TooManyTries as slow:
            status, error = slow.status, say(slow.text)
    more = {"username": typed, "error": error, "ended": entrance.ended(request.GET.get("ended", ""))}
    more["saved"] = entrance.saved_words(request.GET.get("saved", "")) if more["ended"] else ""
    return entrance.login_form(request, target, carried=carried, status=status, **more)


def _inside_or_second(request: HttpRequest, user: User, target: str, carried: entrance.Pairs) -> HttpResponse:
    """In, or on to the second step where this person has a second factor."""
    if factors.has_any(user):
        proof.wait(request, user)
        return entrance.second_form(request, user, target, carried=carried)
    proof.enter(request, user)
    return arrived(request, user, target, carried)


@never_cache
@sensitive_post_parameters("code", "credential")
@require_http_methods(["GET", "POST"])
def second_page(request: HttpRequest) -> HttpResponse:
    """The second step of the login: a code, or a security key."""
    target = inside(request, settings.LOGIN_REDIRECT_URL)
    carried, user = entrance.carried_in(request), proof.waiting(request)
    if user is None:
        if request.method == "GET":
            return redirect("web:login")
        late = gettext("登录等待超时，请重新输入密码。")
        return entrance.login_form(request, target, carried=carried, status=400, error=late)
    error, status = "", 200
    if request.method == "POST":
        try:
            proof.finish(
                request, user, code=request.POST.get("code", ""), credential=request.POST.get("credential", "")
            )
            return arrived(request, user, target, carried)
        except AgencyError as refused:
            error, status = say(refused.text), refused.status
    return entrance.second_form(request, user, target, carried=carried, status=status, error=error)


def arrived(request: HttpRequest, user: User, target: str, carried: entrance.Pairs) -> HttpResponse:
    """What was done to the account meanwhile is said, and on it goes, in the person's own language."""
    told.greet(request, user)
    return _in_own_language(request, _onward(request, user, target, carried), user.language)


def _onward(request: HttpRequest, user: AbstractBaseUser, target: str, carried: entrance.Pairs) -> HttpResponse:
    """On to where one wanted to go, with what was typed there. What another person typed goes no further."""
    if not carried:
        return redirect(target)
    if whose.belongs_to(carried, user.pk):
        drafting.keep_carried(user.pk, target, carried)
        return entrance.resume(request, target, carried)
    messages.warning(request, gettext("登录前那一页上的内容是另一位使用者填写的，没有提交，也没有保留。"))
    return redirect(settings.LOGIN_REDIRECT_URL)


@post_only
def logout_page(request: HttpRequest) -> HttpResponse:
    """End the session; a link alone cannot, so that nobody is logged out by a picture in a page."""
    logout(request)
    return redirect("web:login")


@post_only
def language(request: HttpRequest) -> HttpResponse:
    """Show the pages in another language from now on."""
    response = redirect(inside(request, settings.LOGIN_REDIRECT_URL))
    code = request.POST.get("language", "")
    return _speak(response, code) if check_for_language(code) else response


def _account(typed: str) -> str:
    """The username of a person who types a staff number instead. A NUL stands in neither."""
    typed = typed.replace("\x00", "")
    found = User.objects.filter(staff_no=typed).exclude(staff_no="").values_list("username", flat=True).first()
    return found or typed.lower()


def _in_own_language(request: HttpRequest, response: HttpResponse, code: str) -> HttpResponse:
    """Who has chosen a language on this device keeps it; the others get that of their account."""
    if settings.LANGUAGE_COOKIE_NAME in request.COOKIES:
        return response
    return _speak(response, "en" if code == "en" else "zh-hans")


def _speak(response: HttpResponse, code: str) -> HttpResponse:
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, code, max_age=365 * 86400, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )
    return response

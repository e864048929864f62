"""What every page needs: somebody logged in, the actor as of now, and refusals as pages instead of tracebacks."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext

from agencies.access.rates import PAGES, TooOften, spend
from agencies.actors import Actor, NoSuchActor, load_actor
from agencies.sight import look_as
from cases.selectors.paging import InvalidCursor
from cases.web import entrance
from cases.web.show.words import say
from cases.workflow.errors import NotVisible, WorkflowError

P = ParamSpec("P")


class PageRequest(HttpRequest):
    """A request of somebody who is logged in; `actor` was read for this request."""

    actor: Actor


View = Callable[Concatenate[PageRequest, P], HttpResponseBase]


def page(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """A page for people who are logged in. Refusals of the workflow become a page with the sentence and the article."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return entrance.ask(request)
        asked = cast("PageRequest", request)
        try:
            asked.actor = load_actor(request.user.pk)
        except NoSuchActor as gone:
            raise Http404 from gone
        look_as(asked.actor)
        response = _answer(view, asked, *args, **kwargs)
        # The next person at this desk finds nothing in the browser's memory.
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    return cast("Callable[Concatenate[HttpRequest, P], HttpResponseBase]", guarded)


def _answer(view: View[P], asked: PageRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
    """What the view answers, its refusals as pages."""
    try:
        spend(PAGES, str(asked.actor.user_id))
        return view(asked, *args, **kwargs)
    except TooOften as slow:
        return too_often(asked, slow)
    except NotVisible:
        return not_found(asked)
    except InvalidCursor:
        return error_page(asked, 400, gettext("页码已失效"), gettext("翻页位置无法识别，请从第一页重新查看。"))
    except WorkflowError as refused:
        return refusal_page(asked, refused)


def post_only(view: Callable[Concatenate[HttpRequest, P], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """For an address that only takes what a button sends; whoever opens it is told so and led back."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.method == "POST":
            return view(request, *args, **kwargs)
        text = gettext("这个地址只接收页面上的按钮提交，没有改动任何内容。请回到工作台，从页面上办理。")
        response = error_page(request, 405, gettext("这个地址不能直接打开"), text, tone="warn")
        response["Allow"], response["Cache-Control"] = "POST", "private, no-store"
        return response

    return guarded


def inside(request: HttpRequest, otherwise: str) -> str:
    """The address to go on to (`next`); another one where it leads out of this site."""
    target = request.POST.get("next") or request.GET.get("next")
    here = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    # Without a slash at its beginning it would be taken for the name of a page.
    return target if target and here and target.startswith("/") else otherwise


def error_page(request: HttpRequest, status: int, heading: str, text: str, **more: Any) -> HttpResponse:
    """A heading that says what happened and a sentence that says what to do."""
    context = {"heading": heading, "text": text, **more}
    return render(request, "web/error.html", context, status=status)


def not_found(request: HttpRequest) -> HttpResponse:
    """The same page whether a case does not exist or is not this agency's."""
    return error_page(
        request,
        404,
        gettext("没有找到"),
        gettext("没有这件案件或这一页，或你所在机构不参与办理。请核对编号，或向牵头单位了解。"),
        sign="search",
        tone="warn",
    )


def too_large(request: HttpRequest, limit: int) -> HttpResponse:
    """A form over its limit, in MB, which nobody has read."""
    text = gettext(
        "一次最多提交 %(limit)s MB，这次的内容超出了，没有读取，也没有任何改动。请减少或拆分文件后再提交。"
        "用浏览器的“后退”可回到刚才的表单，已填写的文字还在，标“密封”的项须重填。"
    )
    return error_page(request, 413, gettext("内容过大"), text % {"limit": limit}, tone="warn")


def too_often(request: HttpRequest, slow: TooOften) -> HttpResponse:
    """Nothing was done; when it is worth trying again stands in the sentence and in a header."""
    response = error_page(request, slow.status, gettext("操作过于频繁"), say(slow.text), tone="warn")
    response["Retry-After"] = str(slow.wait)
    return response


def refusal_page(request: HttpRequest, refused: WorkflowError) -> HttpResponse:
    """A refusal where there is no form to show it in."""
    return error_page(
        request, refused.status, gettext("不能办理"), say(refused.text), article=refused.article, sign="lock"
    )

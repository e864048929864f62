"""From what was typed into the public form to a report: each thing that is wrong said at its field, all at once."""

from __future__ import annotations

import secrets
import time
import unicodedata
from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, QueryDict

from cases.documents.uploads import FileRefused, check_file, clean_name, ending_of, scan
from cases.intake.tips.taking import Picture, Report
from cases.web.show.tips.form import LIMITS, MOST_PICTURES, PICTURE_MB, SIGNS, SINCE
from cases.workflow.errors import InvalidInput
from cases.workflow.view import Text

# A person needs longer than this; a page that stood open overnight is filled in anew, with everything still in it.
SOONEST, LATEST = 3, 12 * 3600
# What no person sees and programs fill in.
TRAP: Final = "website"
ENDINGS: Final = frozenset({"jpg", "jpeg", "png", "webp", "heic"})
_SIGNER: Final = Signer(salt="cases.web.tips")
TOO_FAST: Final = Text("提交得太快，请核对后再提交一次", "That was fast: check it and send it once more")
STALE: Final = Text(
    "页面打开得太久，内容没有提交；已填写的仍在，请核对后再提交",
    "The page had been open too long and nothing was sent; what you wrote is still here",
)
NOT_EMPTY: Final = Text("请清空“网址”一栏", "Leave the field “website” empty")


def new_token(age: int = 0) -> str:
    """For a form that is handed out now: its nonce, and when that was."""
    return _SIGNER.sign(f"{secrets.token_urlsafe(12)}.{int(time.time()) - age}")


def read_token(token: str) -> tuple[str, Text | None]:
    """The nonce, and what is wrong with the time."""
    try:
        nonce, _, at = _SIGNER.unsign(token).partition(".")
    except BadSignature:
        return "", STALE
    age = time.time() - int(at)
    if age > LATEST:
        return "", STALE
    return nonce, TOO_FAST if age < SOONEST else None


def typed_of(post: QueryDict) -> dict[str, Any]:
    """What stands in the form, for showing it again."""
    typed: dict[str, Any] = {name: _plain(post.get(name, "")) for name in (*LIMITS, "district", "since")}
    return typed | {"signs": [code for code in post.getlist("signs") if code in SIGNS]}


def _plain(text: str) -> str:
    """Without what no eye sees; line breaks stay."""
    return "".join(mark for mark in text if mark in "\n\t" or unicodedata.category(mark)[0] != "C").strip()


def read_report(request: HttpRequest, nonce: str, late: Text | None) -> Report:
    """The report. Raises InvalidInput with every field that has to be changed."""
    typed = typed_of(request.POST)
    problems: dict[str, Text] = {}
    if late is not None:
        problems["report"] = late
    if request.POST.get(TRAP):
        problems[TRAP] = NOT_EMPTY
    for name, longest in LIMITS.items():
        if len(typed[name]) > longest:
            problems[name] = Text(f"最多 {longest} 字", f"At most {longest} characters")
    if not typed["district"]:
        problems["district"] = Text("请选择所在区县", "Choose the district")
    if len(typed["address"]) < 4:
        problems["address"] = Text("请写明地点，例如街道、小区和楼号", "Say where: street, estate, building")
    if not typed["signs"] and len(typed["content"]) < 4:
        problems["content"] = Text("请勾选或写明看到、听到的情况", "Tick or describe what you see or hear")
    pictures = _pictures(request.FILES.getlist("pictures"), problems)
    if problems:
        raise InvalidInput(fields=problems)
    reporter = {name: typed[name] for name in ("name", "phone", "contact") if typed[name]}
    return Report(nonce, typed["district"], typed["address"], _content(typed), reporter, pictures)


def _content(typed: dict[str, Any]) -> str:
    """One text for the official, in Chinese whatever the language of the page."""
    signs = "、".join(SIGNS[code].zh for code in typed["signs"])
    since = SINCE.get(typed["since"])
    parts = [signs and f"{signs}。", typed["content"], since and f"（发现时间：{since.zh}）"]
    return "".join(part for part in parts if part)


def _pictures(files: list[UploadedFile], problems: dict[str, Text]) -> list[Picture]:
    found: list[Picture] = []
    if len(files) > MOST_PICTURES:
        problems["pictures"] = Text(f"最多 {MOST_PICTURES} 张图片", f"At most {MOST_PICTURES} pictures")
        return found
    for upload in files:
        name = clean_name(upload.name or "")
        try:
            found.append(_picture(name, upload))
        except FileRefused as refused:
            problems["pictures"] = Text(refused.zh, refused.en)
    return found


def _picture(name: str, upload: UploadedFile) -> Picture:
    """Raises FileRefused."""
    if ending_of(name) not in ENDINGS:
        raise FileRefused(
            f"“{name}”不是图片，请上传 jpg、png、webp 或 heic", f"“{name}” is no picture; send jpg, png, webp or heic"
        )
    if (upload.size or 0) > PICTURE_MB * 1024 * 1024:
        raise FileRefused(f"“{name}”超过 {PICTURE_MB} MB", f"“{name}” is over {PICTURE_MB} MB")
    content = upload.read()
    content_type = check_file(name, content)
    scan(name, content)
    return Picture(content_type, content)

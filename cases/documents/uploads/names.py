"""The name of an uploaded file, as it may be shown and offered for saving.

Letters that change how a line is read (UTS 39, UTR 36: bidirectional overrides, zero-width characters) make `fdp.exe`
look like `exe.pdf`; they are taken out. What would be a program after the download is refused, not renamed.
"""

from __future__ import annotations

import re
import unicodedata

from cases.documents.uploads.refused import FileRefused

LONGEST = 120
# Control, format (bidirectional, zero-width), halves of characters, private use, line and paragraph separators.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
# No system of files keeps these in a name.
_UNKEPT = re.compile(r'[<>:"|?*]')
# Names of devices: a file of that name cannot be saved on the desks it goes to.
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])")
# What a desk runs or a browser renders; hidden before a harmless ending it still names what the file is.
_RUNS = frozenset(
    {
        "ade", "adp", "apk", "bat", "cab", "chm", "cmd", "cpl", "dll", "dmg", "docm", "dotm", "exe", "hta",
        "htm", "html", "iso", "jar", "js", "jse", "lnk", "mht", "mhtml", "mjs", "msc", "msi", "php", "pif",
        "ppam", "pptm", "ps1", "py", "reg", "scr", "sct", "sh", "shtml", "svg", "swf", "url", "vb", "vbe",
        "vbs", "wsc", "wsf", "wsh", "xht", "xhtml", "xlam", "xlsm", "xltm",
    }
)  # fmt: skip


def clean_name(given: str | None) -> str:
    """The last part of the name without what nobody can see, at most 120 characters. Raises FileRefused."""
    name = unicodedata.normalize("NFC", given or "").replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(letter for letter in name if unicodedata.category(letter) not in _UNSEEN)
    name = _UNKEPT.sub("_", name).strip(". ")
    stem = name.rpartition(".")[0]
    hidden = [part for part in stem.lower().replace(" ", "").split(".")[1:] if part in _RUNS]
    if hidden:
        raise FileRefused(
            f"“{_shortened(name)}”的名称里藏有程序类扩展名“.{hidden[0]}”，请改用只有一个扩展名的原文件重新上传",
            f"The name “{_shortened(name)}” hides the ending “.{hidden[0]}”; upload the original under a plain name",
        )
    if _DEVICES.fullmatch(stem.split(".")[0].strip()):
        name = f"_{name}"
    return _shortened(name)


def ending_of(name: str) -> str:
    """What stands behind the last dot, in lower case; empty where there is none."""
    return name.rsplit(".", 1)[-1].lower() if "." in name else ""


def _shortened(name: str) -> str:
    """A long name is cut in its middle: its end says what it is."""
    if len(name) <= LONGEST:
        return name
    return f"{name[: LONGEST - 31]}…{name[-30:]}"

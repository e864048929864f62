"""The stages and how a case moves between them, drawn from the workflow table: as Mermaid text and as SVG."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Final, NamedTuple

from cases.workflow.texts import STAGES
from cases.workflow.transitions import TRANSITIONS
from cases.workflow.view import Text

ORDER: Final = tuple(STAGES)
START: Final = "[*]"
BOX_W, BOX_H, GAP, TOP = 150, 54, 46, 230
LINE = 22
STYLE: Final = 'text{font:14px "PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}'
TIP: Final = (
    '<marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
    '<path d="M0 0L8 4L0 8z" fill="#465162"/></marker>'
)


class Move(NamedTuple):
    """All acts that lead from one stage to another."""

    source: str
    target: str
    labels: tuple[Text, ...]


def moves() -> list[Move]:
    """Every change of stage that the table allows, with the acts that make it, in the order of the table."""
    found: dict[tuple[str, str], list[Text]] = {}
    for row in TRANSITIONS.values():
        for source in _sources(row.from_stages):
            for target in row.to_stages:
                if target not in ("=", source):
                    found.setdefault((source, target), []).append(row.label)
    places = {START: -1, **{stage: n for n, stage in enumerate(ORDER)}}
    ordered = sorted(found, key=lambda pair: (places[pair[0]], places[pair[1]]))
    return [Move(source, target, tuple(found[source, target])) for source, target in ordered]


def _sources(stages: tuple[str, ...]) -> tuple[str, ...]:
    if "-" in stages:
        return (START,)
    # The one act that changes the stage from anywhere takes back a merge, and a merged case is closed.
    return ("closed",) if "any" in stages else stages


def mermaid(language: str = "zh") -> str:
    """A state diagram that GitHub and most viewers draw by themselves."""
    lines = ["stateDiagram-v2", "    direction LR"]
    lines += [f"    {stage}: {text.get(language)}" for stage, text in STAGES.items()]
    for move in moves():
        joined = "、".join(t.zh for t in move.labels) if language == "zh" else ", ".join(t.en for t in move.labels)
        lines.append(f"    {move.source} --> {move.target}: {joined}")
    return "\n".join(lines)


def svg(language: str = "zh") -> str:
    """Five boxes in a row, numbered arcs (forward above, back below), and what each number stands for."""
    numbered = [(n, m) for n, m in enumerate(moves(), start=1)]
    width = len(ORDER) * (BOX_W + GAP) + GAP + 40
    height = TOP + BOX_H + 210 + LINE * len(numbered)
    title = "案件流程图" if language == "zh" else "How a case moves"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-label="{title}">',
        f"<title>{title}</title>",
        f"<style>{STYLE}</style>",
        f"<defs>{TIP}</defs>",
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        *_arcs(numbered),
        *(_box(stage, language) for stage in ORDER),
        *_legend(numbered, language),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _left(stage: str) -> int:
    return GAP + 20 + ORDER.index(stage) * (BOX_W + GAP)


def _box(stage: str, language: str) -> str:
    x = _left(stage)
    return (
        f'<rect x="{x}" y="{TOP}" width="{BOX_W}" height="{BOX_H}" rx="6" fill="#f4f6f9" stroke="#1450a8"/>'
        f'<text x="{x + BOX_W // 2}" y="{TOP + 33}" text-anchor="middle" fill="#1a2433" font-weight="600">'
        f"{escape(STAGES[stage].get(language))}</text>"
    )


def _arcs(numbered: list[tuple[int, Move]]) -> Iterator[str]:
    for n, move in numbered:
        if move.source == START:
            x, y = _left(move.target), TOP + BOX_H // 2
            yield f'<path d="M{x - 40} {y}L{x - 2} {y}" stroke="#465162" fill="none" marker-end="url(#tip)"/>'
            yield _number(n, x - 26, y - 8)
            continue
        a, b = ORDER.index(move.source), ORDER.index(move.target)
        span, forward = abs(a - b), a < b
        # Each end leaves the box at a place of its own, so that arcs of different length do not run into each other.
        shift = 12 * span
        x1 = _left(move.source) + (BOX_W - 70 + shift if forward else 70 - shift)
        x2 = _left(move.target) + (70 - shift if forward else BOX_W - 70 + shift)
        y, rise = (TOP, -46 * span) if forward else (TOP + BOX_H, 46 * span)
        yield (
            f'<path d="M{x1} {y}C{x1} {y + rise} {x2} {y + rise} {x2} {y}" stroke="#465162" fill="none"'
            ' marker-end="url(#tip)"/>'
        )
        yield _number(n, (x1 + x2) // 2, y + int(rise * 0.75) + 5)


def _number(n: int, x: int, y: int) -> str:
    return (
        f'<circle cx="{x}" cy="{y - 5}" r="10" fill="#fff" stroke="#465162"/>'
        f'<text x="{x}" y="{y}" text-anchor="middle" font-size="12" fill="#1a2433">{n}</text>'
    )


def _legend(numbered: list[tuple[int, Move]], language: str) -> Iterator[str]:
    y = TOP + BOX_H + 215
    for n, move in numbered:
        here = "" if move.source == START else STAGES[move.source].get(language)
        what = "、".join(t.zh for t in move.labels) if language == "zh" else ", ".join(t.en for t in move.labels)
        colon = "：" if language == "zh" else ": "
        line = f"{n}  {here} → {STAGES[move.target].get(language)}{colon}{what}"
        yield f'<text x="{GAP + 20}" y="{y + LINE * (n - 1)}" fill="#1a2433">{escape(line)}</text>'

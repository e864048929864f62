"""What the product has that somebody could read or start: found in the code, to be compared with inventory.csv."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management import get_commands
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.serializers import Serializer

ROOT = Path(__file__).resolve().parents[2]
OWN = ("audit", "agencies", "cases", "notifications", "config")
# What a function that sends out rows as a file calls.
EXPORTING = {"StreamingHttpResponse", "FileResponse", "writer", "DictWriter", "Workbook"}


def found() -> set[tuple[str, str]]:
    """Every thing as (sort, name)."""
    kinds = {
        "url": urls(), "field": fields(), "export": exports(), "admin": admin_views(), "task": tasks(),
        "command": commands(), "topic": topics(), "table": tables(),
    }  # fmt: skip
    return {(kind, name) for kind, names in kinds.items() for name in names}


def urls(resolver: Any = None, before: str = "") -> Iterator[str]:
    """Each address once, without the slash at its end (both forms lead to the same view)."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from urls(pattern, route)
        elif isinstance(pattern, URLPattern):
            yield "/" + route.removesuffix("/")


def fields() -> Iterator[str]:
    """Each member of an answer of the API that its description names."""
    package = importlib.import_module("cases.api.shapes")
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        for name, shape in vars(importlib.import_module(module.name)).items():
            # Pages are made by a factory and hold nothing of their own.
            if isinstance(shape, type) and issubclass(shape, Serializer) and shape.__module__ == module.name:
                yield from (f"{name}.{field}" for field in shape().fields)


def exports() -> Iterator[str]:
    for package in OWN:
        for path in sorted((ROOT / package).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            for node in ast.walk(tree):
                if isinstance(node, ast.FunctionDef) and _called(node) & EXPORTING:
                    yield f"{path.relative_to(ROOT)}:{node.name}"


def _called(node: ast.FunctionDef) -> set[str]:
    calls = [call.func for call in ast.walk(node) if isinstance(call, ast.Call)]
    return {f.attr if isinstance(f, ast.Attribute) else f.id for f in calls if isinstance(f, ast.Attribute | ast.Name)}


def admin_views() -> Iterator[str]:
    if apps.is_installed("django.contrib.admin"):
        from django.contrib import admin

        yield from (str(model._meta.label) for model in admin.site._registry)


def tasks() -> Iterator[str]:
    from config.celery import app

    app.loader.import_default_modules()
    yield from (name for name in app.tasks if not name.startswith("celery."))


def commands() -> Iterator[str]:
    yield from (name for name, app in get_commands().items() if str(app) in OWN)


def topics() -> Iterator[str]:
    """What people and systems are told of: the topics of the outbox."""
    from notifications import wording

    yield from wording._WORDS


def tables() -> Iterator[str]:
    """Every table of ours: what it holds decides who may read it."""
    yield from (m._meta.db_table for m in apps.get_models() if m._meta.app_label in OWN)

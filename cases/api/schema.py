"""The OpenAPI page: one operation for every act of the workflow table, and one shape for every problem.

drf-spectacular describes the addresses; the hooks below add what only the table knows. The page is written to
docs/openapi.yaml by `manage.py generate_openapi`, and CI fails where it is out of date.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from cases.api.bearer import ACTS
from cases.api.security import security_of
from cases.workflow.deciding.inputs import MANY, ROWS_LIMIT
from cases.workflow.fields import Field, Transition
from cases.workflow.forms.reading import TEXT_LIMITS
from cases.workflow.texts import describe_agencies, describe_roles, describe_stage
from cases.workflow.transitions import TRANSITIONS

Schema = dict[str, Any]


ABOUT = """\
登录：POST /api/v1/session/，保存 Cookie；每次改动都以 X-CSRFToken 带上答复中的 csrf_token，
经 HTTPS 时另带 Origin 或 Referer。
办理：先读取案件，把答复的 ETag 放入 If-Match，再 POST 到该事项的地址；带 Idempotency-Key 的请求可以重发。
外部系统：用 client_id 与 client_secret 向 POST /api/v1/oauth/token 取得令牌（grant_type=client_credentials），
以 Authorization: Bearer 发送；只能调用标有 clientCredentials 的接口，且只在所属单位范围内。
被拒的请求一律答复 RFC 9457 的 application/problem+json。时间均带时区；发来的时间不写时区的，按北京时间。

Log in with POST /api/v1/session/ and keep the cookies; send the csrf_token of the answer as X-CSRFToken with every
change, over HTTPS together with Origin or Referer. To act, read the case, send its ETag as If-Match and POST to the
address of the act; with an Idempotency-Key a request can safely be sent again. A system of an agency gets a token from
POST /api/v1/oauth/token by its client_id and client_secret (grant_type=client_credentials), sends it as Authorization:
Bearer, and may call what names clientCredentials, within its agency. What is refused is answered as
application/problem+json (RFC 9457). Times carry their offset; a time sent without one is Beijing time."""
BASE = "/api/v1"
ACT = f"{BASE}/cases/{{ref}}/actions/{{action}}"
OPEN_CASE = "open_case"
PROBLEM = {"$ref": "#/components/schemas/Problem"}
_PLAIN: dict[str, Schema] = {
    "text": {"type": "string"},
    "longtext": {"type": "string"},
    "choice": {"type": "string"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
    "decimal": {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"},
    "integer": {"type": "integer"},
    "boolean": {"type": "boolean"},
    "task": {"type": "string", "format": "uuid"},
    "attachment": {"type": "string", "format": "uuid"},
    "case": {"type": "string"},
    "agency": {"type": "string", "description": "Code of the agency."},
    "user": {"type": "string", "description": "Username."},
}


def one_form_each(endpoints: list[Any]) -> list[Any]:
    """Every address answers with and without a slash at its end; only the first form is documented."""
    seen: set[tuple[str, str]] = set()
    kept = []
    for path, pattern, method, callback in endpoints:
        form = (path.rstrip("/"), method)
        if path.startswith(BASE) and form not in seen and not path.startswith(f"{BASE}/schema"):
            seen.add(form)
            kept.append((path, pattern, method, callback))
    return kept


def with_acts(result: Schema, **_: Any) -> Schema:
    """Add the acts of the table, the problems, the security scheme and the language header."""
    result["info"]["description"] = ABOUT
    result["components"]["schemas"]["Problem"] = _problem()
    # The address that all acts share gives way to one description for each act.
    del result["paths"][ACT]
    for transition in TRANSITIONS.values():
        opening = transition.action == OPEN_CASE
        path = f"{BASE}/cases/" if opening else ACT.replace("{action}", transition.action.value)
        result["paths"].setdefault(path, {})["post"] = _opening(transition) if opening else _act(transition)
    for methods in result["paths"].values():
        for method, operation in methods.items():
            _complete(method, operation)
    result["paths"] = dict(sorted(result["paths"].items()))
    return result


def _act(transition: Transition) -> Schema:
    return _operation(transition, "200", [_REF, _IF_MATCH, _KEY])


def _opening(transition: Transition) -> Schema:
    return _operation(transition, "201", [_KEY])


def _operation(transition: Transition, status: str, parameters: list[Schema]) -> Schema:
    label = transition.label
    return {
        "operationId": f"act_{transition.action.value}",
        "tags": ["acts"],
        "summary": f"{label.zh} {label.en}",
        "description": _description(transition),
        "parameters": parameters,
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": _object(transition.inputs)}},
        },
        "responses": {
            status: {
                "description": "Done. `ETag` is the new version of the case.",
                "headers": {
                    "ETag": {"schema": {"type": "string"}},
                    "Idempotency-Replayed": {"schema": {"type": "string"}, "description": "Answered before."},
                },
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Done"}}},
            }
        },
        "security": security_of(ACTS.get(transition.action.value)),
    }


def _description(transition: Transition) -> str:
    lines = [
        f"Who: {describe_agencies(transition.agency).en}; {describe_roles(transition.role).en}.",
        (
            f"From: {', '.join(describe_stage(stage).en for stage in transition.from_stages)}; "
            f"to: {', '.join(describe_stage(stage).en for stage in transition.to_stages)}."
        ),
    ]
    if transition.must_differ_from:
        lines.append(f"Never the person who did: {', '.join(transition.must_differ_from)}.")
    if transition.basis:
        lines.append(f"Legal basis: {', '.join(transition.basis)}.")
    if transition.one_way:
        lines.append("Cannot be taken back.")
    return "\n\n".join(lines)


def _object(fields: tuple[Field, ...]) -> Schema:
    properties = {field.name: _field(field) for field in fields}
    required = [field.name for field in fields if field.required]
    schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return schema | ({"required": required} if required else {})


def _field(field: Field) -> Schema:
    title = {"title": f"{field.label.zh} {field.label.en}"}
    about = title | ({"description": f"{field.help.zh} {field.help.en}"} if field.help else {})
    if field.kind in MANY:
        return {"type": "array", "items": _item(field), **_limits(field, "Items"), **about}
    schema = dict(_PLAIN[field.kind])
    if field.kind == "choice":
        schema["enum"] = [code for code, _ in field.choices]
    if field.kind in TEXT_LIMITS:
        schema |= _limits(field, "Length")
    if field.kind == "integer":
        schema |= {
            key: bound for key, bound in (("minimum", field.minimum), ("maximum", field.maximum)) if bound is not None
        }
    elif field.kind in ("decimal", "date", "datetime") and _bounds(field):
        about["description"] = f"{about.get('description', '')} {_bounds(field)}".strip()
    return schema | about


def _item(field: Field) -> Schema:
    if field.kind == "list":
        return _object(field.fields)
    if field.kind == "multichoice":
        return {"type": "string", "enum": [code for code, _ in field.choices]}
    return {"type": "string", "format": "uuid"}


def _limits(field: Field, what: str) -> Schema:
    """The bounds of the table, else those that the reader has for the kind; what is required is not empty."""
    default = TEXT_LIMITS.get(field.kind) or (ROWS_LIMIT if field.kind == "list" else None)
    bounds = (
        (f"min{what}", field.minimum or (1 if field.required else None)),
        (f"max{what}", field.maximum or default),
    )
    return {key: int(bound) for key, bound in bounds if isinstance(bound, int)}


def _bounds(field: Field) -> str:
    shown = [
        f"{word} {bound}"
        for word, bound in (("at least", field.minimum), ("at most", field.maximum))
        if isinstance(bound, int | Decimal | date | datetime)
    ]
    return f"({', '.join(shown)})" if shown else ""


def _complete(method: str, operation: Schema) -> None:
    """Every operation can answer with a problem and takes a language; changes take the CSRF token."""
    operation["responses"]["4XX"] = {
        "description": _REFUSED,
        "content": {"application/problem+json": {"schema": PROBLEM}},
    }
    operation.setdefault("parameters", []).append(_LANGUAGE)
    if method in ("post", "patch", "delete"):
        operation["parameters"].append(_CSRF)


_REFUSED = (
    "Refused: 400 bad input, 401 not logged in, 403 not yours to do, 404 not visible to you, 409 the case moved on or "
    "a gate refuses, 412 stale version, 428 no version named, 429 too often."
)


def _header(name: str, about: str, *, required: bool = False, **schema: Any) -> Schema:
    return {
        "in": "header",
        "name": name,
        "required": required,
        "description": about,
        "schema": {"type": "string", **schema},
    }


_REF = {
    "in": "path",
    "name": "ref",
    "required": True,
    "description": "Id or number of the case.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 64},
}
_IF_MATCH = _header(
    "If-Match",
    "The ETag of the case as you read it. Without it 428, when the case has moved on 412.",
    required=True,
    pattern='^"[1-9][0-9]{0,8}"$',
)
_KEY = _header(
    "Idempotency-Key",
    "Sending the same request again with the same key gives the same answer.",
    pattern="^[!-~]{1,200}$",
)
_LANGUAGE = _header(
    "Accept-Language", "zh-Hans or en; your account's language where it is left out.", enum=["zh-Hans", "en"]
)
_CSRF = _header("X-CSRFToken", "The csrf_token of your session.")


def _problem() -> Schema:
    text = {"type": "string"}
    return {
        "type": "object",
        "description": "Problem details (RFC 9457) in the language of the request.",
        "required": ["type", "title", "status", "detail", "code"],
        "properties": {
            "type": text,
            "title": text,
            "status": {"type": "integer"},
            "detail": {**text, "description": "What is wrong and what to do."},
            "code": {**text, "description": "Stable, for programs."},
            "article": {**text, "description": "The legal basis of the refusal."},
            "errors": {"type": "object", "additionalProperties": text, "description": "One sentence for each field."},
            "missing": {"type": "array", "items": text, "description": "What a gate still wants."},
            "figures": {"type": "object", "additionalProperties": text, "description": "Numbers behind the refusal."},
        },
    }

"""The API and its generated description."""

from __future__ import annotations

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser", "rest_framework.parsers.MultiPartParser"],
    "DEFAULT_SCHEMA_CLASS": "cases.api.security.Operations",
    "EXCEPTION_HANDLER": "config.errors.problem_details",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    # The Accept header says which format, no parameter of an address.
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "链治 Lianzhi",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": ["cases.api.base.SessionLogin"],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "RuleKindEnum": "cases.policy.entered.checking.CODES",
        "UndeliveredStateEnum": "notifications.delivery.keeping.STATES",
        "ReportKindEnum": "cases.api.shapes.reports.KINDS",
        "ReportStateEnum": "cases.api.shapes.reports.STATES",
    },
    "PREPROCESSING_HOOKS": ["cases.api.schema.one_form_each"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "cases.api.schema.with_acts",
    ],
}

"""The addresses of the pages of entered rules."""

from django.urls import path

from cases.web.views.rules import proposals, versions

urlpatterns = [
    path("rules/", versions.rules, name="rules"),
    path("rules/new/", proposals.new_rule, name="new_rule"),
    path("rules/<uuid:version_id>/", versions.rule, name="rule"),
    path("rules/<uuid:version_id>/file/", versions.rule_file, name="rule_file"),
]

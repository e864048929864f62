"""The addresses of supervision: what is overdue, what was asked of whom, and the rules of the steps."""

from django.urls import path

from cases.web.views.supervision import overdue, rules, urges

urlpatterns = [
    path("overdue/", overdue.overdue, name="overdue"),
    path("urges/", urges.urge_list, name="urges"),
    path("escalation-rules/", rules.escalation_rules, name="escalation_rules"),
]

"""The addresses below /api/v1/. Each answers with and without a slash at its end; the first form is documented."""

from __future__ import annotations

from typing import Any

from django.urls import URLPattern, path, register_converter
from drf_spectacular.views import SpectacularAPIView

from cases.api.views import (
    actions,
    attachments,
    cases,
    deadlines,
    events,
    feedback,
    imports,
    oauth,
    reference,
    session,
    signals,
    tasks,
)
from cases.api.views import suggestions as sites
from cases.api.views.calendar import urls as calendar
from cases.api.views.clocks import case as clocks
from cases.api.views.clocks import dwell as working
from cases.api.views.evidence import load
from cases.api.views.law import blindspots, changes, measures, tariff
from cases.api.views.lists import corrections, steps, uploads, withdrawals
from cases.api.views.money import urls as money
from cases.api.views.papers import documents
from cases.api.views.reports import urls as reports
from cases.api.views.rules import urls as rules


class CaseRef:
    """A case's id or number."""

    regex = "[^/]{1,64}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return str(value)


register_converter(CaseRef, "case")

_ROUTES: tuple[tuple[str, Any, str], ...] = (
    ("session/", session.SessionView, "session"),
    ("session/step-up", session.StepUpView, "step-up"),
    ("cases/", cases.CasesView, "cases"),
    ("cases/<case:ref>", cases.CaseView, "case"),
    ("cases/<case:ref>/personal", cases.PersonalView, "personal"),
    ("cases/<case:ref>/measures", measures.MeasuresView, "measures"),
    ("cases/<case:ref>/clock", clocks.CaseClockView, "case-clock"),
    ("cases/<case:ref>/timeline", cases.TimelineView, "timeline"),
    ("cases/<case:ref>/actions", actions.ActionsView, "actions"),
    ("cases/<case:ref>/actions/<str:action>", actions.ActionView, "action"),
    ("cases/<case:ref>/attachments/", attachments.CaseAttachmentsView, "case-attachments"),
    ("cases/<case:ref>/load-curve", load.LoadCurveView, "load-curve"),
    ("attachments/<uuid:attachment_id>", attachments.AttachmentView, "attachment"),
    ("documents/", documents.RegisterView, "documents"),
    ("documents/<uuid:document_id>", documents.DocumentView, "document"),
    ("documents/<uuid:document_id>/versions/<int:version>/<str:form>", documents.CopyView, "document-copy"),
    ("documents/<uuid:document_id>/void", documents.VoidView, "document-void"),
    ("documents/<uuid:document_id>/corrections", documents.CorrectionsView, "document-corrections"),
    ("blind-spots/", blindspots.BlindSpotsView, "blind-spots"),
    ("blind-spots/report", blindspots.BlindSpotsReportView, "blind-spots-report"),
    ("rule-changes/", changes.RuleChangesView, "rule-changes"),
    ("tasks/", tasks.TasksView, "tasks"),
    ("working-time/", working.WorkingTimeView, "working-time"),
    ("events/", events.EventsView, "events"),
    ("events/<str:event_id>", events.EventView, "event"),
    ("imports/", imports.ImportsView, "imports"),
    ("imports/uploads/", uploads.UploadsView, "uploads"),
    ("imports/uploads/<uuid:upload_id>", uploads.UploadView, "upload"),
    ("imports/uploads/<uuid:upload_id>/finish", uploads.UploadFinishView, "upload-finish"),
    ("imports/<uuid:batch_id>", imports.ImportView, "import"),
    ("imports/<uuid:batch_id>/rows", imports.ImportRowsView, "import-rows"),
    ("suggestions/", sites.SuggestionsView, "suggestions"),
    ("suggestions/<uuid:suggestion_id>", sites.SuggestionView, "suggestion"),
    ("suggestions/<uuid:suggestion_id>/rejection", sites.RejectionView, "suggestion-rejection"),
    ("imports/<uuid:batch_id>/mapping", steps.ImportMappingView, "import-mapping"),
    ("imports/<uuid:batch_id>/preview", steps.ImportPreviewView, "import-preview"),
    ("imports/<uuid:batch_id>/preview/problems", corrections.ImportProblemsView, "import-problems"),
    ("imports/<uuid:batch_id>/preview/corrections", corrections.ImportCorrectionsView, "import-corrections"),
    ("imports/<uuid:batch_id>/mends", steps.ImportMendsView, "import-mends"),
    ("imports/<uuid:batch_id>/commit", steps.ImportCommitView, "import-commit"),
    ("imports/<uuid:batch_id>/cancel", steps.ImportCancelView, "import-cancel"),
    ("imports/<uuid:batch_id>/resume", steps.ImportResumeView, "import-resume"),
    ("imports/<uuid:batch_id>/withdraw", withdrawals.WithdrawalView, "import-withdraw"),
    ("imports/<uuid:batch_id>/feedback/", feedback.FeedbacksView, "feedbacks"),
    ("imports/<uuid:batch_id>/feedback/<int:edition>", feedback.FeedbackView, "feedback"),
    ("imports/<uuid:batch_id>/feedback/<int:edition>/rows", feedback.FeedbackRowsView, "feedback-rows"),
    ("imports/<uuid:batch_id>/feedback/<int:edition>/check", feedback.FeedbackCheckView, "feedback-check"),
    ("imports/<uuid:batch_id>/feedback/<int:edition>/send", feedback.FeedbackSendView, "feedback-send"),
    ("imports/<uuid:batch_id>/feedback/<int:edition>/workbook", feedback.FeedbackWorkbookView, "feedback-workbook"),
    ("imports/<uuid:batch_id>/feedback/<int:edition>/report", feedback.FeedbackReportView, "feedback-report"),
    ("signals/", signals.SignalsView, "signals"),
    ("signals/<uuid:batch_id>", signals.PushedView, "pushed"),
    ("deadlines/", deadlines.DeadlinesView, "deadlines"),
    *rules.ROUTES,
    *calendar.ROUTES,
    ("tariff/simulation/", tariff.TariffSimulationView, "tariff-simulation"),
    ("regions/", reference.RegionsView, "regions"),
    ("agencies/", reference.AgenciesView, "agencies"),
    *money.ROUTES,
    *reports.ROUTES,
    ("schema/", SpectacularAPIView, "schema"),
)


def _both(route: str, view: Any, name: str) -> list[URLPattern]:
    other = route.removesuffix("/") if route.endswith("/") else f"{route}/"
    handler = view.as_view()
    return [path(route, handler, name=name), path(other, handler)]


app_name = "api"
urlpatterns = [
    path("oauth/token", oauth.token, name="token"),
    path("oauth/revoke", oauth.revoke, name="revoke"),
]
urlpatterns += [pattern for route in _ROUTES for pattern in _both(*route)]

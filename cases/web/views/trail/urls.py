"""The addresses of the audit trail."""

from django.urls import path

from cases.web.views import audit
from cases.web.views.trail import files, runs

urlpatterns = [
    path("audit/", audit.trail, name="audit"),
    path("audit/verify/", audit.verify_now, name="audit_verify"),
    path("audit/verify/<slug:job_id>/", runs.run, name="audit_run"),
    path("audit/trail.<slug:form>", files.result, name="audit_file"),
    path("audit/package.zip", files.package, name="audit_package"),
    path("audit/<int:event_id>/", audit.trail, name="audit_event"),
]

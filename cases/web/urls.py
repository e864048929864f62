"""The addresses of the pages. A case is named by its number, as people do."""

from django.urls import include, path

from cases.web.views import actions, cases, files, guide, imports, tasks, withdrawals, workbench
from cases.web.views.clocks import case as clocks
from cases.web.views.clocks import dwell as working
from cases.web.views.entry import auth, confirm, factors, helping, keys, password, security, sso
from cases.web.views.feedback import versions
from cases.web.views.law import blindspots, changes, compensation, deadlines, tariff
from cases.web.views.lists import corrections, steps
from cases.web.views.papers import check, document
from cases.web.views.papers import register as numbers
from cases.web.views.people import accounts, handover
from cases.web.views.records import access, erasure, registers
from cases.web.views.sites import suggestions
from cases.web.views.tips import report, sealed

app_name = "web"

urlpatterns = [
    path("login/", auth.login_page, name="login"),
    path("login/second/", auth.second_page, name="logincode"),
    path("logout/", auth.logout_page, name="logout"),
    path("sso/", sso.start, name="sso"),
    path("sso/return/", sso.arrive, name="sso_return"),
    path("sso/logout/", sso.leave, name="sso_logout"),
    path("language/", auth.language, name="language"),
    path("password/", password.password, name="password"),
    path("security/", security.security, name="security"),
    path("keys/", keys.keys, name="keys"),
    path("security/confirm/", confirm.confirm, name="confirm"),
    path("security/app/", factors.app, name="add_app"),
    path("security/key/", factors.key, name="add_key"),
    path("accounts/", accounts.accounts, name="accounts"),
    path("accounts/<str:username>/sign-in/", helping.help_person, name="help_person"),
    path("accounts/<str:username>/", accounts.person, name="person"),
    path("accounts/<str:username>/hand-over/", handover.hand_over, name="hand_over"),
    path("", workbench.workbench, name="workbench"),
    path("help/", guide.contents, name="guides"),
    path("help/<str:key>/", guide.guide, name="help"),
    path("more/", workbench.more, name="more"),
    path("tasks/", tasks.task_list, name="tasks"),
    path("cases/", cases.case_list, name="cases"),
    path("cases/new/", actions.open_case, name="open_case"),
    path("", include("cases.web.views.listing.urls")),
    path("cases/<str:number>/", cases.case_detail, name="case"),
    path("cases/<str:number>/", include("cases.web.views.casepage.urls")),
    path("cases/<str:number>/clock/", clocks.case_clock, name="case_clock"),
    path("cases/<str:number>/files/<uuid:file_id>/", files.download, name="file"),
    path("cases/<str:number>/documents/<uuid:document_id>/", document.document, name="document"),
    path(
        "cases/<str:number>/documents/<uuid:document_id>/receipt.pdf", document.receipt_sheet, name="document_receipt"
    ),
    path(
        "cases/<str:number>/documents/<uuid:document_id>/<int:version>.<slug:form>", document.file, name="document_file"
    ),
    path("cases/<str:number>/actions/<slug:action>/", actions.act, name="action"),
    path("", include("cases.web.views.acts.urls")),
    path("", include("cases.web.views.phone.urls")),
    path("documents/", numbers.register, name="documents"),
    path("check/", check.check_page, name="check"),
    path("working-time/", working.working_time, name="working_time"),
    path("working-time/working-time.<slug:kind>", working.working_time_file, name="working_time_file"),
    path("blind-spots/", blindspots.blind_spots, name="blind_spots"),
    path("blind-spots/report.<slug:form>", blindspots.blind_spots_file, name="blind_spots_file"),
    path("rule-changes/", changes.rule_changes, name="rule_changes"),
    path("imports/", imports.imports, name="imports"),
    path("imports/template/<slug:kind>.xlsx", imports.template, name="import_template"),
    path("imports/<uuid:batch_id>/", imports.result, name="import"),
    path("imports/<uuid:batch_id>/refused.csv", imports.refused, name="import_refused"),
    path("imports/<uuid:batch_id>/elsewhere.csv", imports.elsewhere, name="import_elsewhere"),
    path("suggestions/", suggestions.suggestions, name="suggestions"),
    path("suggestions/<uuid:suggestion_id>/", suggestions.suggestion, name="suggestion"),
    path("imports/<uuid:batch_id>/mapping/", steps.mapping, name="import_mapping"),
    path("imports/<uuid:batch_id>/preview/", steps.preview, name="import_preview"),
    path("imports/<uuid:batch_id>/preview/problems.xlsx", corrections.problems, name="import_problems"),
    path("imports/<uuid:batch_id>/preview/corrections/", corrections.corrections, name="import_corrections"),
    path("imports/<uuid:batch_id>/commit/", steps.commit, name="import_commit"),
    path("imports/<uuid:batch_id>/cancel/", steps.cancel, name="import_cancel"),
    path("imports/<uuid:batch_id>/resume/", steps.resume, name="import_resume"),
    path("imports/<uuid:batch_id>/withdraw/", withdrawals.withdraw, name="import_withdraw"),
    path("imports/<uuid:batch_id>/exclusions/", withdrawals.exclude_left, name="import_exclusions"),
    path("imports/<uuid:batch_id>/feedback/", versions.draw, name="feedbacks"),
    path("imports/<uuid:batch_id>/feedback/<int:edition>/", versions.version, name="feedback"),
    path("imports/<uuid:batch_id>/feedback/<int:edition>/report/", versions.report, name="feedback_report"),
    path("imports/<uuid:batch_id>/feedback/<int:edition>/report.docx", versions.report_docx, name="feedback_docx"),
    path("imports/<uuid:batch_id>/feedback/<int:edition>/feedback.xlsx", versions.workbook, name="feedback_workbook"),
    path("compensation/", compensation.register, name="compensation"),
    path("compensation.csv", compensation.register_csv, name="compensation_csv"),
    path("deadlines/", deadlines.deadlines, name="deadlines"),
    path("", include("cases.web.views.rules.urls")),
    path("", include("cases.web.views.bulk.urls")),
    path("", include("cases.web.views.calendar.urls")),
    path("", include("cases.web.views.reports.urls")),
    path("", include("cases.web.views.dashboard.urls")),
    path("tariff/", tariff.tariff, name="tariff"),
    path("tariff/comparison.<str:kind>", tariff.tariff_file, name="tariff_file"),
    path("report/", report.report, name="report"),
    path("report/follow/", report.follow, name="follow"),
    path("tips/<uuid:tip_id>/", sealed.tip, name="tip"),
    path("tips/<uuid:tip_id>/pictures/<int:number>", sealed.picture, name="tip_picture"),
    path("", include("cases.web.views.trail.urls")),
    path("audit/access/", access.access_log, name="access_log"),
    path("audit/access/access-log.csv", access.access_csv, name="access_csv"),
    path("audit/erasures/", erasure.erasures, name="erasures"),
    path("audit/registers/<slug:sort>/", registers.register, name="register"),
    path("audit/registers/<slug:sort>.csv", registers.register_csv, name="register_csv"),
    path("", include("cases.web.views.supervision.urls")),
    path("", include("cases.web.views.settings.urls")),
    path("", include("cases.web.views.sampling.urls")),
    path("", include("cases.web.urls_money")),
]

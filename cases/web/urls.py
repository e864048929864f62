"""The addresses of the pages. A case is named by its number, as people do."""

from django.urls import path

from cases.web.views import accounts, actions, audit, auth, cases, files, imports, sso, tasks, workbench

app_name = "web"

urlpatterns = [
    path("login/", auth.login_page, name="login"),
    path("logout/", auth.logout_page, name="logout"),
    path("sso/", sso.start, name="sso"),
    path("sso/return/", sso.arrive, name="sso_return"),
    path("sso/logout/", sso.leave, name="sso_logout"),
    path("language/", auth.language, name="language"),
    path("password/", accounts.password, name="password"),
    path("accounts/", accounts.accounts, name="accounts"),
    path("", workbench.workbench, name="workbench"),
    path("more/", workbench.more, name="more"),
    path("tasks/", tasks.task_list, name="tasks"),
    path("cases/", cases.case_list, name="cases"),
    path("cases/new/", actions.open_case, name="open_case"),
    path("cases/<str:number>/", cases.case_detail, name="case"),
    path("cases/<str:number>/files/<uuid:file_id>/", files.download, name="file"),
    path("cases/<str:number>/actions/<slug:action>/", actions.act, name="action"),
    path("imports/", imports.imports, name="imports"),
    path("imports/<uuid:batch_id>/", imports.result, name="import"),
    path("imports/<uuid:batch_id>/refused.csv", imports.refused, name="import_refused"),
    path("audit/", audit.trail, name="audit"),
    path("audit/verify/", audit.verify_now, name="audit_verify"),
    path("audit/<int:event_id>/", audit.trail, name="audit_event"),
]

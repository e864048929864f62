"""The addresses of the crew's flow."""

from django.urls import path

from cases.web.views.phone import second, sending, statement, steps, worker

urlpatterns = [
    path("suspensions/worker.js", worker.script, name="suspension_worker"),
    path("suspensions/hello/", sending.hello, name="suspension_hello"),
    path("suspensions/code/", second.code, name="suspension_code"),
    path("suspensions/state/", second.state, name="suspension_state"),
    path("suspensions/shell/<slug:step>/", worker.shell_page, name="suspension_shell"),
    path("suspensions/<str:number>/", steps.task, name="suspension"),
    path("suspensions/<str:number>/checks/", steps.checks, name="suspension_checks"),
    path("suspensions/<str:number>/statement/", statement.statement, name="suspension_statement"),
    path("suspensions/<str:number>/photo/", steps.photo, name="suspension_photo"),
    path("suspensions/<str:number>/photo/<uuid:file_id>/", sending.picture, name="suspension_picture"),
    path("suspensions/<str:number>/confirm/", second.confirm, name="suspension_confirm"),
    path("suspensions/<str:number>/receipt/", second.receipt, name="suspension_receipt"),
]

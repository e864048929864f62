"""Addresses that no link of a page leads to, or that answer no page, each with its reason."""

from __future__ import annotations

# A form is sent there; what follows is another page.
SENT = "a form is sent there"
# A file is downloaded.
FILE = "answers a file"
# Outside the installation, or before the log-in.
DOOR = "before or outside the log-in: looked at by its own tests"
# The demo has no such object; its own tests look at it.
RARE = "the demo has none: looked at by its own tests"

ELSEWHERE = {
    "channels:endpoint": RARE,
    "deliveries:change": SENT,
    "notifications:arrivals": "a fragment for the script",
    "notifications:mark": SENT,
    "notifications:read_all": SENT,
    "web:access_csv": FILE,
    "web:audit_verify": SENT,
    "web:bill_run": RARE,
    "web:bill_run_file": FILE,
    "web:billed_file": RARE,
    "web:billed_file_export": FILE,
    "web:blind_spots_file": FILE,
    "web:calendar_plan": RARE,
    "web:check": DOOR,
    "web:compensation_csv": FILE,
    "web:confirm": DOOR,
    "web:document_file": FILE,
    "web:document_receipt": FILE,
    "web:feedback": RARE,
    "web:feedback_docx": FILE,
    "web:feedback_report": RARE,
    "web:feedback_workbook": FILE,
    "web:feedbacks": SENT,
    "web:file": FILE,
    "web:follow": DOOR,
    "web:hand_over": RARE,
    "web:import_cancel": SENT,
    "web:import_commit": SENT,
    "web:import_corrections": SENT,
    "web:import_elsewhere": FILE,
    "web:import_exclusions": SENT,
    "web:import_preview": RARE,
    "web:import_problems": FILE,
    "web:import_refused": FILE,
    "web:import_resume": SENT,
    "web:language": SENT,
    "web:login": DOOR,
    "web:logincode": DOOR,
    "web:logout": SENT,
    "web:register_csv": FILE,
    "web:report": DOOR,
    "web:report_file": FILE,
    "web:report_preview": SENT,
    "web:rule": RARE,
    "web:rule_file": FILE,
    "web:sso": DOOR,
    "web:sso_logout": DOOR,
    "web:sso_return": DOOR,
    "web:surcharges_file": FILE,
    "web:tip": RARE,
    "web:tip_picture": FILE,
    "web:working_time_file": FILE,
}

"""What leaves as a file: how it is called, in the access log and in the event of its leaving."""

from __future__ import annotations

from typing import Final

from cases.workflow.view import Text

FILES: Final = {
    "problem_rows": Text("预览中需处理的行（原文）", "Rows of a preview that need a look, in clear"),
    "access_log": Text("查阅日志", "Access log"),
    "registers": Text("登记簿", "Registers"),
    "billed_file": Text("电费核对结果", "Rows of a reconciliation"),
    "bulk_run": Text("批量办理结果", "Rows of an act on many cases"),
    "case_list": Text("案件清单", "List of cases"),
    "task_list": Text("待办清单", "List of tasks"),
    "bill_run": Text("批量出账结果", "Rows of a run of bills"),
    "surcharge_ledger": Text("加价台账", "Ledger of surcharges"),
    "working_time": Text("用时统计", "Working time"),
    "case_dossier": Text("案件卷宗", "Dossier of a case"),
    "load_curve": Text("日负荷数据", "Load readings"),
    "compensation": Text("停电赔偿登记", "Register of compensation"),
    "blind_spots": Text("监管盲区清单", "Register of blind spots"),
    "audit_trail": Text("审计记录", "Audit trail"),
    "sample_results": Text("抽查结果", "Results of a sample"),
    "sample_population": Text("抽查总体", "Population of a sample"),
    "audit_package": Text("审计可验证包", "Audit trail with its proof"),
    "dashboard": Text("驾驶舱", "Dashboard"),
    "feedback": Text("批次反馈", "Feedback"),
    "tariff": Text("电价测算明细", "Comparison of tariffs"),
}

"""Lists as they came, what became of every row, and what their rows say of a site."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import connection, models

from audit.ids import new_id
from cases.models.case import Case
from cases.models.sealing import open_cells
from cases.models.site import Site

# One import at a time decides what is one site: two could otherwise open a case each for the same household.
INTAKE_LOCK = 0x4C5A_0001


class ListBatch(models.Model):
    """One list from one issuer. The file is kept sealed in pieces (`ListPart`); what was read from it never changes.

    `counts` holds {"fates": {fate: n}, "effects": {effect: n}} of the rows done so far; `rows_done` rows are
    committed, so an import that was killed or cancelled goes on behind them.
    """

    class Kind(models.TextChoices):
        TELECOM = "telecom", "监测名单"
        TRACE = "trace", "溯源反馈"
        GRID = "grid", "用电异常名单"
        TIPS = "tips", "举报清单"

    class State(models.TextChoices):
        RECEIVED = "received", "已接收"
        # Led in by a person, step by step: nothing is written to a case before the commit.
        MAPPING = "mapping", "待匹配列"
        PREVIEW = "preview", "校验预览"
        IMPORTING = "importing", "导入中"
        CANCELLED = "cancelled", "已取消"
        DONE = "done", "已导入"
        REFUSED = "refused", "不能识别"
        WITHDRAWN = "withdrawn", "已撤回"

    class Level(models.TextChoices):
        FULL = "full", "全量"
        PRIORITY = "priority", "重点"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField("批次名称", max_length=80)
    kind = models.CharField("名单类型", max_length=8, choices=Kind.choices)
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+", verbose_name="报送单位")
    # Who made the list; whoever sent it in may only have passed it on.
    issuer = models.CharField("下发单位", max_length=80, default="")
    level = models.CharField("名单级别", max_length=8, choices=Level.choices, default=Level.FULL)
    filename = models.CharField("文件名", max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField("字节数")
    received_at = models.DateTimeField("接收时间")
    received_by = models.ForeignKey("agencies.User", models.PROTECT, related_name="+", verbose_name="接收人")
    # When every row has to be answered, the rule that gave it, and whether its calendar is provisional (暂定).
    due_at = models.DateTimeField("反馈期限", null=True)
    due_rule = models.CharField("期限依据", max_length=40, default="")
    due_provisional = models.BooleanField("期限暂定", default=False)
    finished_at = models.DateTimeField("完成时间", null=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.RECEIVED)
    problem = models.JSONField("不能识别的原因", null=True)
    columns = models.JSONField("列对应", default=dict)
    rows_total = models.PositiveIntegerField("行数", null=True)
    rows_done = models.PositiveIntegerField("已处理行数", default=0)
    # When the last chunk was committed: an import that stands still is taken up again by a sweep.
    moved_at = models.DateTimeField("最近进展")
    counts = models.JSONField("统计", default=dict)
    # The dry reading: {"run": which one, "done": rows read, "finished": bool, "fates": {fate: n}, "problems": n}.
    preview = models.JSONField("预览", default=dict)
    withdrawn_at = models.DateTimeField("撤回时间", null=True)
    withdrawn_by = models.ForeignKey(
        "agencies.User", models.PROTECT, null=True, related_name="+", verbose_name="撤回人"
    )
    withdrawn_why = models.CharField("撤回原因", max_length=16, default="")

    class Meta:
        verbose_name = "名单批次"
        verbose_name_plural = "名单批次"
        constraints: ClassVar = [
            # A name leads to one list; a file that was none gives its name back, and so does a list that was withdrawn.
            models.UniqueConstraint(
                fields=["name"], condition=~models.Q(state__in=["refused", "withdrawn"]), name="listbatch_name_once"
            ),
            # The same file again is the same batch, under whatever name it is sent; unless that one was withdrawn.
            models.UniqueConstraint(
                fields=["agency", "kind", "sha256"],
                condition=~models.Q(state="withdrawn"),
                name="listbatch_file_once",
            ),
            models.CheckConstraint(
                condition=models.Q(state="withdrawn", withdrawn_at__isnull=False, withdrawn_by__isnull=False)
                | (~models.Q(state="withdrawn") & models.Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)),
                name="listbatch_withdrawal_is_signed",
            ),
            models.CheckConstraint(
                condition=models.Q(rows_total__isnull=True) | models.Q(rows_done__lte=models.F("rows_total")),
                name="listbatch_done_within_total",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["agency", "-received_at"], name="listbatch_agency_idx"),
            models.Index(fields=["issuer", "kind", "level", "received_at"], name="listbatch_issuer_idx"),
            models.Index(
                fields=["moved_at"],
                name="listbatch_unfinished_idx",
                condition=models.Q(state__in=["received", "importing"]),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ListName(models.Model):
    """Another name under which the very file of a batch was sent again, by whom and when; it leads to that batch.

    The batch keeps its first name. A name leads to one list that stands: a trigger asks both tables.
    """

    id = models.BigAutoField(primary_key=True)
    batch = models.ForeignKey(ListBatch, models.PROTECT, related_name="names")
    name = models.CharField("批次名称", max_length=80)
    sent_by = models.ForeignKey("agencies.User", models.PROTECT, related_name="+", verbose_name="报送人")
    sent_at = models.DateTimeField("报送时间")

    class Meta:
        verbose_name = "批次别名"
        verbose_name_plural = "批次别名"
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["batch", "name"], name="listname_once_a_batch"),
        ]
        indexes: ClassVar = [models.Index(fields=["name"], name="listname_name_idx")]

    def __str__(self) -> str:
        return self.name


class ListPart(models.Model):
    """A sealed piece of the original file; in pieces, so that a large file never stands in memory twice."""

    pk = models.CompositePrimaryKey("batch_id", "number")
    batch = models.ForeignKey(ListBatch, models.PROTECT, related_name="parts")
    number = models.PositiveIntegerField()
    sealed = models.BinaryField()

    class Meta:
        verbose_name = "名单文件"
        verbose_name_plural = "名单文件"

    def __str__(self) -> str:
        return f"{self.batch_id} {self.number}"


class ListRow(models.Model):
    """One data row: its raw cells (sealed), what was read from them, its fate, its effect and the case it went to.

    `reading`, `figures` and `notes` hold codes, numbers and times, never a name, phone, account or installed address; a
    network address only where it is refused. `identity` is what makes a row the same as another; only the first of
    equal rows has it. `sight` (address, port and time) leads from the carrier's reply to the list row and back.
    """

    id = models.BigAutoField(primary_key=True)
    batch = models.ForeignKey(ListBatch, models.PROTECT, related_name="rows")
    number = models.PositiveIntegerField("行")
    sealed = models.BinaryField("原始单元格")
    reading = models.JSONField("读数")
    fate = models.CharField("处理", max_length=24)
    reason = models.CharField("原因", max_length=24)
    figures = models.JSONField("原因数据", default=dict)
    notes = models.JSONField("提示", default=list)
    effect = models.CharField("作用", max_length=8)
    # Why it went to that case: the keys that were equal, for instance ["broadband"] or ["door", "holder"].
    matched = models.JSONField("依据", default=list)
    # What these reasons weigh, in bits (`cases.policy.matching`); None where the row opened a case of its own.
    score = models.FloatField("分值", null=True)
    identity = models.BinaryField(max_length=16, null=True)
    sight = models.BinaryField(max_length=16, null=True)
    same_as = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", verbose_name="与之相同")
    site = models.ForeignKey(Site, models.PROTECT, null=True, related_name="rows")
    # From then on the cells are blank and the two hashes are gone.
    erased_at = models.DateTimeField("清除时间", null=True)

    class Meta:
        verbose_name = "名单行"
        verbose_name_plural = "名单行"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["batch", "number"], name="listrow_number_once"),
            # Nothing is counted twice: equal rows of any batch have one first row.
            models.UniqueConstraint(fields=["identity"], name="listrow_identity_once"),
            models.CheckConstraint(
                condition=models.Q(effect__in=["new_case", "added", "none"]), name="listrow_effect_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(effect__in=["new_case", "added"]) | models.Q(site__isnull=False),
                name="listrow_effect_has_site",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["sight"], name="listrow_sight_idx", condition=models.Q(sight__isnull=False)),
            models.Index(fields=["site"], name="listrow_site_idx", condition=models.Q(site__isnull=False)),
            models.Index(fields=["batch", "fate", "number"], name="listrow_batch_fate_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.number}"

    def raw_cells(self) -> list[Any]:
        """The cells as they stood in the file. Personal data: mask before showing."""
        return open_cells(self.sealed, self.batch_id.bytes, self.number)


class Signal(models.Model):
    """One observation that speaks for a site, with its numbers and the row it came from.

    A signal that turns out to belong to another site is withdrawn and written anew there; it is never edited.
    """

    class Family(models.TextChoices):
        TRAFFIC = "traffic", "流量"
        HASHPOWER = "hashpower", "算力"
        ENERGY = "energy", "用电"
        FUNDS = "funds", "资金"
        ONSITE = "onsite", "现场"
        REPORT = "report", "举报"

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(Case, models.PROTECT, related_name="signals")
    family = models.CharField("类别", max_length=10, choices=Family.choices)
    numbers = models.JSONField("数值", default=dict)
    observed_from = models.DateTimeField("观测起", null=True)
    observed_to = models.DateTimeField("观测止", null=True)
    row = models.ForeignKey(ListRow, models.PROTECT, null=True, related_name="signals")
    created_at = models.DateTimeField("登记时间")
    withdrawn_at = models.DateTimeField("撤回时间", null=True)

    class Meta:
        verbose_name = "线索"
        verbose_name_plural = "线索"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["row", "family"], condition=models.Q(withdrawn_at__isnull=True), name="signal_row_counts_once"
            ),
            models.CheckConstraint(
                condition=models.Q(observed_to__isnull=True) | models.Q(observed_to__gte=models.F("observed_from")),
                name="signal_ends_after_it_begins",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["case", "family"], name="signal_case_idx")]

    def __str__(self) -> str:
        return f"{self.get_family_display()} {self.case_id}"


def lock_intake() -> None:
    """No import goes on until the end of this transaction; one that is at it is waited for."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [INTAKE_LOCK])

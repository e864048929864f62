"""What the audit layer refuses, with the SQLSTATE its functions raise."""


class AuditError(Exception):
    """审计记录被拒绝。The audit layer refused."""


class BodyError(AuditError, ValueError):
    """事件内容不合规。The body of an event breaks a rule of `audit.log`."""


class StaleHeadError(AuditError):
    """该记录链已有新的事件，请重新读取后再提交。The stream has moved on; read its head again (SQLSTATE LZ001)."""

    sqlstate = "LZ001"


class StreamRefusedError(AuditError):
    """该记录链只能由专用函数写入。This stream is written by its own function only (SQLSTATE LZ002)."""

    sqlstate = "LZ002"


class AppendOnlyError(AuditError):
    """审计记录只能追加，不能修改或删除。Audit rows can only be added (SQLSTATE LZ003)."""

    sqlstate = "LZ003"


class MalformedBodyError(AuditError):
    """事件正文缺少必需的成员。The database found the body malformed (SQLSTATE LZ004)."""

    sqlstate = "LZ004"


class SealError(AuditError):
    """封存内容与事件中的承诺值不符。The sealed data do not open the event's commitment (SQLSTATE LZ005)."""

    sqlstate = "LZ005"


class TooYoungError(AuditError):
    """查阅日志保存不足六个月，不能清理。A line of the access log is younger than six months (SQLSTATE LZ007)."""

    sqlstate = "LZ007"


class SightError(AuditError):
    """不在本次操作的可见范围内。Not within the sight of this transaction (SQLSTATE LZ006)."""

    sqlstate = "LZ006"


BY_SQLSTATE: dict[str, type[AuditError]] = {
    error.sqlstate: error
    for error in (
        StaleHeadError,
        StreamRefusedError,
        AppendOnlyError,
        MalformedBodyError,
        SealError,
        SightError,
        TooYoungError,
    )
}


def from_database(error: BaseException) -> AuditError | None:
    """The typed error behind a database error raised by one of our functions, else None."""
    cause = error.__cause__ or error
    kind = BY_SQLSTATE.get(str(getattr(cause, "pgcode", "")))
    return kind(f"{kind.__doc__} {cause}".strip()) if kind else None

"""ClamAV, where LIANZHI_CLAMAV names one: what it finds is refused, and while it is silent nothing is taken."""

from __future__ import annotations

import io
import logging

from clamav_client.clamd import BufferTooLongError, ClamdError, ClamdNetworkSocket, ClamdUnixSocket, CommunicationError
from django.conf import settings

from agencies.outgoing import OutgoingRefused, open_connection
from cases.documents.uploads.refused import FileRefused

logger = logging.getLogger(__name__)
PATIENCE_SECONDS = 30


class _Network(ClamdNetworkSocket):
    """The connection goes through the guard of all outgoing calls."""

    def _init_socket(self) -> None:
        try:
            self.clamd_socket = open_connection(self.host, self.port, timeout=PATIENCE_SECONDS, named=True)
        except (OSError, OutgoingRefused) as error:
            raise CommunicationError(str(error)) from error


def scan(name: str, content: bytes) -> None:
    """Raises FileRefused for what the scanner finds, and for everything where it does not answer."""
    where = settings.CLAMAV
    if where is None:
        return
    scanner = ClamdUnixSocket(where.path, PATIENCE_SECONDS) if where.path else _Network(where.host, where.port)
    try:
        answers = scanner.instream(io.BytesIO(content))
    except BufferTooLongError as error:
        raise FileRefused(
            f"“{name}”超过病毒检查的大小限制，请拆分后上传", f"“{name}” is too large for the virus scanner; split it"
        ) from error
    except (ClamdError, OSError, AttributeError) as error:
        logger.warning("the virus scanner does not answer: %s", type(error).__name__)
        raise _silent(name) from error
    verdicts = {status for status, _ in answers.values()}
    if "FOUND" in verdicts:
        logger.warning("the virus scanner found something in an upload")
        raise FileRefused(
            f"“{name}”未通过病毒检查，没有保存。请先在本机查杀，再上传干净的原文件",
            f"“{name}” did not pass the virus scanner and was not kept; clean it, then upload the original",
        )
    if verdicts != {"OK"}:
        logger.error("the virus scanner gave no verdict")
        raise _silent(name)


def _silent(name: str) -> FileRefused:
    return FileRefused(
        f"病毒检查暂时不能进行，“{name}”没有保存。请稍后再传；多次不成功请告知系统运维人员",
        f"The virus scanner does not answer, and “{name}” was not kept; try later, or tell the operator",
    )

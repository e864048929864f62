"""Starting a server so that it cannot outlive its supervisor, as an ordinary user even when we are root."""

from __future__ import annotations

import ctypes
import enum
import functools
import os
import pwd
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1
CLONE_NEWUSER = 0x10000000
INNER_UID = 1000  # any number but 0: PostgreSQL only refuses to be root

_libc = ctypes.CDLL(None, use_errno=True)


class RunAs(enum.Enum):
    """As whom PostgreSQL runs; it refuses root."""

    SELF = "the calling user"
    NAMESPACE = "root behind a user namespace that shows it as an ordinary user"
    NOBODY = "the user nobody"


@functools.cache
def run_as() -> RunAs:
    """Root prefers the namespace, since it needs no chown and works below a closed /root; containers may forbid it."""
    if os.geteuid() != 0:
        return RunAs.SELF
    try:
        subprocess.run(["/bin/true"], check=True, preexec_fn=enter_user_namespace)
    except (subprocess.SubprocessError, OSError):
        return RunAs.NOBODY
    return RunAs.NAMESPACE


def enter_user_namespace() -> None:
    """Be seen as an ordinary user from here on, with the same files as before (runs in the forked child)."""
    uid, gid = os.geteuid(), os.getegid()
    if _libc.unshare(CLONE_NEWUSER) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{INNER_UID} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{INNER_UID} {gid} 1")


def become_nobody() -> None:
    nobody = pwd.getpwnam("nobody")
    os.setgroups([])
    os.setgid(nobody.pw_gid)
    os.setuid(nobody.pw_uid)


def before_exec(parent: int, death_signal: signal.Signals, user: RunAs) -> Callable[[], None]:
    def prepare() -> None:
        os.setsid()  # Ctrl-C in a terminal is for the command, not for the database
        if user is RunAs.NAMESPACE:
            enter_user_namespace()
        elif user is RunAs.NOBODY:
            become_nobody()
        # After the change of user, which would clear it.
        _libc.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != parent:  # the parent died before the line above
            os._exit(1)

    return prepare


def spawn(
    argv: Sequence[str | Path],
    *,
    log: Path,
    death_signal: signal.Signals,
    user: RunAs = RunAs.SELF,
    keep_fds: Sequence[int] = (),
    environment: Mapping[str, str] | None = None,
    directory: str | Path = "/",
) -> subprocess.Popen[bytes]:
    """Start a server that gets `death_signal` from the kernel when this thread's process dies, even by kill -9.

    It inherits no stdin and no stdout: a caller's pipe would otherwise stay open as long as the server lives.
    """
    with log.open("ab") as out:
        return subprocess.Popen(
            [os.fspath(part) for part in argv],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            cwd=directory,
            env=plain_environment() if environment is None else environment,
            pass_fds=tuple(keep_fds),
            preexec_fn=before_exec(os.getpid(), death_signal, user),  # noqa: PLW1509 — supervisor and pytest fork here
        )


def plain_environment() -> dict[str, str]:
    """A locale that exists everywhere: one that is set but not generated stops initdb."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}


def stop(process: subprocess.Popen[bytes] | None, number: signal.Signals, patience: float) -> None:
    """Send the signal and wait; kill after `patience` seconds."""
    if process is None or process.poll() is not None:
        return
    process.send_signal(number)
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def tail(log: Path, lines: int = 8) -> str:
    """The last lines of a log, for an error message."""
    try:
        text = log.read_bytes()[-8000:].decode(errors="replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-lines:])

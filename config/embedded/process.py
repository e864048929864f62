"""Starting a server so that it cannot outlive its supervisor, as an ordinary user even when we are root."""

from __future__ import annotations

import ctypes
import enum
import functools
import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1
PR_SET_KEEPCAPS = 8
PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP = 28, 1 << 2
PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 47, 2
CAP_DAC_OVERRIDE = 1
CAPABILITY_VERSION_3 = 0x20080522
CLONE_NEWUSER = 0x10000000
INNER_UID = 1000  # any number but 0: PostgreSQL only refuses to be root
NOBODY = 65534  # the same everywhere, also where the system has no list of users

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
    _check(_libc.unshare(CLONE_NEWUSER))
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{INNER_UID} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{INNER_UID} {gid} 1")


def become_nobody() -> None:
    """Be the user nobody, who keeps root's way through directories and files: all may lie below a closed /root."""
    # PostgreSQL asks access() for its own programs, which counts no capability of an ordinary user without this bit.
    # Where a container does not allow it, open directories are still enough.
    _libc.prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0)
    _check(_libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0))
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)
    only = 1 << CAP_DAC_OVERRIDE
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    # Effective, permitted, inheritable; then the same three for the capabilities from 32 up.
    _check(_libc.capset(header, (ctypes.c_uint32 * 6)(only, only, only, 0, 0, 0)))
    # Ambient: the one kind that a program started by an ordinary user keeps.
    _check(_libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0))


def die_with(parent: int, death_signal: signal.Signals) -> bool:
    """Get this signal from the kernel when the parent dies, however it dies. False where it was dead before."""
    _check(_libc.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0))
    return os.getppid() == parent


def _check(result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def before_exec(parent: int, death_signal: signal.Signals, user: RunAs) -> Callable[[], None]:
    def prepare() -> None:
        os.setsid()  # Ctrl-C in a terminal is for the command, not for the database
        if user is RunAs.NAMESPACE:
            enter_user_namespace()
        elif user is RunAs.NOBODY:
            become_nobody()
        if not die_with(parent, death_signal):  # after the change of user, which would clear it
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

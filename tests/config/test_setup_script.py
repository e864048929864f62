"""`make setup` and the browser's needs on machines where something is missing: install it, or say how and fail."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.installation import ROOT

# A Python that lacks `ensurepip` until apt-get has run; the `.venv` it makes behaves as made-python says.
NO_VENV = """#!/bin/sh
case "$*" in
    *version_info\\[:2\\]*) echo 3.11 ;;
    *ensurepip*) [ -e "$(dirname "$0")/installed" ] ;;
    *"-m venv"*)
        mkdir -p .venv/bin
        cat "$(dirname "$0")/made-python" >.venv/bin/python
        chmod +x .venv/bin/python
        ;;
    *) exit 0 ;;
esac
"""
APT = """#!/bin/sh
echo "$*" >>"$(dirname "$0")/apt.log"
case "$*" in *install*) touch "$(dirname "$0")/installed" ;; esac
"""
TOOLS = ("sh", "dirname", "cksum", "cat", "rm", "mkdir", "mktemp", "printf", "tail", "env", "chmod", "touch")


class Machine:
    """A checkout with nothing but its scripts, and a PATH with nothing but what is put on it."""

    def __init__(self, root: Path, *, uid: int) -> None:
        self.tree, self.bin = root / "有 空格", root / "bin"
        self.bin.mkdir(parents=True)
        shutil.copytree(ROOT / "tools", self.tree / "tools")
        shutil.copytree(ROOT / "requirements", self.tree / "requirements")
        for name in TOOLS:
            found = shutil.which(name)
            assert found is not None
            (self.bin / name).symlink_to(found)
        self.put("made-python", "#!/bin/sh\nexit 0\n")
        self.put("id", f"#!/bin/sh\necho {uid}\n")

    def put(self, name: str, script: str) -> None:
        (self.bin / name).write_text(script)
        (self.bin / name).chmod(0o755)

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", f"tools/{command[0]}", *command[1:]],
            cwd=self.tree,
            env={"PATH": str(self.bin)},
            capture_output=True,
            text=True,
            check=False,
        )

    def apt_calls(self) -> str:
        log = self.bin / "apt.log"
        return log.read_text() if log.exists() else ""


@pytest.fixture
def root_machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path, uid=0)


@pytest.fixture
def user_machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path, uid=1000)


def test_root_gets_the_missing_module_venv_from_debian(root_machine: Machine) -> None:
    root_machine.put("python3", NO_VENV)
    root_machine.put("apt-get", APT)
    done = root_machine.run("setup", "runtime")
    assert done.returncode == 0, done.stderr
    assert "install python3.11-venv" in root_machine.apt_calls()
    assert (root_machine.tree / ".venv" / ".installed").exists()


def test_a_user_without_sudo_is_told_the_command(user_machine: Machine) -> None:
    user_machine.put("python3", NO_VENV)
    user_machine.put("apt-get", APT)
    done = user_machine.run("setup", "dev")
    assert done.returncode == 1
    assert "has no module venv. Install it as root, then run this again: apt-get install python3.11-venv" in done.stderr
    assert user_machine.apt_calls() == ""


def test_an_old_python_alone_is_not_enough(user_machine: Machine) -> None:
    user_machine.put("python3", "#!/bin/sh\nexit 1\n")
    done = user_machine.run("setup", "dev")
    assert done.returncode == 1
    assert "Python 3.11 or newer is missing." in done.stderr


def test_sudo_that_asks_for_a_password_is_not_used(user_machine: Machine) -> None:
    user_machine.put("apt-get", APT)
    user_machine.put("sudo", "#!/bin/sh\nexit 1\n")
    done = user_machine.run("browser")
    assert done.returncode == 1
    assert (
        "The browser tests need: chromium fontconfig fonts-noto-cjk. Install it as root, then run this again: "
        "apt-get install chromium fontconfig fonts-noto-cjk"
    ) in done.stderr


def test_only_what_is_missing_for_the_browser_is_installed(root_machine: Machine) -> None:
    root_machine.put("apt-get", APT)
    root_machine.put("chromium", "#!/bin/sh\n")
    assert root_machine.run("browser").returncode == 0
    assert "install fontconfig fonts-noto-cjk" in root_machine.apt_calls()


def test_a_complete_machine_installs_nothing(root_machine: Machine) -> None:
    root_machine.put("apt-get", APT)
    root_machine.put("chromium", "#!/bin/sh\n")
    root_machine.put("fc-list", "#!/bin/sh\necho Noto Sans CJK SC\n")
    done = root_machine.run("browser")
    assert (done.returncode, done.stdout) == (0, "")
    assert root_machine.apt_calls() == ""


def test_a_failed_installation_shows_the_end_of_the_log_and_is_tried_again(root_machine: Machine) -> None:
    root_machine.put("python3", NO_VENV)
    root_machine.put("apt-get", APT)
    root_machine.put("made-python", '#!/bin/sh\ncase "$*" in *pip*) echo no such hash; exit 1 ;; esac\n')
    first = root_machine.run("setup", "runtime")
    assert first.returncode == 1
    assert "no such hash" in first.stderr
    assert "The dependencies could not be installed" in first.stderr
    assert not (root_machine.tree / ".venv" / ".installed").exists()


def test_a_venv_made_by_halves_is_made_again(root_machine: Machine) -> None:
    """Ctrl-C while it was made leaves an interpreter without pip, which no later run could use."""
    root_machine.put("python3", NO_VENV.replace("-e ", "-n "))
    half = root_machine.tree / ".venv" / "bin" / "python"
    half.parent.mkdir(parents=True)
    half.write_text('#!/bin/sh\ncase "$*" in *pip*) exit 1 ;; esac\n')
    half.chmod(0o755)
    done = root_machine.run("setup", "runtime")
    assert done.returncode == 0, done.stderr
    assert "pip" not in half.read_text()


def test_it_says_and_does_nothing_while_the_lock_is_unchanged(root_machine: Machine) -> None:
    root_machine.put("python3", NO_VENV.replace("-e ", "-n "))
    assert root_machine.run("setup", "dev").stdout == "installing the dependencies in .venv …\n"
    for kind in ("dev", "runtime"):
        again = root_machine.run("setup", kind)
        assert (again.returncode, again.stdout, again.stderr) == (0, "", ""), "dev holds all of runtime"
    with (root_machine.tree / "requirements" / "dev.lock").open("a") as lock:
        lock.write("# changed\n")
    assert root_machine.run("setup", "dev").stdout == "installing the dependencies in .venv …\n"

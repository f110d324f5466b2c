"""Makes the virtual environment: locked dependencies, then the project in place.

Run by `make setup` with any Python, so it uses the standard library alone and says in plain words
when that Python is too old or a system package is missing. Nothing is done when the environment is
newer than the lock file and pyproject.toml.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST = (3, 11)
NEWEST_TRIED = (3, 13)


def say(text: str) -> None:
    """Print a line at once, so that a waiting person sees what is under way."""
    print(f"setup: {text}", flush=True)


def refuse(text: str) -> None:
    """End with status 1 and the reason."""
    sys.exit(f"setup: {text}")


def check_python() -> None:
    """Refuse a Python that is too old; warn of one that the lock was not tried on."""
    found = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info[:2] < OLDEST:
        refuse(
            f"Python 3.11 or newer is needed; {sys.executable} is {found}. "
            "Name another one: make setup PYTHON=/path/to/python3.12"
        )
    say(f"Python {found} ({sys.executable})")
    if sys.version_info[:2] > NEWEST_TRIED:
        say("the locked dependencies were tried on Python 3.11 to 3.13; this one is newer")


def missing_debian_packages() -> list[str]:
    """Debian's names of what is missing to build those dependencies that have no wheel."""
    missing = []
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        missing.append("build-essential")
    if compiler is None or not _has_header(compiler, "gmp.h"):
        missing.append("libgmp-dev")  # fastecdsa is published as source only
    if not (Path(sysconfig.get_paths()["include"]) / "Python.h").exists():
        missing.append("python3-dev")
    try:
        import ensurepip  # noqa: F401
    except ImportError:
        missing.append("python3-venv")
    return missing


def _has_header(compiler: str, header: str) -> bool:
    run = subprocess.run(
        [compiler, "-E", "-x", "c", "-"],
        input=f"#include <{header}>\n".encode(),
        capture_output=True,
        check=False,
    )
    return run.returncode == 0


def install_debian_packages(names: list[str]) -> None:
    """Install them where we may; otherwise say exactly what to install."""
    command = "apt-get install -y --no-install-recommends " + " ".join(names)
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        refuse(
            f"missing to build the dependencies: {', '.join(names)}. "
            f"On Debian or Ubuntu: sudo {command}"
        )
    say(f"installing the system packages {', '.join(names)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], env=environment, check=True)
    subprocess.run(command.split(), env=environment, check=True)


def make_environment(folder: Path) -> None:
    """Fill `folder` afresh: the lock by hash, then the project as an editable install."""
    started = time.monotonic()
    if folder.exists():
        shutil.rmtree(folder)
    say(f"making {folder.name}")
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    say("installing the locked dependencies (about a minute with an empty cache)")
    _run_with_count([*_pip_install(folder), "--require-hashes", "-r", "requirements.lock"])
    say("installing the project in place")
    install_project(folder)
    say(f"ready in {time.monotonic() - started:.0f} s")


def install_project(folder: Path) -> None:
    """Install the project itself as an editable one, built by the locked build backend."""
    options = ("--no-build-isolation", "--no-deps", "--editable", ".")
    _run_with_count([*_pip_install(folder), *options])


def _pip_install(folder: Path) -> list[str]:
    python = str(folder / "bin" / "python")
    options = ("--disable-pip-version-check", "install", "--progress-bar", "off")
    return [python, "-m", "pip", *options]


def _run_with_count(command: list[str]) -> None:
    """Run pip; every few seconds say how far it is; show all that it said if it fails."""
    lines: list[str] = []
    collected = 0
    last = time.monotonic()
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)
            collected += line.startswith("Collecting ")
            if time.monotonic() - last > 5:
                last = time.monotonic()
                say(f"  {collected} packages fetched; {line.strip()[:60]}")
    if process.returncode != 0:
        sys.stdout.writelines(lines)
        refuse(f"pip failed with status {process.returncode}; its words are above")


def is_current(stamp: Path) -> bool:
    """Whether the environment was made from the present lock and pyproject.toml."""
    sources = (ROOT / "requirements.lock", ROOT / "pyproject.toml")
    return stamp.exists() and all(stamp.stat().st_mtime >= s.stat().st_mtime for s in sources)


def only_project_changed(folder: Path, stamp: Path) -> bool:
    """Whether the lock stands and only pyproject.toml moved: then the project alone is renewed."""
    lock = ROOT / "requirements.lock"
    return (
        stamp.exists()
        and stamp.stat().st_mtime >= lock.stat().st_mtime
        and (folder / "bin" / "python").exists()
    )


def bring_up_to_date(folder: Path) -> None:
    """Make or renew the environment as far as it is behind; nothing when it is current."""
    stamp = folder / ".stamp"
    if is_current(stamp):
        return
    check_python()
    if only_project_changed(folder, stamp):
        say("pyproject.toml changed: installing the project again")
        install_project(folder)
    else:
        missing = missing_debian_packages()
        if missing:
            install_debian_packages(missing)
        make_environment(folder)
    stamp.touch()


def main() -> None:
    """Bring the environment named by the first argument up to date (`.venv` by default)."""
    folder = ROOT / (sys.argv[1] if len(sys.argv) > 1 else ".venv")
    with (ROOT / "requirements.lock").open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting for another set-up to end")
            fcntl.flock(lock, fcntl.LOCK_EX)
        bring_up_to_date(folder)


if __name__ == "__main__":
    main()

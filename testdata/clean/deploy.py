"""Deployments: programs started from lists of arguments, on this machine and on others."""
import argparse
import asyncio
import logging
import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

logger = logging.getLogger("deploy")

REPOSITORY = "https://git.example.com/site.git"
RELEASES = Path("/srv/site/releases")
HOSTS = {"staging": ["stage1.example.com"], "production": ["www1.example.com", "www2.example.com"]}
VERSION = re.compile(r"v\d{1,4}\.\d{1,4}\.\d{1,4}", re.ASCII)


class Service(Enum):
    WEB = "site-web"
    WORKER = "site-worker"
    BEAT = "site-beat"


class CommandFailed(Exception):
    def __init__(self, command: Sequence[str], status: int, output: str):
        super().__init__(f"{shlex.join(command)} ended with {status}")
        self.output = output


@dataclass
class Runner:
    dry: bool = False
    environment: dict[str, str] = field(default_factory=lambda: {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8"})

    def __call__(self, *command: str, cwd: Path | None = None) -> str:
        logger.info("$ %s", shlex.join(command))
        if self.dry:
            return ""
        done = subprocess.run(
            command,
            cwd=cwd,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=900,
            check=False,
        )
        if done.returncode:
            raise CommandFailed(command, done.returncode, done.stdout)
        return done.stdout.strip()


def version(text: str) -> str:
    if VERSION.fullmatch(text) is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no version; versions look like v1.2.3")
    return text


def fetch(run: Runner, tag: str) -> Path:
    target = RELEASES / tag
    if target.exists():
        return target
    with tempfile.TemporaryDirectory(dir=RELEASES) as folder:
        run("git", "clone", "--depth", "1", "--branch", tag, "--", REPOSITORY, folder)
        run(sys.executable, "-m", "pip", "install", "--require-hashes", "-r", "requirements.txt", cwd=Path(folder))
        os.rename(folder, target)
        os.mkdir(folder)
    return target


def restart(run: Runner, service: Service) -> None:
    run("systemctl", "restart", service.value)
    for _attempt in range(10):
        if run("systemctl", "is-active", service.value) == "active":
            return
        time.sleep(1)
    raise CommandFailed(["systemctl", "is-active", service.value], 1, "")


def remote(run: Runner, host: str, *command: str) -> str:
    """The command on the other host; ssh joins its words for a shell there, so each is quoted."""
    return run("ssh", "-o", "BatchMode=yes", "-o", "ConnectTimeout=5", "--", host, shlex.join(command))


async def check(host: str) -> tuple[str, bool]:
    process = await asyncio.create_subprocess_exec(
        "ping", "-c", "1", "-W", "2", "--", host, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        status = await asyncio.wait_for(process.wait(), timeout=5)
    except asyncio.TimeoutError:
        process.kill()
        return host, False
    return host, status == 0


async def check_all(stage: str) -> dict[str, bool]:
    return dict(await asyncio.gather(*(check(host) for host in HOSTS[stage])))


def log_tail(lines: int, service: Service) -> str:
    journal = subprocess.Popen(["journalctl", "-u", service.value, "-n", str(lines)], stdout=subprocess.PIPE)
    assert journal.stdout is not None
    errors = subprocess.run(["grep", "-c", "-F", "ERROR"], stdin=journal.stdout, capture_output=True, text=True, timeout=30)
    journal.stdout.close()
    journal.wait(timeout=30)
    return errors.stdout.strip()


def pipeline(path: Path) -> int:
    """Lines of a compressed log; the name of the file is quoted for the shell."""
    command = f"zcat -- {shlex.quote(str(path))} | wc -l"
    return int(subprocess.check_output(["/bin/sh", "-c", command], text=True, timeout=60))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Fetch a version, and restart the services of a stage.")
    parser.add_argument("stage", choices=sorted(HOSTS))
    parser.add_argument("version", type=version)
    parser.add_argument("--dry-run", action="store_true")
    options = parser.parse_args(arguments)
    run = Runner(dry=options.dry_run)
    down = [host for host, up in asyncio.run(check_all(options.stage)).items() if not up]
    if down:
        print(f"not reachable: {', '.join(down)}", file=sys.stderr)
        return 1
    fetch(run, options.version)
    for host in HOSTS[options.stage]:
        remote(run, host, "ln", "-sfn", f"/srv/site/releases/{options.version}", "/srv/site/current")
    for service in Service:
        restart(run, service)
    return 0

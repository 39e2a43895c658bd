"""What the proofs need of the machine: packages of Python in a virtual environment, packages of Debian."""

import hashlib
import os
import shutil
import subprocess
import sys


class Missing(Exception):
    """Something is not there and cannot be had."""


def enter(here):
    """Goes on in the virtual environment with the packages of requirements.txt, which is built when they change."""
    wanted = (here / "requirements.txt").read_bytes() + sys.version.encode()
    venv = here / ".cache" / hashlib.sha256(wanted).hexdigest()[:16]
    python = venv / "bin" / "python"
    if sys.prefix == str(venv):
        return
    if not (venv / "complete").exists():
        shutil.rmtree(here / ".cache", ignore_errors=True)
        build(venv, here / "requirements.txt")
    os.environ.pop("PYTHONPATH", None)
    os.execv(python, [str(python), *sys.argv])


def build(venv, requirements):
    print(f"proofs: building a Python environment in {venv}", flush=True)
    made = subprocess.run([sys.executable, "-m", "venv", venv], stdout=subprocess.DEVNULL, check=False)
    if made.returncode != 0:
        install("python3-venv")
        shutil.rmtree(venv, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    pip = subprocess.run([venv / "bin" / "pip", "install", "-q", "--disable-pip-version-check", "--only-binary", ":all:", "-r", requirements],
                         check=False)
    if pip.returncode != 0:
        raise Missing("the packages of proofs/requirements.txt cannot be had: nothing is proven")
    (venv / "complete").touch()


def install(*packages):
    """Installs packages of Debian; services that come with them are not started."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise Missing(f"{' and '.join(packages)} not there, and not installed because this is not root on Debian")
    print(f"proofs: installing {' '.join(packages)}", flush=True)
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    command = ["apt-get", "install", "-y", "-q", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=120", *packages]
    for again in (False, True):
        if again:
            subprocess.run(["apt-get", "update", "-q"], env=env, stdout=subprocess.DEVNULL, check=False)
        if subprocess.run(command, env=env, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, check=False).returncode == 0:
            return
    raise Missing(f"{' and '.join(packages)} not there, and apt-get cannot install them")

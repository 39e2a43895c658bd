"""PostgreSQL and MariaDB on loopback, in a temporary folder, run by a user without rights."""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import environment


@dataclass
class Servers:
    """Where the started servers listen, and why others are missing."""

    ports: dict[str, int] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)

    def environment(self, slot):
        """Variables for a process that has the databases of a slot to itself."""
        env = {"PROOF_DATABASE": f"proof{slot}"}
        if port := self.ports.get("postgres"):
            env |= {"PGHOST": "127.0.0.1", "PGPORT": str(port), "PGUSER": "proof", "PGDATABASE": f"proof{slot}"}
        if port := self.ports.get("mariadb"):
            env["PROOF_MARIADB"] = str(port)
        return env


@contextlib.contextmanager
def running(wanted, folder, width):
    """Starts the wanted servers with a database for each slot, and stops them."""
    servers = Servers()
    processes = []
    try:
        for name in sorted(wanted):
            try:
                servers.ports[name] = {"postgres": postgres, "mariadb": mariadb}[name](folder / name, width, processes)
            except environment.Missing as e:
                servers.missing[name] = str(e)
                print(f"proofs: NOT PROVEN, {name}: {e}", flush=True)
        yield servers
    finally:
        for p in processes:
            p.terminate()
        for p in processes:
            try:
                p.wait(15)
            except subprocess.TimeoutExpired:
                p.kill()


def account():
    """Arguments of subprocess that make a process one of a user without rights."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam("nobody")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def prepare(folder):
    folder.mkdir()
    if who := account():
        os.chown(folder, who["user"], who["group"])


def call(command, folder, **more):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=os.environ | {"HOME": str(folder)},
                          **account(), **more)
    if done.returncode != 0:
        raise environment.Missing(f"{Path(command[0]).name} fails: {(done.stderr or done.stdout).strip()[-400:]}")


def start(command, folder, processes, ready):
    """Starts a server and waits until it answers."""
    with open(folder / "log", "w") as log:
        process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **account())
    processes.append(process)
    for _ in range(300):
        try:
            return ready()
        except Exception:
            if process.poll() is not None:
                break
            time.sleep(0.1)
    raise environment.Missing(f"{Path(command[0]).name} does not start: {(folder / 'log').read_text()[-400:]}")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def find(program, package, *places):
    """A program, installed from its package if it is not there."""
    for again in (False, True):
        if again:
            environment.install(package)
        for place in places:
            for folder in sorted(Path("/").glob(place.lstrip("/")), reverse=True):
                if (folder / program).exists():
                    return folder / program
        if found := shutil.which(program):
            return Path(found)
    raise environment.Missing(f"{package} has no {program}")


def postgres(folder, width, processes):
    import psycopg2

    initdb = find("initdb", "postgresql", "/usr/lib/postgresql/*/bin")
    prepare(folder)
    port = free_port()
    call([initdb, "-D", "data", "-U", "proof", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"], folder)
    command = [initdb.parent / "postgres", "-D", "data", "-h", "127.0.0.1", "-p", str(port), "-k", "",
               "-c", "fsync=off", "-c", "max_connections=30"]
    connection = start(command, folder, processes, lambda: psycopg2.connect(host="127.0.0.1", port=port, user="proof", dbname="postgres"))
    connection.autocommit = True
    for slot in range(width):
        connection.cursor().execute(f"CREATE DATABASE proof{slot}")
    connection.close()
    return port


def mariadb(folder, width, processes):
    import pymysql

    server = find("mariadbd", "mariadb-server-core", "/usr/sbin", "/usr/libexec")
    install = find("mariadb-install-db", "mariadb-server-core")
    prepare(folder)
    port = free_port()
    options = ["--no-defaults", f"--datadir={folder}/data"]
    call([install, *options, "--auth-root-authentication-method=normal", "--skip-test-db"], folder)
    command = [server, *options, "--bind-address=127.0.0.1", f"--port={port}", f"--socket={folder}/socket", "--pid-file=pid",
               "--innodb-flush-log-at-trx-commit=0", "--character-set-server=utf8mb4"]
    connection = start(command, folder, processes, lambda: pymysql.connect(host="127.0.0.1", port=port, user="root"))
    for slot in range(width):
        connection.cursor().execute(f"CREATE DATABASE proof{slot}")
    connection.close()
    return port

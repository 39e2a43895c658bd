"""backup: dump a database, pack folders, and keep the newest copies."""
import argparse
import asyncio
import contextlib
import hashlib
import logging
import os
import shlex
import shutil
import subprocess
import sys
import tarfile
from datetime import datetime
from pathlib import Path

logger = logging.getLogger("backup")

COMMANDS = {
    "postgres": ["pg_dump", "--format=custom", "--no-owner"],
    "mysql": ["mysqldump", "--single-transaction", "--quick"],
}
SSH = ["ssh", "-o", "BatchMode=yes", "-o", "ConnectTimeout=10"]


def parse(arguments=None):
    parser = argparse.ArgumentParser(
        prog="backup",
        description="Select a database and folders to back up; delete from the store what is too old.",
    )
    parser.add_argument("--kind", choices=sorted(COMMANDS), default="postgres")
    parser.add_argument("--database", required=True)
    parser.add_argument("--folder", action="append", type=Path, default=[])
    parser.add_argument("--store", type=Path, default=Path("/srv/backups"))
    parser.add_argument("--keep", type=int, default=14)
    parser.add_argument("--copy-to", metavar="HOST", help="also copy the files there with scp")
    parser.add_argument("--debug", action="store_true")
    return parser.parse_args(arguments)


def run(command, **options):
    """Run a list of arguments, log it the way a shell would write it."""
    logger.debug("running %s", shlex.join(map(str, command)))
    options.setdefault("timeout", 3600)
    return subprocess.run(command, check=True, **options)


def dump(kind, database, target):
    if database.startswith("-"):
        raise SystemExit(f"{database!r} is no name of a database")
    with target.open("wb") as output:
        run([*COMMANDS[kind], database], stdout=output, stderr=subprocess.PIPE)
    logger.info("dumped %s: %d bytes", database, target.stat().st_size)


def pack(folders, target):
    with tarfile.open(target, "w:gz") as archive:
        for folder in folders:
            archive.add(folder.resolve(), arcname=folder.name, recursive=True)


def checksum(path):
    digest = hashlib.sha256()
    with open(path, "rb") as handle:
        for block in iter(lambda: handle.read(1 << 20), b""):
            digest.update(block)
    path.with_suffix(path.suffix + ".sha256").write_text(f"{digest.hexdigest()}  {path.name}\n")


def copy(paths, host):
    if not host.replace(".", "").replace("-", "").isalnum() or host.startswith("-"):
        raise SystemExit(f"{host!r} is no host name")
    run(["scp", "-q", "-o", "BatchMode=yes", "--", *map(str, paths), f"{host}:backups/"])
    listing = run([*SSH, "--", host, "ls -1 backups"], capture_output=True, text=True)
    logger.info("%s now has %d files", host, len(listing.stdout.splitlines()))


def clean(store, keep):
    files = sorted(store.glob("*.dump"), key=os.path.getmtime, reverse=True)
    for old in files[keep:]:
        logger.info(f"delete {old.name} from {store}")
        with contextlib.suppress(FileNotFoundError):
            old.unlink()


async def watch(command):
    """Show the output of a long command while it runs."""
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    async for line in process.stdout:
        sys.stdout.write(line.decode(errors="replace"))
    return await process.wait()


def free_space(store):
    usage = shutil.disk_usage(store)
    output = subprocess.check_output(["df", "-h", "--output=target", str(store)], text=True, timeout=10)
    return usage.free, output.splitlines()[-1]


def main(arguments=None):
    options = parse(arguments)
    logging.basicConfig(level=logging.DEBUG if options.debug else logging.INFO, format="%(levelname)s %(message)s")
    stamp = f"{datetime.now():%Y%m%d-%H%M%S}"
    database_file = options.store / f"{stamp}.dump"
    dump(options.kind, options.database, database_file)
    files = [database_file]
    if options.folder:
        files.append(options.store / f"{stamp}.tar.gz")
        pack(options.folder, files[-1])
    for path in files:
        checksum(path)
    if options.copy_to:
        copy(files, options.copy_to)
    clean(options.store, options.keep)
    return asyncio.run(watch(["sync"]), debug=options.debug)


if __name__ == "__main__":
    sys.exit(main())

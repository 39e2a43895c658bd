"""Proves the fixes by running the programs that they rewrite: prove.py PAVISE [CASE ...].

A case is a file cases/FIX/VARIANT.txtar. Its first lines say what it is about, `needs: NAME` which database server it
needs, `refused: WORDS` that the fix has to leave the program alone, `form: WORDS` which of several forms of the fix is meant. Its files are the program, app.py among them, and
proof.py with functions that get the program's module:

    benign(app)    what the program does for honest users: not empty, and equal before and after the fix
    attack(app)    whether an attack works: true before the fix, false or an exception after it
    repaired(app)  whether something works that an honest user wants: not before the fix, but after it

and with prepare(), which is called before the module is imported. Each side runs in a process and a folder of its own.
The verdicts of all cases are written to docs/fix-proofs.md. A fix without a case is a fault.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import environment

HERE = Path(__file__).resolve().parent
TABLE = HERE.parent / "docs" / "fix-proofs.md"


def main(pavise, wanted):
    began = time.monotonic()
    import cases
    import properties
    import servers
    import table
    from runner import prove

    chosen = [c for c in cases.read(HERE / "cases") if not wanted or any(w in c.name for w in wanted)]
    if not chosen:
        sys.exit("proofs: no such case")
    with tempfile.TemporaryDirectory(prefix="pavise-proofs.") as folder:
        os.chmod(folder, 0o755)
        width = max(2, os.cpu_count() or 1)
        with servers.running({c.needs for c in chosen} - {""}, Path(folder), width) as started:
            cases.fix(chosen, pavise, Path(folder) / "cases", width)
            prove(chosen, started, width)
        generated, faults = ([], []) if wanted else properties.check(pavise, Path(folder) / "statements")
    without = [] if wanted else cases.without(chosen, pavise)
    table.show(chosen, generated, faults, without)
    complete = not any(c.skipped for c in chosen)
    if complete and not wanted:
        changed = table.write(chosen, generated, without, TABLE)
        if changed and os.environ.get("CI"):
            sys.exit(f"proofs: {TABLE.name} does not say what this run found: commit what `make proofs` writes")
    failed = [c for c in chosen if c.fault]
    print(f"{len(chosen)} cases, {len(failed)} failed, {sum(bool(c.skipped) for c in chosen)} skipped, "
          f"{sum(n for _, n, _ in generated)} generated statements, {len(faults)} failed, in {time.monotonic() - began:.0f} s")
    if failed or faults or without or not complete and os.environ.get("CI"):
        sys.exit(1)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    try:
        environment.enter(HERE)
        main(Path(sys.argv[1]).resolve(), sys.argv[2:])
    except (environment.Missing, subprocess.CalledProcessError) as e:
        sys.exit(f"proofs: {e}")

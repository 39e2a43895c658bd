"""Cases: what they say, and their program after the fix."""

import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

APPLIED = re.compile(r"^pavise: .*: fixed (\S+) \((\S+)\)$", re.M)


@dataclass
class Case:
    """One case, and what its run found."""

    fix: str
    variant: str
    about: str
    files: dict[str, str]
    needs: str = ""
    refused: str = ""
    form: str = ""
    folder: Path = Path()
    fault: str = ""  # not "": what is wrong
    skipped: str = ""  # not "": why it was not run
    verdicts: dict[str, str] = field(default_factory=dict)

    @property
    def name(self):
        return f"{self.fix}/{self.variant}"

    @property
    def proof(self):
        return self.files["proof.py"]

    @property
    def program(self):
        return {name: text for name, text in self.files.items() if name != "proof.py"}


def read(folder):
    return [parse(path) for path in sorted(folder.glob("*/*.txtar"))]


def parse(path):
    head, *parts = re.split(r"^-- (\S+) --\n", path.read_text(), flags=re.M)
    case = Case(path.parent.name, path.stem, "", dict(zip(parts[::2], parts[1::2], strict=True)))
    for line in head.splitlines():
        key, colon, value = line.partition(": ")
        if colon and key in ("needs", "refused", "form"):
            setattr(case, key, value.strip())
        else:
            case.about = f"{case.about} {line}".strip()
    return case


def without(cases, pavise):
    """The fixes that no case is of."""
    run = subprocess.run([pavise, "fix", "--only", "?"], capture_output=True, text=True, check=False)
    names = run.stderr.partition("there are ")[2].strip().split(", ")
    return sorted(set(names) - {c.fix for c in cases})


def fix(cases, pavise, folder, width):
    """Writes the program of each case before and after its fix."""
    with ThreadPoolExecutor(width) as pool:
        list(pool.map(lambda c: fix_one(c, pavise, folder), cases))


def fix_one(case, pavise, folder):
    case.folder = folder / case.fix / case.variant
    for side in ("before", "after"):
        for name, text in case.program.items():
            path = case.folder / side / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    command = [pavise, "fix", "--write", "--review", "--profile", "audit", "--only", case.fix + (f"={case.form}" if case.form else ""), "."]
    run = subprocess.run(command, cwd=case.folder / "after", capture_output=True, text=True, check=False)
    applied = APPLIED.findall(run.stderr)
    if run.returncode == 2:
        case.fault = run.stderr.strip()
    elif case.refused and applied:
        case.fault = "the fix was made and should be refused"
    elif not case.refused and not applied:
        case.fault = "the fix is not offered"

"""Proves fixes by running programs before and after them.

    prove.py PAVISE WORK [--table FILE] [--without NEED]... [--only NAME]

A case file, cases/*.py, is Python text in sections that begin with a line "#: ...":

    #: rule RULE          the rule whose fix is made (of the file, or of the case it stands in)
    #: needs NEED         postgres or mariadb: a server, whose address is in the environment
    #: alone              every run of a program has a process of its own
    (what comes next is the head, with which every program begins)
    #: proof              benign(p): what a well-meant use gives; exploit(p): true if an attack works
    #: case TITLE         the rest of one program
    #: refused TITLE      a program that no fix may touch
    #: proof              after a case: for this case alone

p is the program, imported. A case is proven if the fix changes it, benign gives the same before and after, and exploit is
true before and false after. The exit code is 0 if all are, 1 if one is not.
"""
import argparse
import importlib.util
import json
import os
import pathlib
import shutil
import subprocess
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor

HERE = pathlib.Path(__file__).resolve().parent


class Case:
    def __init__(self, group, kind, title):
        self.group, self.kind, self.title = group, kind, title
        self.rule, self.proof, self.body = group.rule, group.proof, ""
        self.verdict, self.seen = "", {}

    @property
    def changed(self):
        return (self.folder / "before" / "program.py").read_bytes() != (self.folder / "after" / "program.py").read_bytes()

    @property
    def folder(self):
        name = "".join(c if c.isalnum() else "_" for c in self.title)
        return self.group.folder / name


class Group:
    """Group is a case file."""

    def __init__(self, path, work):
        self.name, self.folder = path.stem, work / path.stem
        self.rule = self.proof = self.needs = ""
        self.alone, self.cases = False, []
        head, at = "", ""
        for line in path.read_text().splitlines(keepends=True):
            if not line.startswith("#: "):
                if at == "case":
                    self.cases[-1].body += line
                elif at == "proof" and self.cases:
                    self.cases[-1].proof += line
                elif at == "proof":
                    self.proof += line
                else:
                    head += line
                continue
            word, _, rest = line[3:].strip().partition(" ")
            if word in ("case", "refused"):
                self.cases.append(Case(self, word, rest))
                at = "case"
            elif word == "proof":
                at = "proof"
                if self.cases:
                    self.cases[-1].proof += "\n"
            elif word == "rule" and self.cases:
                self.cases[-1].rule = rest
            elif word == "rule":
                self.rule = rest
            elif word == "needs":
                self.needs = rest
            elif word == "alone":
                self.alone = True
            else:
                sys.exit(f"{path}: unknown section: {line.strip()}")
        for case in self.cases:
            case.program = head + case.body


def write(groups):
    for group in groups:
        for case in group.cases:
            for state in ("before", "after"):
                folder = case.folder / state
                folder.mkdir(parents=True)
                (folder / "program.py").write_text(case.program)
            (case.folder / "proof.py").write_text("from helpers import *\n" + case.proof)


def fix(pavise, groups):
    """fix makes the fixes of each rule in the programs of its cases, all at once."""
    by_rule = {}
    for group in groups:
        for case in group.cases:
            by_rule.setdefault(case.rule, []).append(case.folder / "after")
    for rule, folders in by_rule.items():
        done = subprocess.run(
            [pavise, "fix", "--write", "--review", "--confidence=low", "--severity=info", "--config", HERE / "pavise.toml", "--select", rule, *folders],
            capture_output=True, text=True)
        if done.returncode == 2:
            sys.exit(f"prove: {rule}: {done.stderr}")


def load(path, name):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def observe(folder, state):
    """observe runs one state of a program in this process: what benign gives, whether the attack works, and what went wrong."""
    os.chdir(folder / state)
    sys.path.insert(0, str(folder / state))
    try:
        proof = load(folder / "proof.py", f"{folder.name}_{state}_proof")
        program = load(folder / state / "program.py", f"{folder.name}_{state}")
        return repr(proof.benign(program)), bool(proof.exploit(program)), ""
    except BaseException:
        return "", False, traceback.format_exc()
    finally:
        sys.path.remove(str(folder / state))


def run(runs):
    """run observes states of cases in one process."""
    work = json.dumps([[str(c.folder), state] for c, state in runs])
    done = subprocess.run([sys.executable, __file__, "--observe", work], capture_output=True, text=True, timeout=170,
                          env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}, stdin=subprocess.DEVNULL)
    seen = [json.loads(line[1:]) for line in done.stdout.splitlines() if line.startswith("\x01")]
    for (c, state), what in zip(runs, seen):
        c.seen[state] = what
    for c, state in runs[len(seen):]:
        c.seen[state] = "", False, f"the process ended: {done.stderr[-2000:]}"


def parts(groups):
    for group in groups:
        runs = [(c, state) for c in group.cases if c.changed for state in ("before", "after")]
        if group.alone:
            yield from ([r] for r in runs)
        elif runs:
            yield runs


def judge(case):
    """judge is the verdict on a case: what is wrong with it, or nothing."""
    if case.kind == "refused":
        return "a fix touched it" if case.changed else ""
    if not case.changed:
        return "no fix"
    for state in ("before", "after"):
        if case.seen[state][2]:
            return f"{state} the fix: {case.seen[state][2]}"
    if case.seen["before"][0] != case.seen["after"][0]:
        return f"the program does something else: {case.seen['before'][0]} before, {case.seen['after'][0]} after"
    if not case.seen["before"][1]:
        return "the attack does not work before the fix"
    if case.seen["after"][1]:
        return "the attack works after the fix"
    return ""


def table(groups, without):
    out = ["# Fixes, proven", "",
           "`make proofs` wrote this: each program ran before and after the fix that `pavise fix --review` makes of it. A well-meant",
           "use gives the same, and an attack works before and fails after; where a fix is refused, the program stays as it was.", ""]
    proven = sum(c.verdict == "" and c.kind == "case" for g in groups for c in g.cases)
    refused = sum(c.verdict == "" and c.kind == "refused" for g in groups for c in g.cases)
    out += [f"{proven} proven, {refused} refused as they should be.", "", "| cases | rule | program | verdict |", "|---|---|---|---|"]
    for g in groups:
        for c in g.cases:
            verdict = "**FAILED**" if c.verdict else "proven" if c.kind == "case" else "refused"
            out.append(f"| {g.name} | {c.rule} | {c.title} | {verdict} |")
    for g in without:
        out.append(f"| {g.name} | | {len(g.cases)} programs | not run: {g.needs} is not there |")
    return "\n".join(out) + "\n"


def main():
    if sys.argv[1:2] == ["--observe"]:
        sys.path.insert(0, str(HERE))
        for folder, state in json.loads(sys.argv[2]):
            print("\n\x01" + json.dumps(observe(pathlib.Path(folder), state)), flush=True)
        os._exit(0)  # not kept by threads that a program left
    arg = argparse.ArgumentParser()
    arg.add_argument("pavise")
    arg.add_argument("work", type=pathlib.Path)
    arg.add_argument("--table", type=pathlib.Path)
    arg.add_argument("--without", action="append", default=[])
    arg.add_argument("--only", default="")
    o = arg.parse_args()
    work = o.work.resolve()
    shutil.rmtree(work, ignore_errors=True)
    groups = [Group(p, work) for p in sorted((HERE / "cases").glob("*.py")) if o.only in p.stem]
    without = [g for g in groups if g.needs in o.without]
    groups = [g for g in groups if g not in without]
    write(groups)
    fix(o.pavise, groups)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(run, parts(groups)))
    failed = 0
    for g in groups:
        for c in g.cases:
            c.verdict = judge(c)
            if c.verdict:
                failed += 1
                print(f"FAIL {g.name}: {c.title} ({c.folder}):\n     {c.verdict}")
    text = table(groups, without)
    if o.table:
        o.table.write_text(text)
    print(text.split("\n")[5])
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()

"""The table of verdicts, for the terminal and for docs/fix-proofs.md."""

from itertools import groupby

HEAD = """# Proofs of the fixes

`make proofs` writes this page. Each case is a small program that is run before and after the fix that `pavise fix` makes: what
it does for honest users has to stay the same, the attack has to work before and to fail after. Where a fix has to be
refused, the program has to stay as it is. The cases are in `proofs/cases`.

"""

GENERATED = """
## Generated statements

Statements that are put together in every way, with values in every place. Those that hold numbers only are no finding. The
others are rewritten: they give the same rows, and take any text as a value.

| driver | statements | rewritten |
|---|---|---|
"""


def words(case):
    """Benign use, the attack before, the attack after."""
    if case.refused:
        return "same", case.verdicts.get("before", ""), f"refused: {case.refused}"
    benign = " and ".join(filter(None, [case.verdicts.get("benign"), case.verdicts.get("repaired")]))
    return benign, case.verdicts.get("before", ""), case.verdicts.get("after", "")


def show(cases, generated, faults, without):
    width = max(len(c.name) for c in cases)
    for c in cases:
        state = "FAIL" if c.fault else "skip" if c.skipped else "ok"
        print(f"{state:4}  {c.name:{width}}  " + (c.skipped or " | ".join(filter(None, words(c)))))
    for c in cases:
        if c.fault:
            print(f"\n--- {c.name}: {c.fault.rstrip()}")
    for fault in faults:
        print(f"\n--- generated statement of {fault.rstrip()}")
    if without:
        print(f"\nfixes without a case: {', '.join(without)}")
    for driver, statements, rewritten in generated:
        print(f"{driver}: {statements} generated statements, {rewritten} rewritten")


def write(cases, generated, without, path):
    """Writes the page and reports whether it changed."""
    page = HEAD + f"{len(cases)} cases of {len({c.fix for c in cases})} fixes"
    page += f"; without a case: {', '.join(without)}.\n" if without else ", which are all that there are.\n"
    for fix, group in groupby(cases, key=lambda c: c.fix):
        page += f"\n## {fix}\n\n| variant | what | benign use | attack before | attack after |\n|---|---|---|---|---|\n"
        for c in group:
            verdict = ("FAILED", "", "") if c.fault else words(c)
            page += "| " + " | ".join(cell.replace("|", "\\|") for cell in (c.variant, c.about, *verdict)) + " |\n"
    page += GENERATED + "".join(f"| {driver} | {statements} | {rewritten} |\n" for driver, statements, rewritten in generated)
    before = path.read_text() if path.exists() else ""
    path.write_text(page)
    return page != before

"""Constants fold, and what cannot run is not run."""

import sys
from typing import TYPE_CHECKING

from probe import sink, source

DEBUG = False
LEVEL = 3
NAMES = ["a", "b", "c"]


def arithmetic_that_always_holds():
    num = 86
    x = source()
    if 7 * 42 - num > 200:
        x = "fixed"
    sink(x)  # clean


def arithmetic_that_never_holds():
    num = 106
    x = source()
    if 7 * 18 + num < 200:
        x = "fixed"
    sink(x)  # tainted


def ternary_of_arithmetic():
    num = 106
    x = source()
    bar = "fixed" if (7 * 18) + num > 200 else x
    sink(bar)  # clean
    baz = x if (7 * 18) + num > 200 else "fixed"
    sink(baz)  # tainted


def every_operator():
    x = source()
    sink(x if 7 // 2 == 3 else "")  # tainted
    sink(x if -7 // 2 == -3 else "")  # clean
    sink(x if -7 % 3 == 2 else "")  # tainted
    sink(x if 2 ** 10 == 1024 else "")  # tainted
    sink(x if 2 ** 10 != 1024 else "")  # clean
    sink(x if 6 & 3 == 2 else "")  # tainted
    sink(x if 6 | 1 == 7 else "")  # tainted
    sink(x if (6 ^ 6) else "")  # clean
    sink(x if 1 << 3 == 9 else "")  # clean
    sink(x if ~5 == -6 else "")  # tainted
    sink(x if 7 / 2 == 3.5 else "")  # tainted
    sink(x if 7 / 2 == 3 else "")  # clean
    sink(x if -(-3) == 3 else "")  # tainted
    sink(x if 1_000 > 999 else "")  # tainted
    sink(x if 0x10 == 15 else "")  # clean


def comparisons():
    x = source()
    sink(x if 1 < 2 < 3 else "")  # tainted
    sink(x if 1 < 5 < 3 else "")  # clean
    sink(x if 3 > 2 >= 2 != 3 else "")  # tainted
    sink(x if "a" < "b" else "")  # tainted
    sink(x if "b" <= "a" else "")  # clean
    sink(x if None is None else "")  # tainted
    sink(x if None is not None else "")  # clean
    sink(x if True == 1 else "")  # tainted
    sink(x if "1" == 1 else "")  # clean
    sink(x if not 0 else "")  # tainted
    sink(x if not "a" else "")  # clean


def membership_of_constants():
    x = source()
    sink(x if "ell" in "hello" else "")  # tainted
    sink(x if "xyz" in "hello" else "")  # clean
    sink(x if 2 in (1, 2) else "")  # tainted
    sink(x if 3 in [1, 2] else "")  # clean
    sink(x if "k" in {"k": 1} else "")  # tainted
    sink(x if "q" not in {"k": 1} else "")  # tainted
    sink(x if "q" in {"a", "b"} else "")  # clean
    sink(x if "a" in {"a", "b"} else "")  # tainted


def short_circuits():
    x = source()
    sink("a" or x)  # clean
    sink("" or x)  # tainted
    sink("" and x)  # clean
    sink("a" and x)  # tainted
    sink(0 or None or "z")  # clean
    sink(x and "fixed")  # clean
    sink(x or "fixed")  # tainted
    sink(not x)  # clean


def dead_branches():
    x = source()
    if False:
        sink(x)  # dead
    if TYPE_CHECKING:
        sink(x)  # dead
    if 0:
        sink(x)  # dead
    elif "":
        sink(x)  # dead
    else:
        sink(x)  # tainted
    while False:
        sink(x)  # dead
    if DEBUG:
        sink(x)  # dead
    if LEVEL > 2:
        sink(x)  # tainted
    else:
        sink(x)  # dead


def after_endless_loop():
    x = source()
    while True:
        x = "fixed"
        if len(NAMES) == 3:
            break
    sink(x)  # clean


def endless_loop_without_break():
    while True:
        if source() != "zz":
            return
    sink(source())  # dead


def loop_else():
    x = source()
    for _ in ():
        x = "fixed"
    else:
        sink(x)  # tainted


def lengths():
    x = source()
    sink(x if len("abc") == 3 else "")  # tainted
    sink(x if len([1, 2]) > 2 else "")  # clean
    sink(x if len(NAMES) == 3 else "")  # tainted
    sink(x if len({}) else "")  # clean
    sink(x if len({"a": 1, "b": 2}) == 2 else "")  # tainted
    sink(x if [] else "")  # clean
    sink(x if [1] else "")  # tainted
    sink(x if {} else "")  # clean
    sink(x if () else "")  # clean


def builtins_of_constants():
    x = source()
    sink(x if int("5") == 5 else "")  # tainted
    sink(x if int("5") == 6 else "")  # clean
    sink(x if int("ff", 16) == 255 else "")  # tainted
    sink(x if ord("A") == 65 else "")  # tainted
    sink(x if chr(65) == "B" else "")  # clean
    sink(x if min(3, 4) == 4 else "")  # clean
    sink(x if max(3, 4) == 4 else "")  # tainted
    sink(x if max([1, 9, 4]) == 9 else "")  # tainted
    sink(x if abs(-3) == 3 else "")  # tainted
    sink(x if sum([1, 2, 3]) == 7 else "")  # clean
    sink(x if bool("") else "")  # clean
    sink(x if str(5) == "5" else "")  # tainted
    sink(x if float("1.5") > 2 else "")  # clean
    sink(x if round(2.6) == 3 else "")  # tainted
    sink(x if isinstance("a", int) else "")  # clean
    sink(x if isinstance(5, int) else "")  # tainted
    sink(x if any([0, ""]) else "")  # clean
    sink(x if all([1, "a"]) else "")  # tainted


def methods_of_constants():
    x = source()
    sink(x if "Abc".lower() == "abc" else "")  # tainted
    sink(x if "abc".upper() == "abc" else "")  # clean
    sink(x if "abc".startswith("ab") else "")  # tainted
    sink(x if "abc".endswith("ab") else "")  # clean
    sink(x if "a,b".split(",")[1] == "b" else "")  # tainted
    sink(x if "abc".find("c") == 2 else "")  # tainted
    sink(x if "abc".index("b") == 2 else "")  # clean
    sink(x if "abc".replace("a", "z") == "zbc" else "")  # tainted
    sink(x if "-".join(["a", "b"]) == "a-b" else "")  # tainted
    sink(x if "  a ".strip() == "a" else "")  # tainted
    sink(x if "12".isdigit() else "")  # tainted
    sink(x if "ab".isdigit() else "")  # clean
    sink(x if "abc"[::-1] == "cba" else "")  # tainted
    sink(x if "abcdef"[1:3] == "bc" else "")  # tainted
    sink(x if "abcdef"[1:3] == "cd" else "")  # clean
    sink(x if "ab" * 2 == "abab" else "")  # tainted
    sink(x if "aXb".count("X") == 1 else "")  # tainted
    sink(x if "%d-%s" % (1, "a") == "1-a" else "")  # tainted
    sink(x if "{}".format("q") == "z" else "")  # clean
    sink(x if f"{1}{'a'}" == "1a" else "")  # tainted
    sink(x if "a".zfill(3) == "00a" else "")  # tainted
    sink(x if "ab".center(4, "-") == "-ab-" else "")  # tainted
    sink(x if "abc".removeprefix("a") == "bc" else "")  # tainted
    sink(x if "a b".title() == "A B" else "")  # tainted
    sink(x if "abc".encode() == b"abc" else "")  # tainted


def versions():
    x = source()
    if sys.version_info >= (3, 0):
        sink(x)  # tainted
    else:
        sink(x)  # dead
    if sys.version_info[0] == 2:
        sink(x)  # dead
    if sys.version_info.major < 3:
        sink(x)  # dead
    if sys.version_info < (3,):
        sink(x)  # dead


def match_on_a_letter():
    possible = "ABC"
    guess = possible[1]
    x = source()
    match guess:
        case "A":
            bar = x
        case "B":
            bar = "bob"
        case "C" | "D":
            bar = x
        case _:
            bar = "bob's uncle"
    sink(bar)  # clean


def match_on_another_letter():
    possible = "ABC"
    guess = possible[2]
    x = source()
    match guess:
        case "A":
            bar = "a"
        case "C" | "D":
            bar = x
        case _:
            bar = "else"
    sink(bar)  # tainted


def match_with_guards():
    x = source()
    match 5:
        case n if n > 7:
            sink(x)  # dead
        case 5 if True:
            sink(x)  # tainted
        case _:
            sink(x)  # dead


def match_kinds():
    x = source()
    match None:
        case True:
            sink(x)  # dead
        case None:
            sink(x)  # tainted
    match -1:
        case 1:
            sink(x)  # dead
        case -1:
            sink(x)  # tainted
    match "k":
        case str():
            sink(x)  # tainted
        case _:
            sink(x)  # dead
    match 5:
        case str():
            sink(x)  # dead
        case int() | float():
            sink(x)  # tainted


def match_on_a_sequence():
    match ["go", source()]:
        case ["stop", arg]:
            sink(arg)  # dead
        case ["go", arg]:
            sink(arg)  # tainted
    match ("x", source()):
        case (name, value):
            sink(name)  # clean
            sink(value)  # tainted


def match_on_a_mapping():
    match {"a": source(), "b": "x"}:
        case {"c": v}:
            sink(v)  # dead
        case {"a": v, "b": w}:
            sink(v)  # tainted
            sink(w)  # clean


def match_that_always_matches_first():
    x = source()
    match x:
        case "a" | "b":
            sink(x)  # clean
        case "c":
            sink(x)  # clean
        case _:
            sink(x)  # tainted


def match_captures():
    match source():
        case "a" as letter:
            sink(letter)  # clean
        case ("b" | "c") as letter:
            sink(letter)  # clean
        case other:
            sink(other)  # tainted


def counting():
    i = 0
    i += 5
    i *= 2
    x = source()
    if i == 10:
        x = "fixed"
    sink(x)  # clean


def flags():
    x = source()
    ok = True
    if ok:
        x = "fixed"
    sink(x)  # clean
    y = source()
    bad = not ok
    if not bad:
        y = "fixed"
    sink(y)  # clean


def several_constants():
    kind = "a" if source() else "b"
    x = source()
    if kind == "c":
        sink(x)  # dead
    if kind in ("a", "b"):
        x = "fixed"
    sink(x)  # clean


def asserts():
    x = source()
    assert x == "a"
    sink(x)  # clean


def unreachable_after_raise():
    raise ValueError(source())
    sink(source())  # dead


def try_and_return():
    x = source()
    try:
        x = "fixed"
    finally:
        pass
    sink(x)  # clean


def handlers_that_leave():
    x = source()
    try:
        x = str(int(x))
    except ValueError:
        return
    sink(x)  # clean


def handlers_that_go_on():
    x = source()
    try:
        x = str(int(x))
    except ValueError:
        pass
    sink(x)  # tainted


def nested_constants():
    def limit():
        return 10
    x = source()
    if limit() < 5:
        sink(x)  # dead
    else:
        sink(x)  # tainted

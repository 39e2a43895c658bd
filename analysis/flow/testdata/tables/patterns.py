"""Regular expressions as guards: what a pattern lets through decides."""

import re

from probe import cmd, html, path, sink, source, sql

WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
ANCHORED = re.compile(r"^[a-z0-9_]+\Z")
DOLLAR = re.compile(r"^[a-z0-9_]+$")
UNANCHORED = re.compile(r"[a-z0-9_]+")
ANYTHING = re.compile(r".+")
QUOTES = re.compile(r"[a-z'\" ]+")
FLAGS = re.compile(r"[a-z]+", re.IGNORECASE)


def full_matches():
    x = source()
    if re.fullmatch(r"[a-z]+", x):
        sink(x)  # clean
    if re.fullmatch(r"\d{1,10}", x):
        sink(x)  # clean
    if re.fullmatch(r"[0-9]{4}", x):
        sink(x)  # clean
    if re.fullmatch(r"(?:asc|desc|a)", x):
        sink(x)  # clean
    if re.fullmatch(r"(a|b|c)", x, re.I):
        sink(x)  # clean
    if re.fullmatch(r"(?P<w>[a-z]+)", x):
        sink(x)  # clean
    if re.fullmatch(r"[a-f0-9]{8}|[a-z]+", x):
        sink(x)  # clean
    if re.fullmatch(r"[^'\"]*", x):
        html(x)  # tainted # not run
    if re.fullmatch(r".*", x):
        sink(x)  # tainted
    if re.fullmatch(r"[\s\S]*", x):
        sink(x)  # tainted
    if re.fullmatch(r"\S+", x):
        sink(x)  # tainted
    if re.fullmatch(r"\W+", x):
        sink(x)  # tainted
    if re.fullmatch(r"a.*", x):
        sink(x)  # tainted
    if re.fullmatch(r"a|.+", x):
        sink(x)  # tainted
    if re.fullmatch(r"[a-z]+(.*)?", x):
        sink(x)  # tainted


def by_kind():
    x = source()
    if re.fullmatch(r"[a-z'<>;]*", x):
        sql(x)  # tainted # not run
        html(x)  # tainted # not run
        cmd(x)  # tainted # not run
    if re.fullmatch(r"[\w ;]*", x):
        html(x)  # clean
        cmd(x)  # tainted # not run
    if re.fullmatch(r"[\w.-]+", x):
        path(x)  # weak # not run
        html(x)  # clean
        cmd(x)  # clean
    if re.fullmatch(r"\w+\.\w+", x):
        path(x)  # clean
    if re.fullmatch(r"[\w/]+", x):
        path(x)  # tainted
    if re.fullmatch(r"[\w\-]+", x):
        path(x)  # clean
    if re.fullmatch(r"[ -~]+", x):
        html(x)  # tainted # not run
        sql(x)  # tainted # not run
    if re.fullmatch(r"[+-/]+", x):
        path(x)  # tainted # not run
    if re.fullmatch(r"[^/\\.]+", x):
        path(x)  # clean


def compiled():
    x = source()
    if WORD.fullmatch(x):
        sink(x)  # clean
    if ANCHORED.match(x):
        sink(x)  # clean
    if ANYTHING.fullmatch(x):
        sink(x)  # tainted
    if QUOTES.fullmatch(x):
        sql(x)  # tainted # not run
    if FLAGS.fullmatch(x):
        sink(x)  # clean
    p = re.compile("[ab]")
    if p.fullmatch(x):
        sink(x)  # clean


def anchored_by_hand():
    x = source()
    if re.match(r"^[a-z0-9_]+\Z", x):
        sink(x)  # clean
    if re.match(r"[a-z0-9_]+\Z", x):
        sink(x)  # clean
    if re.search(r"\A[a-z0-9_]+\Z", x):
        sink(x)  # clean
    if re.search(r"^[a-z0-9_]+\Z", x):
        sink(x)  # clean
    if re.match(r"^(?:a|b)\Z", x):
        sink(x)  # clean
    if re.match(r"^a|b\Z", x):
        sink(x)  # tainted


def not_anchored():
    x = source()
    if re.match(r"[a-z]+", x):
        sink(x)  # tainted
    if re.search(r"[a-z]+", x):
        sink(x)  # tainted
    if UNANCHORED.match(x):
        sink(x)  # tainted
    if re.search(r"[a-z]+\Z", x):
        sink(x)  # tainted by design # not run
    if re.search(r"^[a-z]+\Z", x, re.MULTILINE):
        sink(x)  # tainted by design # not run


def negated():
    x = source()
    if not re.fullmatch(r"[a-z]+", x):
        sink(x)  # tainted
        return
    sink(x)  # clean


def compared_with_none():
    x = source()
    if re.fullmatch(r"[a-z]+", x) is None:
        return
    sink(x)  # clean


def compared_with_none_the_other_way():
    x = source()
    if re.fullmatch(r"[a-z]+", x) is not None:
        sink(x)  # clean
    else:
        sink(x)  # tainted


def by_walrus():
    x = source()
    if (m := WORD.fullmatch(x)):
        sink(m.group())  # clean
        sink(m[0])  # clean
        sink(x)  # clean
    if m := re.fullmatch(r"(a+)(.*)", x):
        sink(m.group(1))  # clean
        sink(m.group(2))  # tainted
        sink(x)  # tainted


def by_variable():
    x = source()
    m = WORD.fullmatch(x)
    if m:
        sink(x)  # clean
    if not m:
        return
    sink(x)  # clean
    sink(m.group(0))  # clean


def groups():
    m = re.search(r"id=(\d+)&name=(?P<name>.*)", "id=5&name=" + source())
    sink(m.group(1))  # clean
    sink(m.group("name"))  # tainted
    sink(m["name"])  # tainted
    sink(m.groupdict()["name"])  # tainted
    n, name = m.groups()
    sink(n)  # clean
    sink(name)  # tainted


def forbidden_characters():
    x = source()
    if re.search(r"[^a-z0-9_]", x):
        return
    sink(x)  # clean


def forbidden_characters_kept():
    x = source()
    if re.search(r"[^a-z0-9_'\"<>☠;]", x):
        return
    sink(x)  # tainted


def forbidden_by_other():
    x = source()
    if re.search(r"\W", x, re.ASCII):
        return
    sink(x)  # clean


def raising():
    x = source()
    if not WORD.fullmatch(x):
        raise ValueError(x)
    sql(f"SELECT * FROM {x}")  # clean


def patterns_from_outside():
    x = source()
    if re.fullmatch(source(), x):
        sink(x)  # tainted


def _valid_name(name):
    return bool(WORD.fullmatch(name))


def _valid_name_or_raise(name):
    if not re.fullmatch(r"\w{1,30}", name):
        raise ValueError(name)
    return name


def in_helpers():
    x = source()
    if _valid_name(x):
        sink(x)  # clean
    sink(_valid_name_or_raise(x))  # clean
    sink(x)  # clean


def all_of_a_list():
    xs = [source()]
    if all(WORD.fullmatch(v) for v in xs):
        sink(xs)  # clean
    if all(re.match("a", v) for v in xs):
        sink(xs)  # tainted
    sink([v for v in xs if WORD.fullmatch(v)])  # clean
    sink(list(filter(WORD.fullmatch, xs)))  # clean


def verbose_and_lookaround():
    x = source()
    if re.fullmatch(r"(?=[a-z]).*", x):
        sink(x)  # tainted
    if re.fullmatch(r"(?!a)[b-z]+", x):
        sink(x)  # clean
    if re.fullmatch(r"""
            [a-z]+   # letters 'only'
            """, x, re.VERBOSE):
        sink(x)  # clean

"""Strict guards: what a test proves of a value, and where it does so."""

import enum
import functools
import os
import sys

from probe import cmd, html, sink, source, sql

ALLOWED = {"a", "b"}
ALLOWED_LIST = ["a", "b"]
ALLOWED_TUPLE = ("a", "b")
FROZEN = frozenset(["a", "b"])
TABLE = {"a": "x", "b": "y"}
FUNCTIONS = {"a": len, "b": str}
JOINED = ALLOWED | {"c"}
GROWING = []
SPLIT = "a b c".split()


class Color(enum.Enum):
    A = "a"
    B = "b"


class Config:
    COLUMNS = ("a", "b")
    NAMES = {"a": "x"}


def in_displays():
    x = source()
    if x in ("a", "b"):
        sink(x)  # clean
    else:
        sink(x)  # tainted
    if x in ["a", "b"]:
        sink(x)  # clean
    if x in {"a", "b"}:
        sink(x)  # clean
    if x in {"a": 1}:
        sink(x)  # clean
    sink(x)  # tainted


def in_constants():
    x = source()
    if x in ALLOWED:
        sink(x)  # clean
    if x in ALLOWED_LIST:
        sink(x)  # clean
    if x in ALLOWED_TUPLE:
        sink(x)  # clean
    if x in FROZEN:
        sink(x)  # clean
    if x in TABLE:
        sink(x)  # clean
    if x in TABLE.keys():
        sink(x)  # clean
    if x in TABLE.values():
        sink(x)  # clean
    if x in FUNCTIONS:
        sink(x)  # clean
    if x in JOINED:
        sink(x)  # clean
    if x in SPLIT:
        sink(x)  # clean
    if x in list(ALLOWED):
        sink(x)  # clean
    if x in sorted(ALLOWED):
        sink(x)  # clean
    if x in Config.COLUMNS:
        sink(x)  # clean
    if x in Config.NAMES:
        sink(x)  # clean
    if x in Color.__members__:
        sink(x)  # clean
    if x in [c.value for c in Color]:
        sink(x)  # clean
    if x in {c.name for c in Color}:
        sink(x)  # clean
    if x in (k for k in TABLE):
        sink(x)  # clean
    sink(x)  # tainted


def in_what_the_client_sent():
    x = source()
    if x in [source(), "a"]:
        sink(x)  # tainted
    if x in source():
        sink(x)  # tainted
    if x in [x]:
        sink(x)  # tainted
    if x in source().split(","):
        sink(x)  # tainted


def early_return():
    x = source()
    if x not in ALLOWED:
        return
    sink(x)  # clean


def early_raise():
    x = source()
    if x not in ALLOWED:
        raise ValueError(x)
    sink(x)  # clean


def early_exit():
    x = source()
    if not x in ALLOWED:
        sys.exit(1)
    sink(x)  # clean


def early_exit_by_builtin():
    x = source()
    if x not in ALLOWED:
        exit()
    sink(x)  # clean


def early_nothing():
    x = source()
    if x not in ALLOWED:
        print("odd")
    sink(x)  # tainted


def continue_and_break():
    for x in [source(), "a"]:
        if x not in ALLOWED:
            continue
        sink(x)  # clean
    for x in [source(), "a"]:
        if x not in ALLOWED:
            break
        sink(x)  # clean
    for x in [source(), "a"]:
        if x in ALLOWED:
            continue
        sink(x)  # tainted


def until_allowed():
    x = source()
    tries = 0
    while x not in ALLOWED:
        x = source()
        tries += 1
        if tries > 3:
            return
    sink(x)  # clean


def defaulted():
    x = source()
    if x not in ALLOWED:
        x = "a"
    sink(x)  # clean


def defaulted_by_ternary():
    x = source()
    x = x if x in ALLOWED else "a"
    sink(x)  # clean
    y = source()
    y = "a" if y not in ALLOWED else y
    sink(y)  # clean
    z = source()
    z = z if z else "a"
    sink(z)  # tainted


def equality():
    x = source()
    if x == "a":
        sink(x)  # clean
    elif "b" == x:
        sink(x)  # clean
    elif x == "x" or x == "5":
        sink(x)  # clean
    elif x != "admin":
        sink(x)  # tainted
    else:
        sink(x)  # clean


def equality_with_data():
    x = source()
    if x == source():
        sink(x)  # tainted
    y = source()
    if x == y:
        sink(x)  # tainted


def equality_with_constant_variable():
    x = source()
    want = "a"
    if x == want:
        sink(x)  # clean
    if x == ALLOWED_LIST[0]:
        sink(x)  # clean
    if x == Color.A.value:
        sink(x)  # clean


def chained_comparison():
    x = source()
    if "a" == x != "b":
        sink(x)  # clean
    if "a" <= x <= "z":
        sink(x)  # tainted


def and_or():
    x, y = source(), source()
    if x in ALLOWED and y in ALLOWED:
        sink(x + y)  # clean
    if x in ALLOWED or y in ALLOWED:
        sink(x)  # tainted
    if x in ALLOWED or x in ("c", "d"):
        sink(x)  # clean
    if not (x in ALLOWED and len(x) == 1):
        return
    sink(x)  # clean


def or_returns():
    x = source()
    if not x or x not in ALLOWED:
        return
    sink(x)  # clean


def and_returns():
    x = source()
    if len(x) > 3 and x not in ALLOWED:
        return
    sink(x)  # tainted


def short_circuit_values():
    x = source()
    sink(x in ALLOWED and x)  # clean
    sink((x in ALLOWED and x) or "a")  # clean
    sink(x not in ALLOWED or x)  # clean
    sink(x not in ALLOWED and x)  # tainted
    sink(x if x in ALLOWED else "")  # clean
    sink(x if x not in ALLOWED else "")  # tainted
    sink(x.isdigit() and x)  # clean
    sink(x in ALLOWED or x)  # tainted


def test_in_a_variable():
    x = source()
    ok = x in ALLOWED
    if ok:
        sink(x)  # clean
    else:
        sink(x)  # tainted
    bad = x not in ALLOWED
    if bad:
        return
    sink(x)  # clean


def two_tests_in_variables():
    x = source()
    is_a = x == "a"
    is_b = x == "b"
    if is_a or is_b:
        sink(x)  # clean
    valid = is_a and len(x) < 9
    if not valid:
        return
    sink(x)  # clean


def test_compared():
    x = source()
    if (x in ALLOWED) is True:
        sink(x)  # clean
    if (x in ALLOWED) == False:
        return
    sink(x)  # clean


def double_negation():
    x = source()
    if not x not in ALLOWED:
        sink(x)  # clean
    if not not x in ALLOWED:
        sink(x)  # clean
    if bool(x in ALLOWED):
        sink(x)  # clean


def digits():
    x = source()
    if x.isdigit():
        sink(x)  # clean
    if x.isdecimal():
        sink(x)  # clean
    if x.isnumeric():
        sink(x)  # clean
    if x.isalnum():
        sink(x)  # clean
    if x.isalpha():
        sink(x)  # clean
    if x.isidentifier():
        sink(x)  # clean
    if x and x.isdigit():
        sink(x)  # clean
    if not x.isdigit():
        sink(x)  # tainted
        return
    sink(x)  # clean


def says_nothing():
    x = source()
    if x:
        sink(x)  # tainted
    if len(x) < 10:
        sink(x)  # tainted
    if x is not None:
        sink(x)  # tainted
    if isinstance(x, str):
        sink(x)  # tainted
    if x.isprintable():
        sink(x)  # tainted
    if x.islower() or True:
        sink(x)  # tainted
    if x != "":
        sink(x)  # tainted
    if x > "a":
        sink(x)  # tainted
    if hasattr(x, "lower"):
        sink(x)  # tainted
    if type(x) is str:
        sink(x)  # tainted
    if x.strip():
        sink(x)  # tainted


def empty():
    x = source()
    if not x:
        sink(x)  # clean
    if x == "":
        sink(x)  # clean
    if len(x) == 0:
        sink(x)  # clean
    if x is None:
        sink(x)  # clean # not run


def of_a_type():
    x = source()
    if x == "5":
        x = int(x)
    if isinstance(x, int):
        sink(x)  # clean
    if isinstance(x, (int, float)):
        sink(x)  # clean
    if isinstance(x, (int, str)):
        sink(x)  # tainted
    if type(x) is int:
        sink(x)  # clean
    if type(x) == int:
        sink(x)  # clean
    if not isinstance(x, int):
        return
    sink(x)  # clean


def converted_in_try():
    x = source()
    try:
        int(x)
    except ValueError:
        return
    sink(x)  # clean


def converted_in_try_with_else():
    x = source()
    try:
        n = int(x)
    except ValueError:
        sink(x)  # tainted
    else:
        sink(x)  # clean
        sink(n)  # clean


def converted_and_ignored():
    x = source()
    try:
        int(x)
    except ValueError:
        pass
    sink(x)  # tainted


def converted_under_a_condition():
    x = source()
    if len(x) > 1:
        try:
            float(x)
        except ValueError:
            return
    sink(x)  # tainted


def looked_up_in_try():
    x = source()
    try:
        TABLE[x]
    except KeyError:
        return
    sink(x)  # clean


def looked_up_value():
    x = source()
    try:
        y = TABLE[x]
    except KeyError:
        y = "z"
    sink(y)  # clean
    sink(TABLE.get(x, "z"))  # clean
    z = TABLE.get(x)
    if z is None:
        return
    sink(z)  # clean
    sink(x)  # clean


def looked_up_by_index():
    x = source()
    try:
        i = ALLOWED_LIST.index(x)
    except ValueError:
        return
    sink(ALLOWED_LIST[i])  # clean
    sink(x)  # clean


def enum_by_value():
    x = source()
    try:
        Color(x)
    except ValueError:
        return
    sink(x)  # clean


def enum_by_name():
    x = source()
    try:
        c = Color[x.upper()]
    except KeyError:
        return
    sink(c.value)  # clean


def matched():
    x = source()
    match x:
        case "a" | "b":
            sink(x)  # clean
        case y if y in JOINED:
            sink(y)  # clean
        case _ if x == "admin":
            sink(x)  # clean
        case _:
            sink(x)  # tainted


def matched_and_left():
    x = source()
    match x:
        case "a" | "b":
            pass
        case _:
            return
    sink(x)  # clean


def any_equals():
    x = source()
    if any(x == a for a in ALLOWED):
        sink(x)  # clean
    if any(x == a for a in ("a", "b")):
        sink(x)  # clean
    if not any(x == a for a in ALLOWED):
        return
    sink(x)  # clean


def any_starts():
    x = source()
    if any(x.startswith(a) for a in ALLOWED):
        sql(x)  # tainted


def all_of_them():
    x = source()
    if all(c in "abcdef0123456789" for c in x):
        sink(x)  # clean
    if all(c.isalnum() for c in x):
        sink(x)  # clean
    if all(c.isalnum() or c == "_" for c in x):
        sink(x)  # clean
    if all(c in "abc'\"<>☠;" for c in x):
        sink(x)  # tainted
    if any(c not in "abcdef" for c in x):
        return
    sink(x)  # clean


def any_of_them():
    x = source()
    if any(c in "abc" for c in x):
        sink(x)  # tainted


def subsets():
    x = source()
    if set(x) <= set("abcdef"):
        sink(x)  # clean
    if set(x).issubset("abcdef"):
        sink(x)  # clean
    if not set(x) - set("abcdef"):
        sink(x)  # clean
    xs = [source()]
    if set(xs) <= ALLOWED:
        sink(xs)  # clean
    if not set(xs).issubset(ALLOWED):
        return
    sink(xs)  # clean


def lists_of_values():
    xs = [source(), source()]
    if all(v in ALLOWED for v in xs):
        sink(xs)  # clean
        sink(",".join(xs))  # clean
    for v in xs:
        if v not in ALLOWED:
            return
    sink(xs)  # clean


def filtered():
    xs = [source(), "a"]
    sink([v for v in xs if v in ALLOWED])  # clean
    sink([v for v in xs if v not in ALLOWED])  # tainted
    sink([v for v in xs if v.isdigit()])  # clean
    sink([v for v in xs if v and v in ALLOWED])  # clean
    sink(list(filter(lambda v: v in ALLOWED, xs)))  # clean
    sink(list(filter(str.isdigit, xs)))  # clean
    sink(",".join(v for v in xs if v in ALLOWED))  # clean
    sink([v if v in ALLOWED else "a" for v in xs])  # clean
    sink(ALLOWED.intersection(xs))  # clean
    sink(set(xs) & ALLOWED)  # clean
    sink([a for a in ALLOWED if a in xs])  # clean


def _check(v):
    if v not in ALLOWED:
        raise ValueError(v)


def _is_ok(v):
    return v in ALLOWED


def _is_ok_at_length(v):
    if not v:
        return False
    for a in ALLOWED:
        if v == a:
            return True
    return False


def _is_bad(v):
    return v not in ALLOWED


def _cleaned(v):
    if v in ALLOWED:
        return v
    return "a"


def _checked(v):
    _check(v)
    return v


def _not_really(v):
    return v is not None


def _number(v):
    try:
        int(v)
        return True
    except ValueError:
        return False


def _or_none(v):
    return v if v in ALLOWED else None


def _abort(message):
    raise RuntimeError(message)


def helpers():
    x = source()
    if _is_ok(x):
        sink(x)  # clean
    if not _is_bad(x):
        sink(x)  # clean
    if _is_ok_at_length(x):
        sink(x)  # clean
    if _number(x):
        sink(x)  # clean
    if _not_really(x):
        sink(x)  # tainted
    sink(_cleaned(x))  # clean
    sink(x)  # tainted
    sink(_or_none(x))  # clean
    y = _or_none(x)
    if y is None:
        return
    sink(y)  # clean


def helper_that_raises():
    x = source()
    _check(x)
    sink(x)  # clean


def helper_that_returns():
    x = source()
    y = _checked(x)
    sink(y)  # clean
    sink(x)  # clean


def helper_that_aborts():
    x = source()
    if x not in ALLOWED:
        _abort("no")
    sink(x)  # clean


def helper_in_try():
    x = source()
    try:
        _check(x)
    except ValueError:
        x = "a"
    sink(x)  # clean


def helper_in_try_ignored():
    x = source()
    try:
        _check(x)
    except ValueError:
        pass
    sink(x)  # tainted


class Form:
    choices = ("a", "b")

    def __init__(self, data):
        self.data = data
        self.cleaned = None

    def is_valid(self):
        return self.data in self.choices

    def clean(self):
        if self.data not in self.choices:
            raise ValueError(self.data)
        return self.data

    def run(self):
        if self.data not in self.choices:
            return
        sink(self.data)  # clean

    def shout(self):
        sink(self.data)  # tainted


def methods():
    f = Form(source())
    if f.is_valid():
        sink(f.data)  # clean
    sink(f.data)  # tainted
    f.run()
    f.shout()
    sink(f.clean())  # clean


def asserted():
    x = source()
    assert x in ALLOWED
    sink(x)  # clean


def walrus():
    if (x := source()) in ALLOWED:
        sink(x)  # clean
    if (y := source()) not in ALLOWED:
        return
    sink(y)  # clean


def guard_lost_by_rebinding():
    x = source()
    if x in ALLOWED:
        x = source()
        sink(x)  # tainted


def guard_lost_by_growing():
    x = source()
    if x not in ALLOWED and x != "":
        return
    x += source()
    sink(x)  # tainted


def guard_lost_in_a_loop():
    x = source()
    if x not in ALLOWED:
        return
    for _ in range(2):
        sink(x)  # tainted
        x = source()


def guard_on_another():
    x, y = source(), source()
    if x in ALLOWED:
        sink(y)  # tainted


def guard_on_a_copy():
    x = source()
    y = x
    if y in ALLOWED:
        sink(x)  # clean
        sink(y)  # clean


def guard_on_lowered():
    x = source()
    if x.lower() in ALLOWED:
        sink(x)  # clean
        sink(x.lower())  # clean
    if x.strip() not in ALLOWED:
        return
    sink(x.strip())  # clean


def guard_on_a_part():
    x = source()
    if x[:1] in ALLOWED:
        sink(x)  # tainted
    if x.split("☠")[0] in ALLOWED:
        sink(x)  # tainted
    if x[0] == "a":
        sink(x)  # tainted
    if len(x) in (1, 2, 30):
        sink(x)  # tainted


def guard_on_keys():
    d = {"k": source(), "j": source()}
    if d["k"] in ALLOWED:
        sink(d["k"])  # clean
        sink(d["j"])  # tainted
    if d.get("k") not in ALLOWED:
        return
    sink(d["k"])  # clean


def guard_after_the_sink():
    x = source()
    sink(x)  # tainted
    if x not in ALLOWED:
        return


def growing_list():
    x = source()
    GROWING.append(x)
    if x in GROWING:
        sink(x)  # tainted


def known_users():
    users = {}
    x = source()
    users[x] = "y"
    if x in users:
        sink(x)  # tainted


def blacklists():
    x = source()
    if "'" in x:
        return
    sql(x)  # weak # not run


def html_clean_is_not_sql_clean():
    import html as h
    x = h.escape(source(), quote=False)
    html(x)  # clean
    sql(x)  # tainted


def _only_allowed(fn):
    @functools.wraps(fn)
    def wrapper(v, *args):
        if v not in ALLOWED:
            return None
        return fn(v, *args)
    return wrapper


@_only_allowed
def _shown(v):
    sink(v)  # clean
    return v


def in_decorator():
    sink(_shown(source()))  # clean


def environment():
    mode = os.environ.get("PAVISE_NO_SUCH", "a")
    if mode not in ALLOWED:
        return
    sink(mode)  # clean


def nested_guards():
    x = source()
    if len(x) < 100:
        if x in ALLOWED:
            if x != "b":
                sink(x)  # clean
    sink(x)  # tainted


def flag_style():
    x = source()
    valid = False
    if x in ALLOWED:
        valid = True
    if valid:
        sink(x)  # clean
    else:
        sink(x)  # tainted


def error_style():
    x = source()
    error = None
    if not x:
        error = "empty"
    elif x not in ALLOWED:
        error = "unknown"
    if error is None:
        sink(x)  # clean
    if error:
        return
    sink(x)  # clean


def errors_list_style():
    x = source()
    errors = []
    if x not in ALLOWED:
        errors.append("unknown")
    if errors:
        return
    sink(x)  # clean


def else_of_for():
    x = source()
    for a in ALLOWED_LIST:
        if x == a:
            break
    else:
        return
    sink(x)  # clean


def found_in_loop():
    x = source()
    chosen = None
    for a in ALLOWED_LIST:
        if x == a:
            chosen = a
    sink(chosen)  # clean


def column_and_direction():
    col, direction = source(), source()
    if col not in ALLOWED:
        col = "a"
    direction = "DESC" if direction.lower() == "desc" else "ASC"
    sql(f"SELECT * FROM t ORDER BY {col} {direction}")  # clean


def _request():
    return {"a": source(), "b": source()}


class Session:
    def __init__(self):
        self.kind = source()

    def open(self):
        if self.kind not in ALLOWED:
            raise ValueError(self.kind)
        sink(self.kind)  # clean

    def shut(self):
        sink(self.kind)  # tainted


def of_fields():
    try:
        Session().open()
    except ValueError:
        pass
    Session().shut()

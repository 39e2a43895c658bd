"""Calls: arguments, closures, decorators, generators, globals."""

import asyncio
import functools
from contextlib import asynccontextmanager, contextmanager

from probe import sink, source


def _same(x):
    return x


def _constant(x):
    return "fixed"


def _second(a, b="d", *rest, c="e", **more):
    return b


def _named(a, *, c="e"):
    return c


def _rest(*args):
    return args


def _more(**kwargs):
    return kwargs


def _on(*args, **kwargs):
    return _second(*args, **kwargs)


def arguments():
    x = source()
    sink(_same(x))  # tainted
    sink(_constant(x))  # clean
    sink(_second("a", x))  # tainted
    sink(_second(x, "b"))  # clean
    sink(_second(x))  # clean
    sink(_second(b=x, a="a"))  # tainted
    sink(_second(a=x, b="b"))  # clean
    sink(_second("a", "b", x))  # clean
    sink(_second("a", c=x))  # clean
    sink(_named("a", c=x))  # tainted
    sink(_named(x))  # clean
    sink(_second(*["a", x]))  # tainted
    sink(_second(*[x, "b"]))  # clean
    sink(_second(**{"a": x, "b": "b"}))  # clean
    sink(_second(**{"a": "a", "b": x}))  # tainted


def collected():
    x = source()
    sink(_rest("a", x)[0])  # clean
    sink(_rest("a", x)[1])  # tainted
    sink(_more(a="a", b=x)["a"])  # clean
    sink(_more(a="a", b=x)["b"])  # tainted
    sink(_on("a", x))  # tainted
    sink(_on(x, "b"))  # clean
    sink(_on("a", b=x))  # tainted
    sink(_on(x, b="b"))  # clean


def _default(x=source()):
    return x


def _mutable(x, into=[]):
    into.append(x)
    return into


def defaults():
    sink(_default())  # tainted
    sink(_default("a"))  # clean
    sink(_mutable("a", []))  # clean
    sink(_mutable(source(), []))  # tainted


def _fill(d, v):
    d["k"] = v


def _add(items, v):
    items.append(v)


def written_by_callee():
    d = {}
    _fill(d, source())
    sink(d["k"])  # tainted
    _fill(d, "x")
    sink(d["k"])  # clean
    a = []
    _add(a, "x")
    sink(a)  # clean
    _add(a, source())
    sink(a)  # tainted


def several_returns():
    def pick(flag, a, b):
        if flag:
            return a
        return b
    sink(pick(True, "a", source()))  # clean
    sink(pick(False, "a", source()))  # tainted
    sink(pick(len(source()) > 3, "a", source()))  # tainted

    def two(a, b):
        return a, b
    p, q = two("a", source())
    sink(p)  # clean
    sink(q)  # tainted


def closures():
    x = source()
    y = "safe"

    def inner():
        return x

    def other():
        return y
    sink(inner())  # tainted
    sink(other())  # clean

    def make(v):
        def get():
            return v
        return get
    sink(make(x)())  # tainted
    sink(make("a")())  # clean

    def counter():
        n = "a"

        def step(v):
            nonlocal n
            n = v
            return n
        return step
    sink(counter()(x))  # tainted
    sink(counter()("b"))  # clean


def nonlocal_state():
    state = "a"

    def put(v):
        nonlocal state
        state = v
    sink(state)  # clean
    put(source())
    sink(state)  # tainted
    put("b")
    sink(state)  # clean


def shared_by_closure():
    found = []
    table = {}

    def visit(v):
        found.append(v)
        table["k"] = v
    visit(source())
    sink(found)  # tainted
    sink(table["k"])  # tainted


def lambdas():
    x = source()
    sink((lambda v: v)(x))  # tainted
    sink((lambda v: "a")(x))  # clean
    f = lambda v, w="d": w
    sink(f(x))  # clean
    sink(f("a", x))  # tainted
    table = {"same": lambda v: v, "fixed": lambda v: "a", "named": _constant}
    sink(table["same"](x))  # tainted
    sink(table["fixed"](x))  # clean
    sink(table["named"](x))  # clean
    sink(table.get("fixed")(x))  # clean
    g = _constant if x else (lambda v: "b")
    sink(g(x))  # clean
    h = _constant if len(x) > 5 else _same
    sink(h(x))  # tainted
    key = x
    for f in (_constant, lambda v: "b"):
        sink(f(key))  # clean
    for f in [_constant, _same]:
        sink(f(key))  # tainted


def chosen_function():
    table = {"a": _same, "b": _constant}
    name = source()[:1]
    if name in table:
        sink(table[name](source()))  # tainted
    harmless = {"a": _constant, "b": lambda v: "q"}
    if name in harmless:
        sink(harmless[name](source()))  # clean


def _logged(fn):
    @functools.wraps(fn)
    def wrapper(*args, **kwargs):
        return fn(*args, **kwargs)
    return wrapper


def _cleaning(fn):
    @functools.wraps(fn)
    def wrapper(v):
        return fn(str(len(v)))
    return wrapper


def _replacing(fn):
    def wrapper(*args, **kwargs):
        return "fixed"
    return wrapper


def _tagged(tag):
    def deco(fn):
        @functools.wraps(fn)
        def wrapper(*args, **kwargs):
            return tag + fn(*args, **kwargs)
        return wrapper
    return deco


def _checked(fn):
    @functools.wraps(fn)
    def wrapper(v):
        if v not in ("a", "b"):
            raise ValueError(v)
        return fn(v)
    return wrapper


def _checked_loosely(fn):
    @functools.wraps(fn)
    def wrapper(v):
        if v not in ("a", "b"):
            print("odd")
        return fn(v)
    return wrapper


def _registering(fn):
    return fn


@_logged
def _d1(v):
    return v


@_cleaning
def _d2(v):
    return v


@_replacing
def _d3(v):
    return v


@_tagged("t")
def _d4(v):
    return v


@_checked
def _d5(v):
    return v


@_checked_loosely
def _d6(v):
    return v


@_registering
@_logged
def _d7(v):
    return v


@functools.lru_cache(maxsize=None)
def _d8(v):
    return v


@functools.cache
def _d9(v):
    return "fixed"


def decorators():
    x = source()
    sink(_d1(x))  # tainted
    sink(_d1("a"))  # clean
    sink(_d2(x))  # clean
    sink(_d3(x))  # clean
    sink(_d4(x))  # tainted
    sink(_d4("a"))  # clean
    sink(_d7(x))  # tainted
    sink(_d8(x))  # tainted
    sink(_d9(x))  # clean


def checking_decorator():
    sink(_d5(source()))  # clean


def loosely_checking_decorator():
    sink(_d6(source()))  # tainted


def local_decorators():
    @_cleaning
    def a(v):
        return v

    @_logged
    def b(v):
        return v
    sink(a(source()))  # clean
    sink(b(source()))  # tainted


@functools.singledispatch
def _shown(v):
    return v


@_shown.register
def _(v: int):
    return "number"


def dispatched():
    sink(_shown(source()))  # tainted


def _numbers():
    yield 1
    yield 2


def _mixed(x):
    yield "a"
    yield x


def _delegating(x):
    yield from _mixed(x)


def _echo():
    got = yield "start"
    yield got


def generators():
    x = source()
    for v in _numbers():
        sink(v)  # clean
    for v in _mixed(x):
        sink(v)  # tainted
    for v in _mixed("b"):
        sink(v)  # clean
    for v in _delegating(x):
        sink(v)  # tainted
    sink(list(_delegating("b")))  # clean
    sink(next(_mixed(x)))  # tainted by design
    sink(list(_mixed(x)))  # tainted
    sink("".join(_mixed(x)))  # tainted
    sink("".join(_mixed("b")))  # clean
    sink([v for v in _mixed(x)])  # tainted


def sending():
    g = _echo()
    next(g)
    sink(g.send(source()))  # tainted


@contextmanager
def _managed(x):
    yield x


@contextmanager
def _managed_constant(x):
    try:
        yield "fixed"
    finally:
        pass


def managers():
    with _managed(source()) as v:
        sink(v)  # tainted
    with _managed("a") as v:
        sink(v)  # clean
    with _managed_constant(source()) as v:
        sink(v)  # clean
    with _managed(source()) as v, _managed("a") as w:
        sink(v)  # tainted
        sink(w)  # clean


async def _later(x):
    return x


async def _stream(x):
    yield x


@asynccontextmanager
async def _amanaged(x):
    yield x


async def asynchronous():
    sink(await _later(source()))  # tainted
    sink(await _later("a"))  # clean
    async for v in _stream(source()):
        sink(v)  # tainted
    async for v in _stream("a"):
        sink(v)  # clean
    async with _amanaged(source()) as v:
        sink(v)  # tainted
    async with _amanaged("a") as v:
        sink(v)  # clean
    a, b = await asyncio.gather(_later(source()), _later("a"))
    sink(a)  # tainted
    sink(b)  # clean
    sink([v async for v in _stream(source())])  # tainted
    t = asyncio.create_task(_later(source()))
    sink(await t)  # tainted
    sink(await asyncio.wait_for(_later("a"), 1))  # clean
    sink(await asyncio.to_thread(_same, source()))  # tainted
    sink(await asyncio.to_thread(_constant, source()))  # clean


def walrus():
    if (x := source()):
        sink(x)  # tainted
    if (y := "a"):
        sink(y)  # clean
    sink([z for v in [source()] if (z := v)])  # tainted
    sink((w := "a") + w)  # clean


_state = "a"
_settings = {"k": "v"}
_current = None


def _set_state():
    global _state
    _state = source()


def globals_written_elsewhere():
    _set_state()
    sink(_state)  # tainted
    sink(_settings["k"])  # clean


def _even(n, x):
    return x if n == 0 else _odd(n - 1, x)


def _odd(n, x):
    return "c" if n == 0 else _even(n - 1, x)


def _forever(x):
    return _forever(x) if len(x) > 5000 else x


def recursion():
    sink(_even(4, source()))  # tainted
    sink(_forever(source()))  # tainted
    sink(_forever("a"))  # clean


def ternary_in_call():
    sink(_same("a" if source() else "b"))  # clean
    sink(_same(source() if source() else "b"))  # tainted


def raising_callee():
    def fail(v):
        raise ValueError(v)
    x = source()
    fail(x)
    sink(x)  # dead


def immediate_loop_exit():
    for x in [source(), "a"]:
        break
    sink(x)  # tainted
    for y in ["a"]:
        pass
    sink(y)  # clean


def deleted():
    x = source()
    del x
    x = "a"
    sink(x)  # clean


def caught():
    try:
        raise ValueError(source())
    except ValueError as e:
        sink(str(e))  # tainted
    try:
        raise ValueError("a")
    except ValueError as e:
        sink(str(e))  # unknown


class _Kept:
    def __init__(self):
        self.a = "a"
        self.b = "b"

    def put(self, x):
        self.a = x


def handed_over():
    kept = _Kept()
    list(map(kept.put, [source()]))
    sink(kept.a)  # tainted
    sink(kept.b)  # clean

"""Containers and helpers of the standard library."""

import collections
import contextlib
import copy
import functools
import itertools
import operator
import queue
import types
import uuid
from collections import ChainMap, Counter, OrderedDict, defaultdict, deque, namedtuple
from datetime import date, datetime

from probe import sink, source

Point = namedtuple("Point", ["x", "y"])
Pair = collections.namedtuple("Pair", "left right")


def named_tuples():
    p = Point("a", source())
    sink(p.x)  # clean
    sink(p.y)  # tainted
    sink(p[0])  # clean
    sink(p[1])  # tainted
    a, b = p
    sink(a)  # clean
    sink(b)  # tainted
    q = p._replace(y="z")
    sink(q.y)  # clean
    r = Pair(right=source(), left="l")
    sink(r.left)  # clean
    sink(r.right)  # tainted
    sink(r._asdict()["left"])  # clean


def ordered():
    d = OrderedDict()
    d["a"] = source()
    d["b"] = "x"
    sink(d["a"])  # tainted
    sink(d["b"])  # clean
    e = OrderedDict([("a", source()), ("b", "x")])
    sink(e["a"])  # tainted
    sink(e["b"])  # clean
    d.move_to_end("a")
    sink(d["b"])  # clean


def defaults():
    d = defaultdict(list)
    d["a"].append(source())
    d["b"].append("x")
    sink(d["a"])  # tainted
    sink(d["b"])  # clean
    n = defaultdict(int)
    n[source()] += 1
    sink(n["a"])  # clean
    sink(list(n))  # tainted


def deques():
    q = deque()
    q.append("a")
    q.append(source())
    sink(q.popleft())  # clean
    sink(q.popleft())  # tainted
    q.appendleft("x")
    sink(q[0])  # clean
    r = deque(["a"])
    sink(r.pop())  # clean


def chained():
    c = ChainMap({"a": "x"}, {"a": source(), "b": source()})
    sink(c["a"])  # clean
    sink(c["b"])  # tainted


def counters():
    c = Counter([source()])
    sink(c["a"])  # clean
    sink(list(c))  # tainted


def queues():
    q = queue.Queue()
    q.put(source())
    sink(q.get())  # tainted
    r = queue.Queue()
    r.put("a")
    sink(r.get())  # clean
    s = queue.SimpleQueue()
    s.put(source())
    sink(s.get_nowait())  # tainted


def namespaces():
    n = types.SimpleNamespace(a=source(), b="x")
    sink(n.a)  # tainted
    sink(n.b)  # clean
    n.b = source()
    sink(n.b)  # tainted


def iterators():
    x = source()
    sink(list(itertools.chain(["a"], [x])))  # tainted
    sink(list(itertools.chain(["a"], ["b"])))  # clean
    sink(list(itertools.chain.from_iterable([["a"], [x]])))  # tainted
    for a, b in itertools.product(["a"], [x]):
        sink(a)  # clean
        sink(b)  # tainted
    for a, b in itertools.zip_longest(["a"], [x]):
        sink(a)  # clean
        sink(b)  # tainted
    for k, group in itertools.groupby([x], key=len):
        sink(k)  # clean
        sink(list(group))  # tainted
    sink(next(itertools.cycle([x])))  # tainted
    sink(list(itertools.islice([x], 1)))  # tainted
    sink(list(itertools.repeat("a", 2)))  # clean
    sink(next(itertools.count()))  # clean
    sink(list(itertools.starmap(lambda p, q: p, [("a", x)])))  # clean
    sink(list(itertools.starmap(lambda p, q: q, [("a", x)])))  # tainted


def operators():
    d = {"a": source(), "b": "x"}
    sink(operator.itemgetter("a")(d))  # tainted
    sink(operator.itemgetter("b")(d))  # clean
    n = types.SimpleNamespace(a=source(), b="x")
    sink(operator.attrgetter("a")(n))  # tainted
    sink(operator.attrgetter("b")(n))  # clean
    sink(operator.add("a", source()))  # tainted
    sink(operator.methodcaller("upper")(source()))  # tainted
    sink(operator.eq("a", source()))  # clean


def _join(a, b):
    return a + b


def _first(a, b):
    return a


def partials():
    f = functools.partial(_join, "a")
    sink(f(source()))  # tainted
    sink(f("b"))  # clean
    g = functools.partial(_join, b=source())
    sink(g("a"))  # tainted
    h = functools.partial(_first, "a")
    sink(h(source()))  # clean
    k = functools.partial(_first, source())
    sink(k("b"))  # tainted


def reduced():
    sink(functools.reduce(lambda a, b: a + b, ["a", source()]))  # tainted
    sink(functools.reduce(lambda a, b: a + b, ["a", "b"]))  # clean
    sink(functools.reduce(_join, ["a"], source()))  # tainted


def copies():
    d = {"a": source(), "b": "x"}
    sink(copy.copy(d)["a"])  # tainted
    sink(copy.deepcopy(d)["b"])  # clean
    sink(d.copy()["b"])  # clean
    e = d.copy()
    e["b"] = source()
    sink(d["b"])  # clean


def contexts():
    with contextlib.nullcontext(source()) as x:
        sink(x)  # tainted
    with contextlib.suppress(ValueError):
        y = source()
        y = str(int(y))
        sink(y)  # clean


def typed_away():
    x = source()
    try:
        sink(uuid.UUID("0" * 32))  # clean
    except ValueError:
        pass
    sink(str(uuid.uuid4()))  # clean
    try:
        sink(datetime.strptime(x, "%Y").isoformat())  # clean
    except ValueError:
        pass
    sink(datetime.now().strftime("%Y"))  # clean
    sink(date.today())  # clean

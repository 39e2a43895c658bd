"""Own classes: fields, properties, special methods, inheritance, builders."""

import enum
from dataclasses import asdict, astuple, dataclass, field, replace
from enum import Enum
from typing import NamedTuple, TypedDict

from probe import sink, source


class Box:
    kind = "box"

    def __init__(self, value, label="l"):
        self.value = value
        self.label = label

    def get(self):
        return self.value

    def name(self):
        return self.label

    def put(self, v):
        self.value = v
        return self

    @property
    def shout(self):
        return self.value + "!"

    @property
    def fixed(self):
        return "f"

    @classmethod
    def of(cls, v):
        return cls(v)

    @staticmethod
    def same(v):
        return v

    def __str__(self):
        return "box"


def fields():
    b = Box(source())
    sink(b.value)  # tainted
    sink(b.label)  # clean
    sink(b.get())  # tainted
    sink(b.name())  # clean
    sink(b.shout)  # tainted
    sink(b.fixed)  # clean
    sink(b.kind)  # clean
    sink(Box.kind)  # clean
    sink(str(b))  # clean by design # not run
    b.value = "x"
    sink(b.value)  # clean
    sink(b.get())  # clean
    b.label = source()
    sink(b.name())  # tainted
    sink(Box("a").get())  # clean
    sink(Box("a", source()).get())  # clean
    sink(Box(label=source(), value="a").label)  # tainted


def chained_calls():
    sink(Box("a").put(source()).get())  # tainted
    sink(Box(source()).put("a").get())  # clean
    b = Box("a")
    b.put(source())
    sink(b.get())  # tainted
    sink(Box.of(source()).get())  # tainted
    sink(Box.of("a").get())  # clean
    sink(Box.same(source()))  # tainted
    sink(Box.same("a"))  # clean


def attributes_by_name():
    b = Box("a")
    setattr(b, "value", source())
    sink(b.value)  # tainted
    sink(getattr(b, "value"))  # tainted
    sink(getattr(b, "label"))  # clean
    setattr(b, "value", "x")
    sink(b.value)  # clean
    sink(getattr(b, "nothing", "d"))  # clean
    sink(getattr(b, "nothing", source()))  # tainted
    sink(vars(b)["label"])  # clean
    b.value = source()
    sink(vars(b)["value"])  # tainted
    sink(b.__dict__["label"])  # clean
    sink(b.__dict__["value"])  # tainted


class Base:
    def __init__(self, a):
        self.a = a

    def show(self):
        return self.part() + "."

    def part(self):
        return "base"

    def own(self):
        return self.a


class Derived(Base):
    def __init__(self, a, b):
        super().__init__(a)
        self.b = b

    def part(self):
        return self.b


class Quiet(Base):
    def own(self):
        return "q" + str(len(super().own()))


class Loud(Base):
    def own(self):
        return super().own() + "!"


class Mixin:
    def mixed(self):
        return self.a


class Both(Mixin, Base):
    pass


def inheritance():
    d = Derived("a", source())
    sink(d.a)  # clean
    sink(d.b)  # tainted
    sink(d.show())  # tainted
    sink(d.own())  # clean
    sink(Base(source()).show())  # clean
    sink(Base(source()).own())  # tainted
    sink(Quiet(source()).own())  # clean
    sink(Loud(source()).own())  # tainted
    sink(Both(source()).mixed())  # tainted
    sink(Both("a").mixed())  # clean


class Query:
    def __init__(self):
        self.parts = []
        self.limit = "10"

    def where(self, x):
        self.parts.append(x)
        return self

    def top(self, n):
        self.limit = n
        return self

    def build(self):
        return "SELECT " + " ".join(self.parts) + self.limit


def builders():
    sink(Query().where("a").build())  # clean
    sink(Query().where(source()).build())  # tainted
    sink(Query().where("a").top(source()).build())  # tainted
    q = Query()
    q.where("a")
    sink(q.build())  # clean
    q.where(source())
    sink(q.build())  # tainted


class Wrapper:
    def __init__(self, request):
        self.request = request

    def theme(self):
        return self.request["theme"]

    def safe(self, name):
        return "bar"

    def read(self, name):
        return self.request[name]


def wrappers():
    w = Wrapper({"theme": source(), "other": "x"})
    sink(w.theme())  # tainted
    sink(w.safe("theme"))  # clean
    sink(w.read("theme"))  # tainted
    sink(w.read("other"))  # clean


class Things:
    def __init__(self, items):
        self.items = items
        self.n = 0

    def __getitem__(self, i):
        return self.items[i]

    def __iter__(self):
        return iter(self.items)

    def __len__(self):
        return 3

    def __contains__(self, x):
        return True

    def __call__(self, x):
        return "called"

    def __enter__(self):
        return self.items

    def __exit__(self, *a):
        return False

    def __add__(self, other):
        return "sum"

    def __eq__(self, other):
        return True


class Lazy:
    def __init__(self, data):
        self.data = data

    def __getattr__(self, name):
        return self.data


class Stepper:
    def __init__(self, x):
        self.x = x
        self.left = 1

    def __iter__(self):
        return self

    def __next__(self):
        if not self.left:
            raise StopIteration
        self.left = 0
        return self.x


class Echo:
    def __call__(self, x):
        return x


class Maker:
    def __setitem__(self, k, v):
        self.last = v

    def __getitem__(self, k):
        return self.last


def special_methods():
    t = Things([source(), "x"])
    sink(t[0])  # tainted
    sink(t[1])  # clean
    for v in t:
        sink(v)  # tainted
    for v in Things(["a"]):
        sink(v)  # clean
    sink(t(source()))  # clean
    sink(Echo()(source()))  # tainted
    with t as inner:
        sink(inner[0])  # tainted
        sink(inner[1])  # clean
    sink(t + source())  # clean
    sink(len(t))  # clean
    sink(Lazy(source()).anything)  # tainted
    sink(Lazy("a").anything)  # clean
    for v in Stepper(source()):
        sink(v)  # tainted
    for v in Stepper("a"):
        sink(v)  # clean
    m = Maker()
    m["a"] = source()
    sink(m["b"])  # tainted


@dataclass
class Order:
    id: int
    note: str
    tag: str = "t"
    more: list = field(default_factory=list)


@dataclass
class Checked:
    note: str

    def __post_init__(self):
        self.length = len(self.note)
        if self.note not in ("a", "b"):
            raise ValueError(self.note)


@dataclass
class Child(Order):
    extra: str = "e"


def data_classes():
    o = Order(1, source())
    sink(o.id)  # clean
    sink(o.note)  # tainted
    sink(o.tag)  # clean
    sink(o.more)  # clean
    p = replace(o, note="x")
    sink(p.note)  # clean
    sink(asdict(o)["note"])  # tainted
    sink(asdict(o)["tag"])  # clean
    sink(astuple(o)[1])  # tainted
    sink(astuple(o)[2])  # clean
    o.more.append(source())
    sink(o.more)  # tainted
    sink(o)  # tainted


def derived_data_class():
    c = Child(note="a", id=source(), tag=source())
    sink(c.note)  # clean
    sink(c.tag)  # tainted


def checking_data_class():
    sink(Checked(source()).note)  # clean


class Pt(NamedTuple):
    x: str
    y: str = "d"


class Opts(TypedDict):
    a: str
    b: str


def typed_containers():
    p = Pt(source())
    sink(p.x)  # tainted
    sink(p.y)  # clean
    sink(p[0])  # tainted
    a, b = Pt("a", source())
    sink(a)  # clean
    sink(b)  # tainted
    o = Opts(a=source(), b="x")
    sink(o["a"])  # tainted
    sink(o["b"])  # clean
    q: Opts = {"a": "x", "b": source()}
    sink(q["a"])  # clean
    sink(q["b"])  # tainted


class Sort(str, Enum):
    UP = "asc"
    DOWN = "desc"


class Size(enum.IntEnum):
    S = 1
    L = 2


def enums():
    x = source()
    sink(Sort.UP)  # clean
    sink(Sort.UP.value)  # clean
    sink([s.value for s in Sort])  # clean
    sink(next((s.value for s in Sort if s.value == x), "asc"))  # clean
    try:
        sink(Sort(x).value)  # clean # not run
    except ValueError:
        sink(x)  # tainted


class Shared:
    value = "a"
    items = {}

    @classmethod
    def load(cls):
        cls.value = source()


def class_state():
    sink(Shared.value)  # clean # not run
    Shared.load()
    sink(Shared.value)  # tainted
    Shared.value = "b"
    sink(Shared.value)  # clean


class SelfRef:
    def __init__(self):
        self.a = "x"
        self.b = source()
        self.d = {"k": "v"}

    def keep(self):
        self.d["t"] = source()

    def use_a(self):
        sink(self.a)  # clean

    def use_b(self):
        sink(self.b)  # tainted

    def use_d(self):
        self.keep()
        sink(self.d["k"])  # clean
        sink(self.d["t"])  # tainted


def self_fields():
    SelfRef().use_a()
    SelfRef().use_b()
    SelfRef().use_d()


def local_classes():
    class Local:
        def __init__(self, v):
            self.v = v

        def get(self):
            return self.v

        def other(self):
            return "o"
    sink(Local(source()).get())  # tainted
    sink(Local("a").get())  # clean
    sink(Local(source()).other())  # clean


class Strategy:
    def run(self, x):
        raise NotImplementedError


class Plain(Strategy):
    def run(self, x):
        return x


class Fixed(Strategy):
    def run(self, x):
        return "fixed"


def _make(name):
    if name == "plain":
        return Plain()
    return Fixed()


def factories():
    sink(_make("plain").run(source()))  # tainted
    sink(_make("other").run(source()))  # clean
    sink(_make(source()).run(source()))  # tainted by design # not run
    table = {"plain": Plain, "fixed": Fixed}
    sink(table["plain"]().run(source()))  # tainted
    sink(table["fixed"]().run(source()))  # clean
    s: Strategy = Fixed()
    sink(s.run(source()))  # clean
    for c in (Fixed(), Plain()):
        sink(c.run(source()))  # tainted


class Filler:
    def __init__(self, into, value):
        into.append(value)
        self.into = into

    def more(self, value):
        self.into.append(value)


def filled_by_a_constructor():
    found = []
    Filler(found, "a")
    sink(found)  # clean
    Filler(found, source())
    sink(found)  # tainted


def filled_through_a_field():
    found = []
    f = Filler(found, "a")
    f.more(source())
    sink(f.into)  # tainted
    sink(found)  # tainted

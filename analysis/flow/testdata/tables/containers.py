"""Dict keys, list positions, unpacking and nesting are kept apart."""

from probe import sink, source


def constant_keys():
    d = {"a": "x", "b": source()}
    sink(d["a"])  # clean
    sink(d["b"])  # tainted
    sink(d.get("a"))  # clean
    sink(d.get("b"))  # tainted
    sink(d.get("c"))  # clean
    sink(d.get("c", source()))  # tainted
    sink(d)  # tainted


def keys_set_later():
    d = {}
    d["keyA-1"] = "a value"
    d["keyB-1"] = source()
    d["keyC"] = "another"
    x = d["keyB-1"]
    sink(x)  # tainted
    x = d["keyA-1"]
    sink(x)  # clean


def computed_keys():
    key = "a" + "b"
    d = {"ab": source(), "c": "x"}
    sink(d[key])  # tainted
    sink(d["c".lower()])  # clean
    d[f"{'k'}1"] = source()
    sink(d["k1"])  # tainted
    sink(d["%s" % "c"])  # clean


def number_keys():
    d = {1: "x", 2: source(), None: "n", True: "y"}
    sink(d[1])  # clean
    sink(d[2])  # tainted
    sink(d[None])  # clean
    d[3] = source()
    sink(d[3])  # tainted
    sink(d.get(7))  # clean


def unknown_key():
    d = {"a": "x", "b": source()}
    k = source()
    table = {"a": "x", "b": "y"}
    sink(table.get(k))  # clean
    sink(table.get(k, "z"))  # clean
    sink(table.get(k, k))  # tainted
    sink(d[k[:1]])  # tainted
    sink(table[k[:1]])  # clean


def pop_and_setdefault():
    d = {"a": source(), "b": "x"}
    sink(d.pop("b"))  # clean
    sink(d.pop("a"))  # tainted
    sink(d.get("a", "gone"))  # clean
    d.setdefault("c", source())
    sink(d["c"])  # tainted
    d = {"c": "x"}
    sink(d.setdefault("c", source()))  # clean
    sink(d["c"])  # clean


def update_and_merge():
    d = {"a": "x"}
    d.update({"b": source()})
    sink(d["a"])  # clean
    sink(d["b"])  # tainted
    d.update(b="y")
    sink(d["b"])  # clean
    e = d | {"a": source()}
    sink(e["a"])  # tainted
    sink(d["a"])  # clean
    e |= {"a": "z"}
    sink(e["a"])  # clean
    g = {**d, "c": source()}
    sink(g["b"])  # clean
    sink(g["c"])  # tainted
    h = dict(g, c="z")
    sink(h["c"])  # clean
    h = dict(a=source(), b="y")
    sink(h["a"])  # tainted
    sink(h["b"])  # clean
    h = dict([("a", source()), ("b", "y")])
    sink(h["a"])  # tainted
    sink(h["b"])  # clean
    d.update([("z", source())])
    sink(d["z"])  # tainted
    sink(d["a"])  # clean


def deleted_and_cleared():
    d = {"a": source()}
    d.clear()
    sink(d)  # clean
    d = {"a": source(), "b": "x"}
    del d["a"]
    sink(d)  # clean


def keys_values_items():
    d = {"a": source(), "b": "x"}
    for k in d:
        sink(k)  # clean
    for k in d.keys():
        sink(k)  # clean
    for v in d.values():
        sink(v)  # tainted
    for k, v in d.items():
        sink(k)  # clean
        sink(v)  # tainted
    e = {source(): "x"}
    for k, v in e.items():
        sink(k)  # tainted
        sink(v)  # clean
    sink(list(e)[0])  # tainted
    sink(sorted(d)[0])  # clean
    sink("a" in d and d["b"])  # clean


def values_of_keys():
    d = {k: source() for k in ("a", "b")}
    sink(d["a"])  # tainted
    e = {k: k.upper() for k in ("a", "b")}
    sink(e["a"])  # clean
    sink(dict.fromkeys(["a"], source())["a"])  # tainted
    sink(dict.fromkeys(["a"], "x")["a"])  # clean
    sink(dict(zip(["a", "b"], [source(), "x"]))["a"])  # tainted
    sink(dict(zip(["a", "b"], ["y", "x"]))["a"])  # clean


def list_positions():
    values = []
    values.append("safe")
    values.append(source())
    values.append("moresafe")
    values.pop(0)
    sink(values[0])  # tainted
    sink(values[1])  # clean
    sink(values[-1])  # clean
    sink(values[-2])  # tainted


def list_positions_the_other_way():
    values = ["safe"]
    values.append(source())
    values.append("moresafe")
    values.pop(0)
    bar = values[1]
    sink(bar)  # clean


def insert_remove_and_others():
    x = source()
    a = ["p", x]
    a.insert(0, "q")
    sink(a[0])  # clean
    sink(a[1])  # clean
    sink(a[2])  # tainted
    a.remove("p")
    sink(a[0])  # clean
    sink(a[1])  # tainted
    a.reverse()
    sink(a[0])  # tainted
    sink(a[1])  # clean
    del a[0]
    sink(a[0])  # clean
    a.extend([x, "z"])
    sink(a[1])  # tainted
    sink(a[2])  # clean
    a += ["w", x]
    sink(a[3])  # clean
    sink(a[4])  # tainted
    a.clear()
    sink(a)  # clean


def slices_of_lists():
    a = ["p", source(), "q", "r"]
    sink(a[2:])  # clean
    sink(a[:1])  # clean
    sink(a[1:2])  # tainted
    sink(a[2:][0])  # clean
    sink(a[::-1][2])  # tainted
    sink(a[::2])  # clean
    sink(a[-2:])  # clean
    sink(a[1:][0])  # tainted
    a[1:2] = ["x"]
    sink(a)  # clean


def list_arithmetic():
    a = ["p"] + [source()]
    sink(a[0])  # clean
    sink(a[1])  # tainted
    b = ["p", source()] * 2
    sink(b[2])  # clean
    sink(b[3])  # tainted
    c = ("p",) + (source(),)
    sink(c[0])  # clean
    sink(c[1])  # tainted


def stored_by_position():
    a = ["p", source()]
    a[1] = "q"
    sink(a[1])  # clean
    sink(a)  # clean
    a[-1] = source()
    sink(a[1])  # tainted
    sink(a[0])  # clean
    i = 0
    a[i] = source()
    sink(a[0])  # tainted


def sorted_and_reversed():
    a = ["p", source()]
    sink(list(reversed(a))[0])  # tainted
    sink(list(reversed(a))[1])  # clean
    sink(sorted(a)[0])  # tainted
    sink(sorted(["b", "a"])[0])  # clean
    sink(a.index("p"))  # clean
    sink(a.count(source()))  # clean
    sink(len(a))  # clean


def unpacking():
    a, b = "x", source()
    sink(a)  # clean
    sink(b)  # tainted
    a, b = b, a
    sink(a)  # tainted
    sink(b)  # clean
    (a, (b, c)) = ("x", (source(), "y"))
    sink(a)  # clean
    sink(b)  # tainted
    sink(c)  # clean
    [a, b] = [source(), "x"]
    sink(a)  # tainted
    sink(b)  # clean


def unpacking_with_stars():
    first, *rest = ["x", source(), "y"]
    sink(first)  # clean
    sink(rest[0])  # tainted
    sink(rest[1])  # clean
    *head, last = [source(), "x", "y"]
    sink(last)  # clean
    sink(head[0])  # tainted
    sink(head[1])  # clean
    a, *_, b = ["x", source(), source(), "y"]
    sink(a)  # clean
    sink(b)  # clean
    sink([*["x", source()], "z"][0])  # clean
    sink([*["x", source()], "z"][1])  # tainted
    sink([*["x", source()], "z"][2])  # clean


def unpacking_in_loops():
    for a, b in [("x", source()), ("y", "z")]:
        sink(a)  # clean
        sink(b)  # tainted
    for i, v in enumerate([source()]):
        sink(i)  # clean
        sink(v)  # tainted
    for a, b in zip(["x"], [source()]):
        sink(a)  # clean
        sink(b)  # tainted
    for a, b, c in zip(["x"], (y for y in "z"), [source(), "w"]):
        sink(a)  # clean
        sink(c)  # tainted
    for a, b in zip([source()], ["x", "y"]):
        sink(a)  # tainted
        sink(b)  # clean
    for i, (a, b) in enumerate([("x", source())]):
        sink(a)  # clean
        sink(b)  # tainted


def nested():
    d = {"a": {"b": source(), "c": "x"}, "l": ["y", {"z": source()}]}
    sink(d["a"]["b"])  # tainted
    sink(d["a"]["c"])  # clean
    sink(d["l"][0])  # clean
    sink(d["l"][1]["z"])  # tainted
    d["a"]["b"] = "now"
    sink(d["a"]["b"])  # clean
    d["l"][1]["z"] = "now"
    sink(d)  # clean
    d["a"]["deep"] = {"er": {}}
    d["a"]["deep"]["er"]["est"] = source()
    sink(d["a"]["deep"]["er"]["est"])  # tainted
    sink(d["a"]["b"])  # clean
    d["l"].append(source())
    sink(d["l"][2])  # tainted


def shared_objects():
    a = []
    b = a
    b.append(source())
    sink(a)  # tainted
    c = d = {}
    c["k"] = source()
    sink(d["k"])  # tainted
    e = [1]
    g = list(e)
    g.append(source())
    sink(e)  # clean
    h = {"inner": a}
    a.append("q")
    sink(h["inner"])  # tainted


def object_in_container():
    box = {}
    holder = [box]
    box["k"] = source()
    sink(holder[0]["k"])  # tainted


def emptied_before_use():
    a = [source()]
    a = []
    sink(a)  # clean
    a = [source()]
    a.pop()
    a.append("x")
    sink(a[0])  # clean


def comprehension_over_known():
    a = ["x", source()]
    sink([v for v in a])  # tainted
    sink([v for v in a if v == "x"])  # clean
    sink([v for v in a if v in ("x", "y")])  # clean
    sink([v.upper() for v in ("p", "q")])  # clean
    sink([1 for v in a])  # clean
    sink({v: 1 for v in a})  # tainted
    sink([w for v in [a] for w in v])  # tainted
    sink([v for v in a if False])  # clean
    sink(next(v for v in a if v == "x"))  # clean
    sink(next((v for v in ("p", "q") if v == source()), None))  # clean
    sink(next((v for v in ("p", "q") if v == source()), source()))  # tainted


def sets():
    s = set()
    s.add("x")
    sink(s)  # clean
    s.add(source())
    sink(s)  # tainted
    t = {"a", "b"} & {source()}
    sink(t)  # clean
    u = {"a"} | {source()}
    sink(u)  # tainted
    w = {source()} - {"a"}
    sink(w)  # tainted
    sink({source(), "a"}.intersection({"a", "b"}))  # clean
    sink({"a"}.union([source()]))  # tainted
    sink(set(["a", "b"]).difference([source()]))  # clean


def first_and_last_of_known():
    a = ["x", source()]
    sink(min("a", "b"))  # clean
    sink(max(source(), "b"))  # tainted
    sink(next(iter(a)))  # clean
    sink(next(iter([source()])))  # tainted
    sink(tuple(a)[0])  # clean
    sink(list(a)[1])  # tainted
    sink(filter(None, a))  # tainted by design
    sink(list(filter(None, a)))  # tainted
    sink(list(map(str.upper, a)))  # tainted
    sink(list(map(len, a)))  # clean
    sink(list(map(lambda v: "c", a)))  # clean
    sink(list(map(int, ["1"])))  # clean


def loops_that_fill():
    out = []
    for v in ("a", "b"):
        out.append(v)
    sink(out)  # clean
    for v in ("a", source()):
        out.append(v)
    sink(out)  # tainted
    total = ""
    for v in ("a", "b"):
        total += v
    sink(total)  # clean
    d = {}
    for v in ("a", "b"):
        d[v] = v + "!"
    sink(d)  # clean
    sink(d["a"])  # clean


def branches_that_fill():
    parts = []
    x = source()
    if x == "a":
        parts.append("x")
    if x == "b":
        parts.append(x)
    sink(parts)  # clean
    if source() != "b":
        parts.append(source())
    sink(parts)  # tainted


def or_nothing():
    x = source()
    found = ["a", "b"] if len(x) > 2 else None
    if found is None:
        return
    found = found + [x]
    sink(found[0])  # clean
    sink(found[2])  # tainted


def or_empty():
    x = source()
    found = ["a"] if len(x) < 2 else None
    if not found:
        sink(x)  # tainted
    found = {"a": ["b"]}.get(x)
    if not found:
        sink(x)  # tainted


def last_item():
    x = source()
    d = {"a": x}
    d.popitem()
    if not d:
        sink(x)  # tainted

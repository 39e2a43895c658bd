"""What the tables import, for running them: each function without parameters
is run with every payload, and each sink notes what came at its line."""

import importlib
import sys
import types

PAYLOADS = [
    "'\"<>;☠", "\n☠", "../☠", "a☠'<;", "b☠", "A", "☠", "y", "☠" * 30, "a", "b", "c", "x", "admin", "users", "5", "id", "report", "", "2024",
]
payload = ""
later = None  # what the second and each later call gives instead
seen = {}  # (file, line) -> set of verdicts
MARKS = {"code": "☠", "sql": "'", "html": "<", "cmd": ";"}


def source():
    global payload
    now = payload
    if later is not None:
        payload = later
    return now


def flat(x, depth=0):
    if isinstance(x, str):
        return x
    if isinstance(x, (bytes, bytearray)):
        return bytes(x).decode("utf-8", "replace")
    if depth > 4:
        return ""
    if isinstance(x, dict):
        return " ".join(flat(v, depth + 1) for kv in x.items() for v in kv)
    if isinstance(x, (list, tuple, set, frozenset)):
        return " ".join(flat(v, depth + 1) for v in x)
    if hasattr(x, "__dict__"):
        return str(x) + flat(vars(x), depth + 1)
    return str(x)


def note(kind, x):
    f = sys._getframe(2)
    dirty = MARKS.get(kind, "☠") in flat(x)
    seen.setdefault((f.f_code.co_filename, f.f_lineno), set()).add("dirty" if dirty else "clean")


def sink(x): note("code", x)
def sql(x): note("sql", x)
def html(x): note("html", x)
def cmd(x): note("cmd", x)
def path(x): note("path", x)
def url(x): note("url", x)
def redirect(x): note("redirect", x)
def log(x): note("log", x)
def dump(x): note("code", x)


def main(folder, names):
    global payload, later
    sys.path.insert(0, folder)
    sys.modules["probe"] = sys.modules["__main__"]
    elsewhere = types.ModuleType("elsewhere")
    for name in ("clean_it", "transform", "validate", "validate_name"):
        setattr(elsewhere, name, lambda x, *a, **k: x)
    for name in ("is_ok", "has_access"):
        setattr(elsewhere, name, lambda x: True)
    elsewhere.count_rows, elsewhere.get_user_id = len, lambda x: 5
    elsewhere.get_object_or_404 = lambda *a, **k: "row"
    elsewhere.each = lambda f: f(1)
    elsewhere.fill_file = lambda f: f.write("b")
    elsewhere.fill = lambda list: list.append(1)
    elsewhere.fill_dict = lambda d: d.update(k=1)
    elsewhere.find_into = lambda o: setattr(o, "found", True)
    sys.modules["elsewhere"] = elsewhere
    for name in names:
        for start, later in [(p, l) for p in PAYLOADS for l in (None, "a", "'\"<>;☠")]:
            sys.modules.pop(name, None)
            payload = start
            try:
                module = importlib.import_module(name)
            except ImportError as e:
                print("skip", name, e)
                break
            for case, fn in list(vars(module).items()):
                if not callable(fn) or getattr(fn, "__module__", "") != name or isinstance(fn, type) or case.startswith("_"):
                    continue
                code = getattr(fn, "__code__", None)
                if code is None or code.co_argcount or code.co_kwonlyargcount or code.co_flags & 0xC:
                    continue
                payload = start
                try:
                    out = fn()
                    if hasattr(out, "__await__"):
                        import asyncio
                        asyncio.run(out)
                except (SystemExit, Exception):
                    pass
    for (file, line), verdicts in sorted(seen.items()):
        print(file.rsplit("/", 1)[-1], line, "dirty" if "dirty" in verdicts else "clean")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])

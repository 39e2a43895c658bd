"""Texts: methods, slices, padding, patterns, encoders."""

import base64
import binascii
import codecs
import configparser
import hashlib
import html as htmllib
import io
import json
import re
import string
import textwrap
import urllib.parse
import zlib
from urllib.parse import quote, quote_plus, unquote, unquote_plus

from probe import cmd, html, sink, source, sql


def methods():
    x = source()
    sink(x.strip())  # tainted
    sink(x.lower().upper().title().swapcase().capitalize().casefold())  # tainted
    sink(x.replace("a", "b"))  # tainted
    sink("abc".replace("b", x))  # tainted
    sink("abc".replace("z", x))  # clean
    sink(x.center(80, "*"))  # tainted
    sink(x.ljust(9).rjust(20).zfill(4))  # tainted
    sink("a".center(5, "*"))  # clean
    sink(x.expandtabs(4))  # tainted
    sink(x.translate({97: "b"}))  # tainted
    sink(x.translate(str.maketrans("", "", "abc")))  # tainted
    sink(x.removeprefix("a").removesuffix("b"))  # tainted
    sink(x.encode().decode())  # tainted
    sink(x.split(",")[0])  # tainted
    sink(x.rsplit(",", 1)[-1])  # tainted
    sink(x.splitlines()[0])  # tainted
    sink(x.partition("z")[0])  # tainted
    sink(x.partition("z")[1])  # clean
    sink(x.rpartition("z")[2])  # tainted
    sink(x.find("a"))  # clean
    sink(x.count("a"))  # clean
    sink(x.startswith("a"))  # clean
    sink(len(x))  # clean
    sink(str(len(x)))  # clean
    sink(hash(x))  # clean
    sink(ord(x[0]))  # clean


def put_together():
    x = source()
    sink("a" + x)  # tainted
    sink(f"a{x}")  # tainted
    sink(f"{x!r}")  # tainted
    sink(f"{x:>10}")  # tainted
    sink(f"{len(x):>10}")  # clean
    sink("%s" % x)  # tainted
    sink("%s %s" % ("a", x))  # tainted
    sink("%d" % len(x))  # clean
    sink("%(k)s" % {"k": x})  # tainted
    sink("%(j)s" % {"k": x, "j": "a"})  # clean
    sink("{}".format(x))  # tainted
    sink("{0} {1}".format("a", "b", x))  # clean
    sink("{k}".format(k=x))  # tainted
    sink("{k}".format(j=x, k="a"))  # clean
    sink("{d[k]}".format(d={"k": "a", "j": x}))  # clean
    sink("{d[k]}".format(d={"k": x}))  # tainted
    sink("{k}".format(**{"k": x}))  # tainted
    sink("{k}".format_map({"k": x}))  # tainted
    sink("{k}".format_map({"k": "a", "j": x}))  # clean
    sink(",".join([x]))  # tainted
    sink(",".join(["a", "b"]))  # clean
    sink(x.join(["a", "b"]))  # tainted
    sink(x.join(["a"]))  # clean
    sink("a" * len(x))  # clean
    sink(x * 2)  # tainted
    sink("".join(c for c in x))  # tainted
    sink("".join("?" for c in x))  # clean
    sink(",".join(["?"] * len(x)))  # clean


def slices():
    x = source()
    sink(x[1:])  # tainted
    sink(x[::-1])  # tainted
    sink(x[0])  # tainted
    sink(x[-1])  # tainted
    sink(("abcd" + x)[:4])  # clean
    sink(("abcd" + x)[2:])  # tainted
    sink(("abcd" + x)[1:3])  # clean
    sink((x + "abcd")[-4:])  # clean
    sink((x + "abcd")[-3:-1])  # clean
    sink((x + "abcd")[:-4])  # tainted
    sink(f"ab{x}cd"[2:-2])  # tainted
    sink(("ab" + x)[0])  # clean
    sink(("ab" + x)[-1])  # tainted
    sink((x + "ab")[-1])  # clean
    sink(x[0:0])  # clean


def padded():
    x = source()
    big = "abcdef" + x + "abcdefghij klmnop"
    sink(big[6:-17])  # tainted
    sink(big[0:6])  # clean
    sink(big[-5:])  # clean
    thing = "safe-value".ljust(20, "*")
    sink(thing)  # clean


def patterns():
    x = source()
    sink(re.sub("a", "b", x))  # tainted
    sink(re.sub("a", x, "b"))  # clean
    sink(re.sub("a", x, "banana"))  # tainted
    sink(re.sub(r"[^0-9]", "", x))  # clean
    sink(re.sub(r"[^A-Za-z0-9_]", "", x))  # clean
    sink(re.sub(r"\W", "", x))  # clean
    sink(re.sub(r"\D+", "", x))  # clean
    sink(re.sub("[abc]", "", x))  # tainted
    sink(re.sub(r"[^a-z<>\"]", "", x))  # tainted by design
    m = re.match("(.*)", x)
    sink(m.group(1))  # tainted
    sink(m.group())  # tainted
    sink(m[0])  # tainted
    sink(m.groups())  # tainted
    sink(m.start())  # clean
    n = re.match("(a+)", "aab")
    sink(n.group(1))  # clean
    sink(re.findall(".", x))  # tainted
    sink(re.findall(".", x)[0])  # tainted
    sink(re.findall(r"[0-9]+", x))  # clean
    sink(re.split(",", x)[0])  # tainted
    sink(re.split(",", "a,b")[0])  # clean
    sink(re.escape(x))  # tainted
    for m in re.finditer("(.)", x):
        sink(m.group(1))  # tainted
    p = re.compile("(.)")
    sink(p.findall(x))  # tainted
    sink(p.sub("a", x))  # tainted by design
    sink(p.search(x).group(1))  # tainted
    sink(re.subn("a", "b", x)[0])  # tainted


def base64_round_trip():
    x = source()
    a = base64.b64encode(x.encode())
    sql(a)  # clean
    html(a.decode())  # clean
    b = base64.b64decode(a).decode()
    sink(b)  # tainted
    sql(b)  # tainted
    html(b)  # tainted
    sink(base64.b64decode(base64.b64encode("abc".encode())).decode())  # clean


def other_round_trips():
    x = source()
    sink(bytes.fromhex(x.encode().hex()).decode())  # tainted
    html(unquote(quote(x)))  # tainted
    html(quote(x))  # clean
    html(unquote_plus(quote_plus(x)))  # tainted
    html(htmllib.unescape(htmllib.escape(x)))  # tainted
    html(htmllib.escape(x))  # clean
    sql(htmllib.escape("x" + x, quote=False))  # tainted
    html(json.loads(json.dumps(x)))  # tainted
    sink(json.loads(json.dumps({"k": x}))["k"])  # tainted
    sink(json.dumps("a"))  # clean
    sink(json.dumps(x, ensure_ascii=False))  # tainted
    html(json.dumps(x))  # tainted
    sink(zlib.decompress(zlib.compress(x.encode())))  # tainted
    sink(binascii.unhexlify(binascii.hexlify(x.encode())))  # tainted
    sink(binascii.hexlify(x.encode()))  # clean
    sink(codecs.decode(codecs.encode(x, "utf-8"), "utf-8"))  # tainted
    sink(hashlib.sha256(x.encode()).hexdigest())  # clean
    sink(x.encode().hex())  # clean
    sink(textwrap.dedent(x))  # tainted
    sink(textwrap.shorten("a b c", 9))  # clean
    sink(string.Template("$a").substitute(a=x))  # tainted
    sink(string.Template("$a").substitute(a="x"))  # clean
    sink(str(x.encode(), "utf-8"))  # tainted
    sink(bytes(x, "utf-8"))  # tainted
    sink(bytearray(x.encode()))  # tainted
    sink(urllib.parse.parse_qs("a=" + x)["a"][0])  # tainted by design


def decoding_undoes_cleaning():
    x = htmllib.escape(source())
    html(x)  # clean
    html(x.replace("a", "b"))  # clean
    html(htmllib.unescape(x))  # tainted
    y = quote(source())
    html(y)  # clean
    html(unquote(y))  # tainted


def cleaned_for_one_kind_only():
    x = htmllib.escape(source(), quote=False)
    sql(x)  # tainted
    y = htmllib.escape(source())
    html(y)  # clean
    cmd(y)  # tainted


def files_in_memory():
    buf = io.StringIO()
    buf.write("a")
    buf.write(source())
    sink(buf.getvalue())  # tainted
    buf = io.StringIO()
    buf.write("a")
    sink(buf.getvalue())  # clean
    sink(io.StringIO(source()).read())  # tainted
    sink(io.BytesIO(b"a").read())  # clean
    raw = io.BytesIO(source().encode())
    sink(raw.getvalue())  # tainted
    sink(io.StringIO(source()).readline())  # tainted
    out = io.StringIO()
    print(source(), file=out)
    sink(out.getvalue())  # tainted
    for line in io.StringIO(source()):
        sink(line)  # tainted


def options():
    conf = configparser.ConfigParser()
    conf.add_section("section1")
    conf.set("section1", "keyA", "a value")
    conf.set("section1", "keyB", source().replace("%", ""))
    sink(conf.get("section1", "keyB"))  # tainted
    sink(conf.get("section1", "keyA"))  # clean
    sink(conf["section1"]["keyB"])  # tainted
    sink(conf["section1"]["keyA"])  # clean


def options_by_subscript():
    conf = configparser.ConfigParser(interpolation=None)
    conf["s"] = {"a": source(), "b": "x"}
    sink(conf["s"]["a"])  # tainted
    sink(conf["s"]["b"])  # clean
    conf["s"]["b"] = source()
    sink(conf.get("s", "b"))  # tainted
    sink(conf.getint("s", "n", fallback=1))  # clean


def numbers():
    x = source()
    sink(int(x))  # clean
    sink(float("1" + x.strip("☠'\"<>;./\n ") if False else "1"))  # clean
    sink(str(int("0" + "".join(c for c in x if c in "0123456789"))))  # clean
    sink(len(x) + 1)  # clean
    sink(len(x) * "a")  # clean
    sink(-len(x))  # clean
    sink(len(x) / 2)  # clean
    sink(f"{len(x) % 7}")  # clean
    sink(bool(x))  # clean
    sink(x == "a")  # clean
    sink(x in ("a", "b"))  # clean
    sink(not x)  # clean
    sink(sum(len(v) for v in x))  # clean
    sink(range(len(x)))  # clean
    sink(bin(len(x)))  # clean


def chosen_by():
    x = source()
    sink("a" if x else "b")  # clean
    sink(["a", "b"][len(x) % 2])  # clean
    sink(("asc", "desc")[x == "b"])  # clean
    sink({"a": "p", "b": "q"}.get(x, "r"))  # clean
    order = "asc"
    if x == "down":
        order = "desc"
    sink(order)  # clean
    n = x and "yes" or "no"
    sink(n)  # clean


def first_of_query():
    raw = "id=" + source()
    loc = raw.find("id=")
    end = raw.find("&", loc)
    value = raw[loc + 3:end] if end != -1 else raw[loc + 3:]
    sink(unquote_plus(value))  # tainted

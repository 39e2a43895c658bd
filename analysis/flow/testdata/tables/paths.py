"""Paths: what keeps a path inside a folder."""

import os
import os.path
from pathlib import Path

from probe import path, source

ROOT = "/srv/files"
BASE = Path("/srv/files")
RESOLVED = Path("/srv/files").resolve()


def joined():
    path(os.path.join(ROOT, source()))  # tainted
    path(BASE / source())  # tainted
    path(ROOT + "/" + source())  # tainted
    path(os.path.join(ROOT, "a.txt"))  # clean
    path(os.path.normpath(os.path.join(ROOT, source())))  # tainted
    path(os.path.realpath(os.path.join(ROOT, source())))  # tainted


def resolved_and_relative():
    p = (BASE / source()).resolve()
    if not p.is_relative_to(BASE):
        return
    path(p)  # clean


def resolved_inside():
    p = (BASE / source()).resolve()
    if p.is_relative_to(RESOLVED):
        path(p)  # clean
    else:
        path(p)  # tainted


def relative_to_in_try():
    p = (BASE / source()).resolve()
    try:
        p.relative_to(BASE)
    except ValueError:
        return
    path(p)  # clean


def relative_to_ignored():
    p = (BASE / source()).resolve()
    try:
        p.relative_to(BASE)
    except ValueError:
        pass
    path(p)  # tainted


def not_resolved():
    p = BASE / source()
    if not p.is_relative_to(BASE):
        return
    path(p)  # weak


def common_path():
    p = os.path.realpath(os.path.join(ROOT, source()))
    if os.path.commonpath([ROOT, p]) != ROOT:
        raise ValueError(p)
    path(p)  # clean


def common_path_the_other_way():
    p = os.path.abspath(os.path.join(ROOT, source()))
    if os.path.commonpath((p, ROOT)) == ROOT:
        path(p)  # clean


def common_path_of_the_raw_value():
    p = os.path.join(ROOT, source())
    if os.path.commonpath([ROOT, p]) == ROOT:
        path(p)  # tainted


def common_prefix():
    p = os.path.realpath(os.path.join(ROOT, source()))
    if os.path.commonprefix([ROOT, p]) == ROOT:
        path(p)  # weak


def starts_with_separator():
    p = os.path.realpath(os.path.join(ROOT, source()))
    if not p.startswith(ROOT + os.sep):
        return
    path(p)  # clean


def starts_with_slash():
    p = os.path.abspath(os.path.join(ROOT, source()))
    if p.startswith("/srv/files/"):
        path(p)  # clean
    if p.startswith(f"{ROOT}/"):
        path(p)  # clean
    if p.startswith(os.path.join(ROOT, "")):
        path(p)  # clean


def starts_without_separator():
    p = os.path.realpath(os.path.join(ROOT, source()))
    if not p.startswith(ROOT):
        return
    path(p)  # weak


def starts_without_resolving():
    p = os.path.join(ROOT, source())
    if p.startswith("/srv/files/"):
        path(p)  # weak


def in_parents():
    p = (BASE / source()).resolve()
    if BASE not in p.parents:
        return
    path(p)  # clean


def in_parents_the_other_way():
    p = (BASE / source()).resolve()
    if RESOLVED in p.parents or p == RESOLVED:
        path(p)  # clean


def checked_value_is_not_the_used_one():
    name = source()
    p = os.path.realpath(os.path.join(ROOT, name))
    if not p.startswith(ROOT + os.sep):
        return
    path(p)  # clean
    path(os.path.join("/etc", name))  # tainted


def dots_are_a_half_measure():
    name = source()
    if ".." in name:
        return
    path(os.path.join(ROOT, name))  # weak


def base_names():
    path(os.path.join(ROOT, os.path.basename(source())))  # clean
    path(BASE / Path(source()).name)  # clean
    path(os.path.basename(source()) + ".txt")  # clean


def listed():
    name = source()
    if name not in os.listdir(ROOT):
        return
    path(os.path.join(ROOT, name))  # clean


def _safe(root, name):
    p = os.path.realpath(os.path.join(root, name))
    if not p.startswith(root + os.sep):
        raise ValueError(name)
    return p


def _is_inside(p):
    return os.path.realpath(p).startswith(ROOT + os.sep)


def in_helpers():
    path(_safe(ROOT, source()))  # clean
    p = os.path.join(ROOT, source())
    if _is_inside(p):
        path(p)  # clean
    path(p)  # tainted


def constant_names():
    names = {"a": "a.txt", "b": "b.txt"}
    path(os.path.join(ROOT, names.get(source(), "c.txt")))  # clean
    path(BASE / "static" / "x.css")  # clean


def extension_says_nothing():
    name = source()
    if os.path.splitext(name)[1] not in (".txt", ".png"):
        return
    path(os.path.join(ROOT, name))  # tainted

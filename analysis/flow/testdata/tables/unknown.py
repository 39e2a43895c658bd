"""Calls that nobody knows, and what they say by their names."""

import io

from elsewhere import (
    clean_it, count_rows, each, fill, fill_dict, find_into, get_object_or_404, get_user_id, has_access, is_ok,
    fill_file, transform, validate, validate_name,
)
from probe import sink, source


def kept():
    sink(transform(source()))  # vague
    sink(transform("a"))  # unknown
    sink(validate_name(source()))  # vague


def named_otherwise():
    x = source()
    sink(is_ok(x))  # clean
    sink(has_access(x))  # clean
    sink(count_rows(x))  # clean
    sink(get_user_id(x))  # unknown
    sink(get_object_or_404("T", pk=x))  # unknown


def tests_prove_nothing():
    x = source()
    if is_ok(x):
        sink(x)  # tainted
    validate(x)
    sink(x)  # tainted
    sink(clean_it(x))  # vague


def filled_by_others():
    errors = []
    fill(errors)
    if errors:
        sink(source())  # tainted
    table = {"a": "b"}
    fill_dict(table)
    if "k" in table:
        sink(source())  # tainted
    sink(table["a"])  # clean


class Holder:
    def __init__(self):
        self.found = None
        self.items = []


def object_changed_by_others():
    h = Holder()
    if h.found:
        sink(source())  # dead
    find_into(h)
    if h.found:
        sink(source())  # tainted


def not_filled():
    errors = []
    print(errors)
    if errors:
        sink(source())  # dead


def filled_by_its_own_method():
    errors = []
    note = errors.append
    note(source())
    if errors:
        sink(source())  # tainted


def written_by_others():
    buf = io.StringIO()
    buf.write("a")
    sink(buf.getvalue())  # clean
    fill_file(buf)
    sink(buf.getvalue())  # unknown


def filled_by_a_callback():
    found = []
    each(lambda v: found.append(v))
    if found:
        sink(source())  # tainted


def flag_set_by_a_callback():
    done = False

    def note(v):
        nonlocal done
        done = True
    if done:
        sink(source())  # dead
    each(note)
    if done:
        sink(source())  # tainted

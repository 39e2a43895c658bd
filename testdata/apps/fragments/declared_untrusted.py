from pathlib import Path

import requests
from flask import redirect
from jinja2 import Template


def fetch(user_provided_url):
    return requests.get(user_provided_url, timeout=5).content  # want ssrf


def fetch_unknown(url):
    return requests.get(url, timeout=5).content


def read(untrusted_path):
    with open(untrusted_path, encoding="utf-8") as handle:  # want path-traversal
        return handle.read()


def read_unknown(path):
    return Path(path).read_text(encoding="utf-8")


def leave(user_supplied_target):
    return redirect(user_supplied_target)  # want open-redirect


def leave_unknown(target):
    return redirect(target)


def compute(user_input):
    return eval(user_input)  # want code-injection


def compute_unknown(expression):
    return eval(expression)  # want dynamic-code-execution


def render(user_input):
    return Template(user_input).render()  # want template-injection


def render_unknown(source):
    return Template(source).render()

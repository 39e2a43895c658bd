"""Small blocks of HTML and XML, built without a template engine; everything variable is escaped."""
import html
import json
import re
from dataclasses import dataclass, field
from string import Template
from urllib.parse import quote, urlsplit
from xml.sax.saxutils import escape as xml_escape
from xml.sax.saxutils import quoteattr

import nh3
from markupsafe import Markup, escape

VERSION = "2.4"
ASSETS = "/static/" + VERSION
HEAD = f"""<head>
<meta charset="utf-8">
<link rel="stylesheet" href="{ASSETS}/site.css">
<script src="{ASSETS}/site.js" defer></script>
</head>"""
FOOTER = "<footer>Version {}</footer>".format(VERSION)
MAINTENANCE = "<!doctype html><html>" + HEAD + "<body><h1>Back soon</h1>" + FOOTER + "</body></html>"
BUTTON = Markup('<button type="submit" class="{kind}">{label}</button>')
RULES = "".join(f"<hr class='rule-{level}'>" for level in range(1, 4))


@dataclass
class Element:
    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list = field(default_factory=list)

    def __repr__(self):
        return f"<Element {self.name} with {len(self.children)} children>"

    def __html__(self):
        if not re.fullmatch(r"[a-z][a-z0-9]*", self.name):
            raise ValueError(f"{self.name!r} is no name of an element")
        attributes = "".join(
            f' {html.escape(name)}="{html.escape(value)}"' for name, value in self.attributes.items() if is_attribute(name)
        )
        inside = Markup("").join(self.children)
        return f"<{self.name}{attributes}>{inside}</{self.name}>"


def is_attribute(name):
    return re.fullmatch(r"(class|id|title|alt|lang|data-[a-z-]+)", name) is not None


def maintenance_page():
    return MAINTENANCE


def greeting(name):
    return f"<p>Hello {html.escape(name)}</p>"


def link(url, text):
    if urlsplit(url).scheme not in ("http", "https", "mailto"):
        return escape(text)
    return Markup('<a href="{}" rel="noopener">{}</a>').format(url, text)


def button(label, primary=False):
    return BUTTON.format(kind="primary" if primary else "plain", label=label)


def table(rows, caption=None):
    body = Markup("").join(
        Markup("<tr>{}</tr>").format(Markup("").join(Markup("<td>{}</td>").format(cell) for cell in row)) for row in rows
    )
    if caption:
        body = Markup("<caption>%s</caption>") % caption + body
    return Markup("<table>") + body + Markup("</table>")


def pager(page: int, pages: int):
    parts = []
    for number in range(1, pages + 1):
        if number == page:
            parts.append(f"<b>{number}</b>")
        else:
            parts.append(f'<a href="?page={number}">{number}</a>')
    return " ".join(parts)


def search_link(words):
    return f'<a href="/search?q={quote(words, safe="")}">{escape(words)}</a>'


def comment(text):
    """Comments may hold a little markup; nh3 keeps what is on its list."""
    return Markup(nh3.clean(text, tags={"b", "i", "em", "strong", "code", "p"}, attributes={}))


def data_island(identifier, value):
    if not identifier.isidentifier():
        raise ValueError(identifier)
    content = json.dumps(value).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return f'<script type="application/json" id="{identifier}">{content}</script>'


def sitemap(entries):
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">']
    for location, changed in entries:
        day = xml_escape(f"{changed:%Y-%m-%d}")
        lines.append(f"<url><loc>{xml_escape(location)}</loc><lastmod>{day}</lastmod></url>")
    lines.append("</urlset>")
    return "\n".join(lines)


def feed_entry(title, url):
    return f"<entry><title>{xml_escape(title)}</title><link href={quoteattr(url)}/></entry>"


def text_letter(name, items):
    letter = Template("Dear $name,\n\nyou have <$count> new messages:\n$items\n")
    return letter.substitute(name=name, count=len(items), items="\n".join(f"- {item}" for item in items))


def usage(program):
    return f"usage: {program} <command> [<args>...]"


def comparison(left, right):
    return f"{left} < {right}" if left < right else f"{left} > {right}"

"""A generator of static pages: Markdown files in, HTML files out, with hashed assets."""
import hashlib
import html
import json
import logging
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

import yaml
from jinja2 import Environment, FileSystemLoader, TemplateNotFound, select_autoescape
from markupsafe import Markup, escape

logger = logging.getLogger(__name__)

FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
EMPHASIS = re.compile(r"\*([^*]+)\*")
LINK = re.compile(r"\[([^\]]+)\]\((https?://[^)\s\"']+)\)")
LAYOUT = "<!doctype html><meta charset=utf-8><title>{title}</title><main>{body}</main>"


def short_hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]


def etag(path: Path) -> str:
    """A weak validator; it only has to change when the file does."""
    return 'W/"%s"' % hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()


def slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "page"


def render_inline(text: str) -> Markup:
    """A little Markdown: the text is escaped first, then marked up."""
    result = html.escape(text)
    result = EMPHASIS.sub(r"<em>\1</em>", result)
    result = LINK.sub(r'<a href="\2">\1</a>', result)
    return Markup(result)


def render_blocks(text: str) -> Markup:
    blocks = []
    for block in re.split(r"\n\s*\n", text.strip()):
        if block.startswith("# "):
            blocks.append(Markup("<h1>{}</h1>").format(render_inline(block[2:])))
        elif block.startswith("- "):
            items = (Markup("<li>{}</li>").format(render_inline(line[2:])) for line in block.splitlines())
            blocks.append(Markup("<ul>{}</ul>").format(Markup("").join(items)))
        else:
            blocks.append(Markup("<p>{}</p>").format(render_inline(block)))
    return Markup("\n").join(blocks)


@dataclass
class Page:
    source: Path
    title: str
    text: str
    created: date | None = None
    tags: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, path: Path) -> "Page":
        content = path.read_text(encoding="utf-8")
        matter: dict = {}
        if match := FRONT_MATTER.match(content):
            matter = yaml.safe_load(match[1]) or {}
            content = content[match.end() :]
        return cls(path, str(matter.get("title", path.stem)), content, matter.get("date"), list(matter.get("tags", [])))

    def __str__(self) -> str:
        return f"{self.title} <{self.slug}>"

    @cached_property
    def slug(self) -> str:
        return slug(self.title)

    def plain(self) -> str:
        return LAYOUT.format(title=escape(self.title), body=render_blocks(self.text))


class Site:
    def __init__(self, source: Path, target: Path, templates: Path | None = None):
        self.source = source.resolve()
        self.target = target.resolve()
        self.assets: dict[str, str] = {}
        loader = FileSystemLoader(templates) if templates else FileSystemLoader(self.source / "templates")
        self.environment = Environment(loader=loader, autoescape=select_autoescape(["html", "xml"]), trim_blocks=True)
        self.environment.globals["asset"] = self.asset

    def asset(self, name: str) -> str:
        return self.assets.get(name, name)

    def pages(self) -> Iterable[Page]:
        return sorted(map(Page.read, self.source.glob("pages/*.md")), key=lambda page: page.title)

    def copy_assets(self) -> None:
        for path in (self.source / "assets").rglob("*"):
            if path.is_file():
                name = f"{path.stem}.{short_hash(path.read_bytes())}{path.suffix}"
                shutil.copyfile(path, self.target / name)
                self.assets[path.name] = name

    def render(self, page: Page) -> str:
        try:
            template = self.environment.get_template("page.html")
        except TemplateNotFound:
            return page.plain()
        return template.render(page=page, body=render_blocks(page.text))

    def build(self) -> int:
        self.target.mkdir(parents=True, exist_ok=True)
        self.copy_assets()
        index = []
        for page in self.pages():
            (self.target / f"{page.slug}.html").write_text(self.render(page), encoding="utf-8")
            index.append({"title": page.title, "href": f"{page.slug}.html"})
            logger.info(f"page <{page.slug}>: update of {page.source.name} set")
        (self.target / "index.json").write_text(json.dumps(index), encoding="utf-8")
        return len(index)

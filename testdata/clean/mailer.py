"""Letters by SMTP: plain text, and HTML from templates that escape."""
import email.policy
import logging
import os
import smtplib
import ssl
import textwrap
import time
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr
from html import escape
from pathlib import Path

from jinja2 import DictLoader, Environment, FileSystemLoader, StrictUndefined, select_autoescape

logger = logging.getLogger(__name__)

TEMPLATES = Path(__file__).parent / "mail"
BUILT_IN = {
    "welcome.html": "<p>Hello {{ name }},</p><p>thank you for joining. <a href='{{ link }}'>Choose a password</a>.</p>",
    "welcome.txt": "Hello {{ name }},\n\nthank you for joining. Choose a password here:\n{{ link }}\n",
    "digest.html": "<ul>{% for item in items %}<li>{{ item }}</li>{% endfor %}</ul>",
    "digest.txt": "{% for item in items %}- {{ item }}\n{% endfor %}",
}
SUBJECTS = {"welcome": "Welcome, {name}", "digest": "What is new since {since}"}


def make_environment(folder: Path = TEMPLATES) -> Environment:
    loader = FileSystemLoader(folder) if folder.is_dir() else DictLoader(BUILT_IN)
    return Environment(loader=loader, autoescape=select_autoescape(["html"]), undefined=StrictUndefined)


@dataclass(frozen=True)
class Recipient:
    name: str
    address: str

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>"

    def header(self) -> Address:
        _, address = parseaddr(self.address)
        return Address(self.name, addr_spec=address)


class Mailer:
    def __init__(self, host: str, port: int = 587, sender: str = "Site <noreply@example.com>"):
        self.host = host
        self.port = port
        self.sender = sender
        self.environment = make_environment()

    def __repr__(self) -> str:
        return f"<Mailer {self.host}:{self.port}>"

    def compose(self, name: str, to: Recipient, **values: object) -> EmailMessage:
        message = EmailMessage(policy=email.policy.SMTP)
        message["From"] = self.sender
        message["To"] = to.header()
        message["Date"] = formatdate()
        message["Message-ID"] = make_msgid(domain="example.com")
        message["Subject"] = SUBJECTS[name].format_map({"name": to.name, **values})
        context = {"name": to.name, **values}
        message.set_content(self.environment.get_template(f"{name}.txt").render(context))
        message.add_alternative(self.environment.get_template(f"{name}.html").render(context), subtype="html")
        return message

    def send(self, messages: list[EmailMessage]) -> int:
        context = ssl.create_default_context()
        sent = 0
        with smtplib.SMTP(self.host, self.port, timeout=20) as server:
            server.starttls(context=context)
            server.login(os.environ["SMTP_USER"], os.environ["SMTP_PASSWORD"])
            for message in messages:
                try:
                    server.send_message(message)
                except smtplib.SMTPRecipientsRefused as error:
                    logger.warning("refused: %s", ", ".join(error.recipients))
                else:
                    sent += 1
                time.sleep(0.05)
        logger.info(f"sent {sent} of {len(messages)} letters from {self.sender}")
        return sent


def notice(title: str, text: str) -> EmailMessage:
    """A letter to the operators; its HTML part is the text, escaped, in a <pre>."""
    message = EmailMessage()
    message["Subject"] = f"[site] {title}".replace("\r", " ").replace("\n", " ")
    message["To"] = os.environ.get("OPERATORS", "root@localhost")
    message.set_content(text)
    message.add_alternative(f"<html><body><pre>{escape(text)}</pre></body></html>", subtype="html")
    return message


def signature(name: str, role: str) -> str:
    return textwrap.dedent(
        f"""
        --
        {name} <{role}@example.com>
        Update your settings, or delete from this list with one click.
        """
    )


def summary(recipients: list[Recipient]) -> str:
    names = ", ".join(str(recipient) for recipient in recipients[:3])
    more = len(recipients) - 3
    return f"to {names}" + (f" and {more} more" if more > 0 else "")

"""Administration from the command line: users, settings and a look into the database."""
import getpass
import json
import os
import secrets
import sqlite3
import sys
import textwrap
from pathlib import Path

import click
from argon2 import PasswordHasher

TABLES = ("users", "groups", "sessions")
COLUMNS = {"users": ["id", "email", "created"], "groups": ["id", "name"], "sessions": ["id", "user_id", "expires"]}
PASSWORD_PROMPT = "Password"
SECRET_KEY_HINT = "Put the key into SECRET_KEY in the environment; it is not stored anywhere."


def connect(path):
    connection = sqlite3.connect(path, timeout=5)
    connection.row_factory = sqlite3.Row
    return connection


@click.group(context_settings={"auto_envvar_prefix": "SITE"})
@click.option("--database", type=click.Path(dir_okay=False, path_type=Path), default=Path("site.db"), show_default=True)
@click.pass_context
def cli(context, database):
    """Administer the site."""
    context.obj = connect(database)
    context.call_on_close(context.obj.close)


@cli.command("list")
@click.argument("table", type=click.Choice(TABLES))
@click.option("--limit", type=click.IntRange(1, 1000), default=20, help="How many rows to select from the table.")
@click.pass_obj
def list_rows(connection, table, limit):
    """Select rows from a table and show them."""
    if table not in COLUMNS:
        raise click.BadParameter(f"select from {', '.join(TABLES)}")
    columns = COLUMNS[table]
    rows = connection.execute(f"SELECT {', '.join(columns)} FROM {table} ORDER BY id LIMIT ?", (limit,)).fetchall()
    widths = [max([len(column), *(len(str(row[column])) for row in rows)]) for column in columns]
    click.secho("  ".join(column.ljust(width) for column, width in zip(columns, widths)), bold=True)
    for row in rows:
        click.echo("  ".join(str(row[column]).ljust(width) for column, width in zip(columns, widths)))


@cli.command()
@click.argument("email")
@click.pass_obj
def add_user(connection, email):
    """Add a user; the password is asked for."""
    password = getpass.getpass(f"{PASSWORD_PROMPT} for {email}: ")
    if len(password) < 12:
        raise click.ClickException("Choose at least 12 characters.")
    with connection:
        cursor = connection.execute(
            "INSERT INTO users (email, password_hash) VALUES (?, ?)", (email, PasswordHasher().hash(password))
        )
    click.echo(f"Inserted into users: {email} has number {cursor.lastrowid}")


@cli.command()
@click.argument("email")
@click.confirmation_option(prompt="Delete the user from the database?")
@click.pass_obj
def remove_user(connection, email):
    with connection:
        removed = connection.execute("DELETE FROM users WHERE email = ?", [email]).rowcount
    if not removed:
        click.echo(f"delete from users: nobody has the address {email}", err=True)
        sys.exit(1)


@cli.command()
@click.option("--length", type=click.IntRange(32, 128), default=64)
def new_key(length):
    """Print a new signing key."""
    secret_key = secrets.token_urlsafe(length)
    click.echo(secret_key)
    click.echo(textwrap.fill(SECRET_KEY_HINT), err=True)


@cli.command()
@click.argument("names", nargs=-1, required=True)
@click.pass_obj
def find(connection, names):
    """Find users by the beginning of their address."""
    condition = " OR ".join(["email LIKE ?"] * len(names))
    for row in connection.execute("SELECT id, email FROM users WHERE " + condition, [name + "%" for name in names]):
        click.echo(f"{row['id']:>6}  {row['email']}")


@cli.command()
@click.option("--output", type=click.File("w", encoding="utf-8"), default="-")
@click.pass_obj
def dump(connection, output):
    """Write every table as JSON."""
    content = {}
    for table in TABLES:
        content[table] = [dict(row) for row in connection.execute("SELECT * FROM %s" % table)]
    json.dump(content, output, indent=2, default=str)


@cli.command()
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def load(connection, path):
    """Read users from a JSON file that dump wrote."""
    users = json.loads(path.read_text(encoding="utf-8"))["users"]
    with connection:
        connection.executemany("INSERT INTO users (id, email, created) VALUES (:id, :email, :created)", users)
    click.echo(f"{len(users)} users from {os.fspath(path)}")


if __name__ == "__main__":
    cli()

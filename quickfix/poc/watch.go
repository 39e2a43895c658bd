package poc

import (
	"pavise/analysis/models"
)

// watchFor is how a test sees that data arrives which is not clean for a kind.
// Nothing that the client sends is ever run: what would run it is stopped.
func watchFor(k models.Kind) (watch, bool) {
	for _, w := range []watch{sqlWatch, shellWatch, pathWatch, addressWatch, redirectWatch, htmlWatch} {
		if k&w.kind != 0 {
			return w, true
		}
	}
	return watch{}, false
}

// sqlWatch puts a recorder in the place of every database. A statement in which
// the client's text stands as it is was put together from it; a bound value
// never stands in one.
var sqlWatch = watch{
	kind:    models.SQL,
	purpose: "change what a SQL statement does",
	imports: []string{"import importlib"},
	needs:   []string{"monkeypatch"},
	code: `
PAYLOAD = "pavise' OR '1'='1"
DRIVERS = ("sqlite3", "psycopg", "psycopg2", "pymysql", "MySQLdb", "mysql.connector", "oracledb", "pyodbc")


class Recorder:
    """A connection, and its cursor, that runs nothing and keeps the statements."""

    description, rowcount, lastrowid = None, 0, None

    def __init__(self, statements):
        self.statements = statements

    def execute(self, statement, *values, **named):
        self.statements.append(str(statement))
        return self

    executemany = executescript = execute

    def fetchone(self):
        return None

    def fetchall(self):
        return []

    def fetchmany(self, *size):
        return []

    def __iter__(self):
        return iter(())

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return None

    def __getattr__(self, name):
        return lambda *values, **named: self


def module(name):
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def record(monkeypatch, statements):
    """Let no database see what the request asks of it."""
    for name in DRIVERS:
        if driver := module(name):
            monkeypatch.setattr(driver, "connect", lambda *values, **named: Recorder(statements))
    if base := module("django.db.backends.base.base"):
        for name in ("cursor", "chunked_cursor"):
            monkeypatch.setattr(base.BaseDatabaseWrapper, name, lambda self, *values: Recorder(statements))
    if module("sqlalchemy"):
        from sqlalchemy.engine import Connection
        from sqlalchemy.orm import Session

        def watch(owner, name):
            original = getattr(owner, name)

            def run(self, statement, *values, **named):
                statements.append(str(statement))
                if PAYLOAD in statements[-1]:
                    raise RuntimeError("stopped")
                return original(self, statement, *values, **named)

            monkeypatch.setattr(owner, name, run)

        for owner in (Connection, Session):
            for name in ("execute", "exec_driver_sql", "scalar", "scalars"):
                if hasattr(owner, name):
                    watch(owner, name)
`,
	body: `    statements = []
    record(monkeypatch, statements)
@send
    with contextlib.suppress(Exception):
        send(PAYLOAD)

    assert not [s for s in statements if PAYLOAD in s]
`,
}

// auditing are the parts that the tests with an audit hook share: Python tells a
// hook of each file, program and connection before it is opened, whatever
// library asks for it, and a hook that raises prevents it.
const auditing = `
hits = []
watching = False


def audit(event, values):
    if watching and (hit := reached(event, values)):
        hits.append(hit)
        raise PermissionError("stopped")


sys.addaudithook(audit)


@contextlib.contextmanager
def watched():
    global watching
    hits.clear()
    watching = True
    try:
        with contextlib.suppress(Exception):
            yield
    finally:
        watching = False
`

// shellWatch sees the commands that shells are given. The quote in the payload
// does not survive quoting, so that it stands in a command only if it was put
// there as it is.
var shellWatch = watch{
	kind:    models.Command,
	purpose: "run commands of their own",
	imports: []string{"import os"},
	code: `
PAYLOAD = "pavise'; echo pavise #"
SHELLS = ("sh", "bash", "dash", "zsh", "ksh", "cmd.exe")


def reached(event, values):
    """The command, if a program is about to be started."""
    if event == "os.system":
        words = ["sh", "-c", values[0]]
    elif event == "subprocess.Popen":
        words = [values[1]] if isinstance(values[1], (str, bytes)) else list(values[1])
    elif event in ("os.exec", "os.posix_spawn"):
        words = list(values[1])
    else:
        return None
    words = [os.fsdecode(w) for w in words]
    return words if os.path.basename(words[0]) in SHELLS else ["no shell"]

` + auditing,
	body: `@send
    with watched():
        send(PAYLOAD)

    assert not [words for words in hits if PAYLOAD in " ".join(words)]
`,
}

// pathWatch has the client ask for a file outside, once by steps upwards and
// once by its full name.
var pathWatch = watch{
	kind:    models.Path,
	slashes: true,
	purpose: "reach files outside the folder that is meant",
	imports: []string{"import os"},
	needs:   []string{"tmp_path"},
	code: `
secret = ""


def reached(event, values):
    """The path, if the file outside is about to be touched."""
    if event != "open" and not event.startswith(("os.", "shutil.")):
        return None
    paths = [os.fsdecode(value) for value in values if isinstance(value, (str, bytes, os.PathLike))]
    return [p for p in paths if os.path.realpath(p).startswith(secret)]

` + auditing,
	body: `    global secret
    outside = tmp_path / "secret.txt"
    outside.write_text("not for the client")
    secret = os.path.realpath(outside)
@send
    found = []
    for value in ("../" * 30 + secret.lstrip("/"), secret):
        with watched():
            send(value)
        found += hits

    assert not found
`,
}

// addressWatch sees the connections that are made. The address is one that only
// the machine itself can reach; it is a number, so that asking for its name is
// no connection.
var addressWatch = watch{
	kind:    models.URL,
	slashes: true,
	purpose: "choose where the server connects to",
	needs:   []string{"monkeypatch"},
	code: `
ADDRESS = "169.254.169.254"


def reached(event, values):
    """The address, if the server is about to connect to it."""
    if event == "socket.connect" and isinstance(values[1], tuple) and values[1][0] == ADDRESS:
        return values[1]
    return None

` + auditing,
	body: `    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
@send
    found = []
    for value in (f"http://{ADDRESS}/", ADDRESS):
        with watched():
            send(value)
        found += hits

    assert not found
`,
}

// redirectWatch reads where the answer sends the client, as browsers do: they
// take a backslash for a slash.
var redirectWatch = watch{
	kind:    models.Redirect,
	slashes: true,
	purpose: "send somebody to another site",
	imports: []string{"from urllib.parse import urlsplit"},
	code: `
HOST = "attacker.example"
`,
	body: `@send
    targets = []
    for value in (f"https://{HOST}/", f"//{HOST}/", f"/\\{HOST}/"):
        with contextlib.suppress(Exception):
            headers, _ = send(value)
            targets.append(headers.get("Location", ""))

    assert not [t for t in targets if urlsplit(t.replace("\\", "/")).netloc == HOST]
`,
}

// htmlWatch looks for markup of the client in a page.
var htmlWatch = watch{
	kind:    models.HTML,
	purpose: "put a script into the page",
	code: `
PAYLOAD = "<img src=x onerror=alert(1)>"
`,
	body: `@send
    headers, page = {}, ""
    with contextlib.suppress(Exception):
        headers, page = send(PAYLOAD)

    assert "html" not in headers.get("Content-Type", "") or PAYLOAD not in page
`,
}

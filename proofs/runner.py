"""Runs both sides of each case, every side in a process of its own that is forked from one with all libraries loaded."""

import importlib
import json
import os
import selectors
import shutil
import signal
import sys
import time
import traceback
import warnings

LIMIT = 120  # seconds for a side
PRELOADED = """
    aiohttp.web aiosqlite argon2 asyncpg bottle defusedxml.ElementTree django.http django.shortcuts django.test fastapi.testclient flask
    flask_sqlalchemy jinja2 lxml.etree psycopg psycopg2 pymysql pyramid.config quart requests sqlalchemy.orm starlette.testclient
    tornado.testing webtest yaml
""".split()

# Variables that change what the libraries do.
INHERITED = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR", "http_proxy", "https_proxy", "all_proxy",
             "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "FLASK_DEBUG", "FLASK_ENV", "SECRET_KEY", "PYTHONHTTPSVERIFY")

# What a fix that broke the program raises, sooner or later.
BROKEN = (SyntaxError, ImportError, NameError, AttributeError, TypeError)


def prove(cases, servers, width):
    """Fills in the verdicts."""
    for c in cases:
        c.skipped = servers.missing.get(c.needs, "")
    jobs = [(c, side) for c in cases if not c.fault and not c.skipped for side in ("before", "after")]
    load()
    answers = {}
    waiting, free = jobs[::-1], list(range(width))
    with selectors.DefaultSelector() as selector:
        while waiting or selector.get_map():
            while waiting and free:
                start(selector, waiting.pop(), free.pop(), servers)
            for key, _ in selector.select(timeout=1):
                chunk = os.read(key.fd, 1 << 16)
                key.data["text"] += chunk
                if not chunk:
                    finish(selector, key, answers)
                    free.append(key.data["slot"])
            for key in selector.get_map().values():
                if time.monotonic() > key.data["until"]:
                    os.killpg(key.data["pid"], signal.SIGKILL)
    for c, _ in jobs[::2]:
        judge(c, answers[c.name, "before"], answers[c.name, "after"])


def load():
    import django
    from django.conf import settings

    settings.configure(
        DEBUG=False, SECRET_KEY="x" * 50, ALLOWED_HOSTS=["*"], USE_TZ=True, ROOT_URLCONF=(), DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": ["templates"]}],
    )
    django.setup()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in PRELOADED:
            importlib.import_module(name)


def start(selector, job, slot, servers):
    """Forks the process of one side; its answer comes through a pipe."""
    case, side = job
    reader, writer = os.pipe()
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        try:
            os.setpgid(0, 0)
            os.close(reader)
            answer = run(case, case.folder / side, servers.environment(slot))
            with open(writer, "w") as f:
                json.dump(answer, f)
        finally:
            os._exit(0)
    os.close(writer)
    data = {"pid": pid, "job": job, "slot": slot, "text": b"", "until": time.monotonic() + LIMIT}
    selector.register(reader, selectors.EVENT_READ, data)


def finish(selector, key, answers):
    selector.unregister(key.fileobj)
    os.close(key.fd)
    os.waitpid(key.data["pid"], 0)
    case, side = key.data["job"]
    answers[case.name, side] = json.loads(key.data["text"] or '{"error": "it ended or hung without an answer"}')


def run(case, folder, environment):
    """What the functions of the proof give for the program in a folder."""
    quiet = os.open(folder.parent / f"{folder.name}.log", os.O_WRONLY | os.O_CREAT)
    for fd in (1, 2):
        os.dup2(quiet, fd)
    for name in INHERITED:
        os.environ.pop(name, None)
    os.environ.update(environment)
    work = folder.parent / f"{folder.name}.work"
    shutil.copytree(folder, work)
    os.chdir(work)
    sys.path.insert(0, str(work))
    sys.dont_write_bytecode = True
    proof = {}
    try:
        exec(compile(case.proof, f"{case.name}/proof.py", "exec"), proof)
        proof.get("prepare", lambda: None)()
        app = importlib.import_module("app")
    except BaseException:
        return {"error": traceback.format_exc()}
    answer = {}
    for name in ("benign", "attack", "repaired"):
        if name not in proof:
            continue
        try:
            value = proof[name](app)
            answer[name] = [bool(value), repr(value)]
        except BaseException as e:
            answer[name] = [False, "", type(e).__name__, traceback.format_exc(), isinstance(e, BROKEN)]
    return answer


def judge(case, before, after):
    """Compares what both sides gave."""
    case.fault = before.get("error") or after.get("error") or ""
    if case.fault:
        return
    if "benign" not in before or not case.refused and "attack" not in before and "repaired" not in before:
        case.fault = "the proof says too little"
    if "benign" in before:
        judge_benign(case, before["benign"], after["benign"])
    if "attack" in before:
        judge_attack(case, before["attack"], after["attack"])
    if "repaired" in before:
        judge_repaired(case, before["repaired"], after["repaired"])


def judge_benign(case, before, after):
    if not before[0]:
        case.fault = f"benign use gives {before[1] or before[3]} before"
    elif before[:2] != after[:2]:
        case.fault = f"benign use gives {before[1]} before and {after[1] or after[3]} after"
    case.verdicts["benign"] = "same"


def judge_attack(case, before, after):
    if not before[0]:
        case.fault = f"the attack does not work before: {before[3] if len(before) > 2 else before[1]}"
    elif after[0] != bool(case.refused):
        case.fault = "the attack works after" if after[0] else "the attack does not work after a refusal"
    elif len(after) > 2 and after[4]:
        case.fault = f"the attack meets a broken program: {after[3]}"
    case.verdicts["before"] = "works"
    case.verdicts["after"] = "works" if after[0] else f"{after[2]}" if len(after) > 2 else "fails"


def judge_repaired(case, before, after):
    if before[0]:
        case.fault = "what should be repaired works before"
    elif not after[0]:
        case.fault = f"what should be repaired does not work after: {after[3] if len(after) > 2 else after[1]}"
    case.verdicts["repaired"] = "repaired"

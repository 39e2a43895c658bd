#!/usr/bin/env python3
"""lspbench: keystroke -> diagnostics latency of Python language servers over stdio.

Python 3.11+, standard library only.  All servers are up at the same time and are
measured block by block in turn, so that ratios survive a noisy machine.

  lspbench.py --server "pavise=$PWD/bin/pavise serve" --server 'ruff=@ruff:/path/ruff' \\
              --sizes 100,1000,10000 --edits 200 --json out.json
  lspbench.py --self-test            # checks the driver against stub servers
  lspbench.py --emit 1000            # prints the synthetic source

SERVER is NAME=COMMAND, or NAME=@PRESET[:BINARY] with a preset of --list-presets.
--set NAME.KEY=VALUE (JSON or text) changes one server; keys: mode (auto|push|pull),
trigger (change|save), guard (0: do not check the content), init, settings, env, files.
{ws} in commands, options and files stands for the workspace folder.

What counts: t0 is taken before the didChange bytes are written, t1 when the last byte
of the answer was read (before it is decoded).  An edit is answered by the first
publishDiagnostics (or pull response) for its version or a newer one whose content
reflects the edit: "type"/"undo" move the columns of the finding on the edited line,
"create"/"remove" change the number of findings, "top"/"untop" move every line.
Anything else is a stale result, an edit that never gets its answer has failed, and
neither enters a percentile.  "weak": the server reports no columns, so that a typed
character cannot be told from its result and only the version vouches for it.
"""
import argparse
import ast
import atexit
import collections
import json
import os
import queue
import random
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

# ---------------------------------------------------------------- the document
HEAD = '''"""Synthetic Flask/Django style module written by lspbench."""
import base64, hashlib, logging, os, pickle, random, subprocess, tempfile
import xml.etree.ElementTree as ET

import requests, yaml
from django.db import connection, models
from django.utils.safestring import mark_safe
from flask import Flask, abort, jsonify, request

app, cursor, logger = Flask(__name__), connection.cursor(), logging.getLogger(__name__)
'''
SAFE = ['''
class Record$i(models.Model):
    """One accounting record."""

    number = models.CharField(max_length=$n, unique=True)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created", "number"]

    def is_overdue(self, today, days=$n):
        return (today - self.created.date()).days > days and not self.paid
''', '''
def summarise_$i(rows, minimum=$n):
    """Group rows by key and keep the large groups."""
    groups, result = {}, {}
    for row in rows:
        key = (row.get("region") or "none").strip().lower()
        groups.setdefault(key, []).append(row)
    for key, members in sorted(groups.items()):
        total = sum(float(m["amount"]) for m in members)
        if total < minimum:
            logger.debug("skipped %s with %.2f", key, total)
            continue
        result[key] = {"count": len(members), "mean": total / len(members)}
    return result
''', '''
def load_$i(path, retries=$n):
    """Read key=value lines, with a few retries."""
    values = {}
    while retries > 0:
        try:
            with open(path, encoding="utf-8") as handle:
                for number, line in enumerate(handle, start=1):
                    name, _, value = line.partition("=")
                    values[name.strip()] = (number, value.strip())
            cursor.execute("SELECT id FROM jobs WHERE name = %s LIMIT $n", [path])
            break
        except FileNotFoundError as exc:
            logger.warning("cannot read %s: %s", path, exc)
            retries -= 1
    return values
''']
VULN = '''
@app.route("/action/$i", methods=["POST"])
def action_$i():
    """Handle one request."""
    value = request.values.get("field_$i", "")
    limit = min(int(request.args.get("limit", "$n")), 500)
    logger.info("action_$i called with limit %d", limit)
    result = $v
    return jsonify({"ok": True, "result": str(result), "limit": limit})
'''
SINKS = ['cursor.execute("SELECT * FROM users WHERE name = \'%s\'" % value)',
         'subprocess.call("ping -c 1 " + value, shell=True)',
         'yaml.load(value)', 'pickle.loads(base64.b64decode(value))',
         'hashlib.md5(value.encode()).hexdigest()', 'requests.get(value, verify=False, timeout=9)',
         'eval(value)', 'os.system("tar xf " + value)', 'tempfile.mktemp(value)',
         'mark_safe("<b>%s</b>" % value)', 'ET.fromstring(value)', 'random.choice([value, limit])']
# The probe: digits are typed after "max(1", the "#" before eval is removed to make a finding.
# probe_scope is undefined on purpose, so that type checkers have something to report as well.
PROBE = '''def lspbench_probe(request):
    limit = 10
    value = max(1, eval(request.GET["expr"], probe_scope))
    #eval(request.GET["query"], probe_scope)
    return value, limit'''.split("\n")
TYPE_COL = PROBE[2].index("max(1") + len("max(1")
CYCLE = ["type", "undo"] * 3 + ["create", "remove", "top", "untop"]


def synthesise(lines, vuln=0.1, seed=1):
    """Exactly `lines` lines (the probe comes on top); a share `vuln` of the functions is vulnerable."""
    rng, out, i = random.Random(seed), HEAD.rstrip("\n").split("\n"), 0
    while True:
        i, due = i + 1, int(i * vuln + 0.5)  # how many vulnerable ones there should be by now
        block = SAFE[rng.randrange(len(SAFE)) if i > 1 else 0]
        if int(i * vuln + 0.5) > due:
            block = VULN.replace("$v", SINKS[due % len(SINKS)])
        block = block.replace("$i", str(i)).replace("$n", str(rng.randrange(10, 99)))
        block = [""] + block.rstrip("\n").split("\n")
        if len(out) + len(block) > lines:
            return "\n".join(out + [f"LIMIT_{k} = {k}" for k in range(lines - len(out))]) + "\n"
        out += block


def with_probe(text):
    """The lines with the probe put before the top-level function or class nearest to the middle."""
    lines = text.replace("\r\n", "\n").split("\n")
    starts = [len(lines) - 1]
    try:
        starts += [min([n.lineno] + [d.lineno for d in n.decorator_list]) - 1 for n in ast.parse(text).body
                   if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))]
    except SyntaxError:
        pass
    at = min(starts, key=lambda n: abs(n - len(lines) // 2))
    return lines[:at] + PROBE + ["", ""] + lines[at:], at


class Doc:
    """The edited document; an edit is (line, column, end line, end column, new text)."""

    def __init__(self, lines, at):
        self.lines, self.probe, self.version = list(lines), at + 2, 1

    def text(self):
        return "\n".join(self.lines)

    def apply(self, e):
        line, col, line2, col2, new = e
        self.lines[line:line2 + 1] = (self.lines[line][:col] + new + self.lines[line2][col2:]).split("\n")
        self.version += 1
        if line2 < self.probe:
            self.probe += new.count("\n") - (line2 - line)

    def edit(self, kind, n=1):
        p = self.probe
        return {"type": (p, TYPE_COL, p, TYPE_COL, "1" * n), "undo": (p, TYPE_COL, p, TYPE_COL + n, ""),
                "create": (p + 1, 4, p + 1, 5, ""), "remove": (p + 1, 4, p + 1, 4, "#"),
                "top": (0, 0, 0, 0, "\n"), "untop": (0, 0, 1, 0, "")}[kind]


def move(pos, e):
    """Where an edit moves a position to."""
    line, col, line2, col2, new = e
    rows = new.split("\n")
    if pos < (line2, col2):
        return pos
    if pos[0] != line2:
        return pos[0] + len(rows) - 1 - (line2 - line), pos[1]
    return line + len(rows) - 1, pos[1] - col2 + len(rows[-1]) + (col if len(rows) == 1 else 0)


def moved(old, e):
    return collections.Counter(move(k[:2], e) + move(k[2:4], e) + k[4:] for k in old)


def keys(diags):
    return [(d["range"]["start"]["line"], d["range"]["start"]["character"], d["range"]["end"]["line"],
             d["range"]["end"]["character"], str(d.get("code"))) for d in diags]


def reflects(kind, old, new, e, probe):
    """Does the new list of findings show the edit?"""
    grown = len(new) - len(old)
    if kind == "create":
        return grown > 0 and any(k[0] == probe + 1 for k in new)
    if kind == "remove":
        return grown < 0
    want, have = moved(old, e), collections.Counter(new)
    here = collections.Counter({k: n for k, n in want.items() if k[0] == probe})
    return grown == 0 and here <= have and (want & have).total() >= 0.9 * len(old)


# ---------------------------------------------------------------- presets
RULES = [("eval", "eval(@)", "ast.literal_eval(@)"), ("exec", "exec(@)", ""), ("system", "os.system(@)", ""),
         ("shell", "subprocess.call(@, shell=True)", ""), ("pickle", "pickle.loads(@)", ""),
         ("yaml", "yaml.load(@)", "yaml.safe_load(@)"), ("md5", "hashlib.md5(@)", "hashlib.sha256(@)"),
         ("verify", "requests.get(@, verify=False, timeout=$T)", ""), ("mktemp", "tempfile.mktemp(@)", ""),
         ("sql", "cursor.execute($Q % $V)", ""), ("mark-safe", "mark_safe($Q % $V)", ""),
         ("xml", "ET.fromstring(@)", ""), ("random", "random.choice(@)", "")]
SG_RULES = "\n---\n".join(
    f"id: py-{n}\nlanguage: python\nseverity: error\nmessage: '{n}: insecure call'\nrule:\n  pattern: '{p}'"
    .replace("@", "$$$A") + (f"\nfix: '{f}'".replace("@", "$$$A") if f else "") for n, p, f in RULES)
SEMGREP_RULES = "rules:\n" + "".join(
    f"- id: py-{n}\n  languages: [python]\n  severity: ERROR\n  message: '{n}: insecure call'\n"
    f"  pattern: '{p}'\n".replace("@", "...") for n, p, _ in RULES)
EFM = """version: 2
root-markers: ['./']
lint-debounce: 50ms
languages:
  python:
  - lint-command: 'T=$(mktemp); cat >$T; BANDIT -q -f custom --msg-template "{line}: {test_id} {msg}" - <$T; rm $T'
    lint-stdin: true
    lint-ignore-exit-code: true
    lint-formats: ['%l: %m']
"""  # a file, since Debian's bandit cannot read a pipe; 50ms, since efm starts every lint in parallel
PYLSP = {"pylsp": {"plugins": {**{p: {"enabled": False} for p in (
    "pycodestyle", "mccabe", "pydocstyle", "pylint", "flake8", "yapf", "autopep8", "rope_completion")},
    "pyflakes": {"enabled": True}}}}
PRESETS = {  # name: (binary, arguments, further keys)
    "ruff": ("ruff", "server", {"init": {"settings": {  # pulls when the client can; --set NAME.mode=push
        "lint": {"select": ["S"]}, "configurationPreference": "editorOnly"}}}),
    "semgrep": ("semgrep", "lsp", {  # its source scans on didOpen and didSave only, from disk
        "trigger": "save", "files": {"rules.yml": SEMGREP_RULES},
        "env": {"SEMGREP_SEND_METRICS": "off", "SEMGREP_ENABLE_VERSION_CHECK": "0"},
        "init": {"scan": {"configuration": ["{ws}/rules.yml"], "jobs": 1, "onlyGitDirty": False, "timeout": 60,
                          "maxTargetBytes": 100_000_000},  # keys that older and newer sources share
                 "metrics": {"enabled": False}, "doHover": False}}),
    "ast-grep": ("ast-grep", "lsp", {"files": {"sgconfig.yml": "ruleDirs: [rules]\n", "rules/s.yml": SG_RULES}}),
    "pyright": ("pyright-langserver", "--stdio", {"settings": {"python": {"analysis": {}}}}),
    "basedpyright": ("basedpyright-langserver", "--stdio", {"settings": {"basedpyright": {"analysis": {}}}}),
    "pylsp": ("pylsp", "", {"settings": PYLSP}),  # pyflakes only
    "efm-bandit": ("bandit", "", {"cmd": "efm-langserver -q -c {ws}/efm.yaml", "files": {"efm.yaml": EFM}}),
}


def make_spec(arg, sets, work):
    name, _, command = arg.partition("=")
    spec = {"name": name, "mode": "auto", "trigger": "change", "guard": 1, "init": {}, "settings": {},
            "env": {}, "files": {}, "cmd": command, "ws": os.path.join(work, name)}
    if command.startswith("@"):
        preset, _, binary = command[1:].partition(":")
        if preset not in PRESETS:
            sys.exit(f"no preset @{preset}; there are: {', '.join(PRESETS)}")
        default, rest, extra = PRESETS[preset]
        spec.update({"cmd": f"{binary or default} {rest}"}, **extra)
        spec["files"] = {k: v.replace("BANDIT", binary or default) for k, v in spec["files"].items()}
    for item in sets:
        who, _, value = item.partition("=")
        if who.rpartition(".")[0] == name:
            try:
                value = json.loads(value)
            except ValueError:
                pass
            spec[who.rpartition(".")[2]] = value
    spec = {k: json.loads(json.dumps(v).replace("{ws}", spec["ws"])) for k, v in spec.items()}
    spec["cmd"] = shlex.split(spec["cmd"])
    return spec


# ---------------------------------------------------------------- the client
CAPS = {
    "general": {"positionEncodings": ["utf-8", "utf-16"]},
    "textDocument": {
        "synchronization": {"didSave": True},
        "publishDiagnostics": {"versionSupport": True, "relatedInformation": True, "dataSupport": True,
                               "codeDescriptionSupport": True, "tagSupport": {"valueSet": [1, 2]}},
        "diagnostic": {"dynamicRegistration": True, "relatedDocumentSupport": False},
        "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": [
            "", "quickfix", "refactor", "source", "source.fixAll"]}}, "isPreferredSupport": True,
            "dataSupport": True, "disabledSupport": True, "resolveSupport": {"properties": ["edit"]}},
        "hover": {"contentFormat": ["markdown", "plaintext"]}},
    "workspace": {"configuration": True, "workspaceFolders": True, "applyEdit": True,
                  "workspaceEdit": {"documentChanges": True}, "diagnostics": {"refreshSupport": True},
                  "didChangeConfiguration": {"dynamicRegistration": True},
                  "didChangeWatchedFiles": {"dynamicRegistration": True}},
    "window": {"workDoneProgress": True, "showDocument": {"support": True}}}
ANSWERS = {"workspace/applyEdit": {"applied": False}, "window/showDocument": {"success": False},
           "client/registerCapability": None, "client/unregisterCapability": None,
           "window/workDoneProgress/create": None, "window/showMessageRequest": None}
RETRY = {-32800, -32801, -32802}  # cancelled, content modified, server cancelled
Result = collections.namedtuple("Result", "ms first stale weak kind")
now = time.perf_counter_ns


def frame(*messages):
    return b"".join(b"Content-Length: %d\r\n\r\n%b" % (len(b), b) for b in
                    (json.dumps(m, separators=(",", ":")).encode() for m in messages))


def read_frame(f):
    size = 0
    while (h := f.readline()) not in (b"\r\n", b"\n"):
        if not h:
            return None
        if h.lower().startswith(b"content-length:"):
            size = int(h.split(b":")[1])
    return f.read(size)


def tree(pid):
    """The process and its descendants."""
    found = [pid]
    for p in found:
        try:
            for t in os.listdir(f"/proc/{p}/task"):
                with open(f"/proc/{p}/task/{t}/children") as f:
                    found += map(int, f.read().split())
        except OSError:
            pass
    return found


class Server:
    def __init__(self, spec, doc):
        self.spec, self.doc, self.ws = spec, doc, spec["ws"]
        self.path = os.path.join(self.ws, "bench_app.py")
        self.uri, self.root = "file://" + self.path, "file://" + self.ws
        self.inbox, self.events, self.replies, self.pulls = queue.SimpleQueue(), collections.deque(), {}, {}
        self.diags, self.result_id, self.dead, self.opened, self.pull_mode = [], None, False, False, False
        self.seq, self.pushes, self.versioned, self.asked = 0, 0, None, collections.Counter()
        for name, body in {**spec["files"], "bench_app.py": doc.text()}.items():
            os.makedirs(os.path.dirname(os.path.join(self.ws, name)), exist_ok=True)
            with open(os.path.join(self.ws, name), "w", encoding="utf-8") as f:
                f.write(body)

    def start(self, timeout):
        """Spawn and initialise; returns ms from spawn to the initialize response."""
        caps = json.loads(json.dumps(CAPS))
        if self.spec["mode"] == "push":
            del caps["textDocument"]["diagnostic"], caps["workspace"]["diagnostics"]
        self.t_spawn = now()
        with open(self.ws + ".stderr", "ab") as err:
            self.proc = subprocess.Popen(self.spec["cmd"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                         stderr=err, cwd=self.ws, env={**os.environ, **self.spec["env"]},
                                         start_new_session=True)
        threading.Thread(target=self._read, args=(self.proc.stdout,), daemon=True).start()
        ms, reply = self.request("initialize", timeout, {
            "processId": os.getpid(), "clientInfo": {"name": "lspbench"}, "rootUri": self.root,
            "rootPath": self.ws, "workspaceFolders": [{"uri": self.root, "name": "bench"}],
            "capabilities": caps, "initializationOptions": self.spec["init"]}, self.t_spawn)
        if reply is None:
            return None
        self.caps, self.info = reply["capabilities"], reply.get("serverInfo") or {}
        sync, action = self.caps.get("textDocumentSync"), self.caps.get("codeActionProvider")
        sync = sync if isinstance(sync, dict) else {"change": sync}
        self.full, self.save_text = sync.get("change") == 1, "includeText" in str(sync.get("save"))
        self.pull_mode = self.caps.get("diagnosticProvider") is not None and self.spec["mode"] != "push"
        self.resolves = isinstance(action, dict) and action.get("resolveProvider")
        self.send(self.note("initialized", {}))
        if self.spec["settings"]:
            self.send(self.note("workspace/didChangeConfiguration", {"settings": self.spec["settings"]}))
        return ms

    def _read(self, f):
        try:
            while (body := read_frame(f)) is not None:
                self.inbox.put((now(), body))
        except (OSError, ValueError):
            pass
        self.inbox.put((now(), None))

    @staticmethod
    def note(method, params, **more):
        return {"jsonrpc": "2.0", **more, "method": method, "params": params}

    def send(self, *messages):
        raw, t0 = frame(*messages), now()
        try:
            self.proc.stdin.write(raw)
            self.proc.stdin.flush()
        except OSError:
            self.dead = True
        return t0

    def pump(self, timeout):
        """Handle one incoming message; False when none came in time."""
        try:
            t, body = self.inbox.get(timeout=max(0.0, timeout))
        except queue.Empty:
            return False
        if body is None:
            self.dead = True
            return False
        m = json.loads(body or b"{}")
        if "method" in m and "id" in m:
            self.answer(m)
        elif m.get("method") == "textDocument/publishDiagnostics" and m["params"]["uri"] == self.uri:
            version = m["params"].get("version")
            self.pushes, self.versioned = self.pushes + 1, version is not None
            self.events.append((t, version, m["params"]["diagnostics"], False))
        elif m.get("id") in self.pulls:
            version, r = self.pulls.pop(m["id"]), m.get("result") or {}
            if "items" in r or r.get("kind") == "unchanged":
                self.result_id = r.get("resultId", self.result_id)
                self.events.append((t, version, r.get("items", self.diags), True))
            elif m.get("error", {}).get("code") in RETRY:
                self.events.append((t, version, None, True))
        elif "id" in m:
            self.replies[m["id"]] = (t, m.get("result"))
        return True

    def answer(self, m):
        """Answer a request of the server as an editor would."""
        method, params, reply = m["method"], m.get("params") or {}, {"jsonrpc": "2.0", "id": m["id"]}
        self.asked[method] += 1
        if method == "workspace/configuration":
            reply["result"] = []
            for item in params.get("items", []):
                node = self.spec["settings"]
                for part in filter(None, (item.get("section") or "").split(".")):
                    node = node.get(part) if isinstance(node, dict) else None
                reply["result"].append(node)
        elif method == "workspace/workspaceFolders":
            reply["result"] = [{"uri": self.root, "name": "bench"}]
        elif method in ANSWERS or method.endswith("/refresh"):
            reply["result"] = ANSWERS.get(method)
        else:
            reply["error"] = {"code": -32601, "message": "no " + method}
        self.send(reply)
        registered = [r["method"] for r in params.get("registrations", [])] if "registerC" in method else []
        self.pull_mode |= "textDocument/diagnostic" in registered and self.spec["mode"] != "push"
        if self.opened and self.pull_mode and not self.pulls and (
                registered or method == "workspace/diagnostic/refresh"):
            self.send(self.pull())

    def request(self, method, timeout, params, since=None):
        """Returns (ms, result); ms is None on a time-out."""
        self.seq += 1
        n, end = self.seq, time.monotonic() + timeout
        t0 = self.send(self.note(method, params, id=n))
        while n not in self.replies and not self.dead and self.pump(end - time.monotonic()):
            pass
        t, result = self.replies.pop(n, (None, None))
        return (t - (since or t0)) / 1e6 if t else None, result

    def pull(self):
        self.seq += 1
        self.pulls[self.seq] = self.doc.version
        last = {} if self.result_id is None else {"previousResultId": self.result_id}
        return self.note("textDocument/diagnostic", {"textDocument": {"uri": self.uri}, **last}, id=self.seq)

    def wait(self, ok, t0, timeout, kind, weak=False, grace=2.0):
        """Wait for the first diagnostics of the current version that satisfy ok()."""
        end, first, stale = time.monotonic() + timeout, None, 0
        while True:
            while not self.events:
                if self.dead or not self.pump(end - time.monotonic()):
                    return Result(None, first, stale, weak, kind)
            t, version, diags, pulled = self.events.popleft()
            if version is not None and version < self.doc.version:
                continue
            if diags is not None:
                first, self.diags = first or (t - t0) / 1e6, diags
                if not self.spec["guard"] or ok(keys(diags)):
                    return Result((t - t0) / 1e6, first, stale, weak, kind)
                stale += 1
                if version is not None and kind != "open":  # the right version with the wrong content
                    end = min(end, time.monotonic() + grace)
            if pulled and not self.pulls and time.monotonic() < end:
                time.sleep(0.005)
                self.send(self.pull())

    def open(self, timeout):
        """didOpen; waits for a finding on the probe line."""
        self.opened = True
        messages = [self.note("textDocument/didOpen", {"textDocument": {
            "uri": self.uri, "languageId": "python", "version": self.doc.version, "text": self.doc.text()}})]
        messages += [self.pull()] if self.pull_mode else []
        return self.wait(lambda new: any(k[0] == self.doc.probe for k in new), self.send(*messages), timeout, "open")

    def change(self, edits):
        """Send the edits in one write, with a didSave and a pull request where the server needs them."""
        messages = []
        for e in edits:
            self.doc.apply(e)
            piece = {"text": self.doc.text()} if self.full else {"text": e[4], "range": {
                "start": {"line": e[0], "character": e[1]}, "end": {"line": e[2], "character": e[3]}}}
            messages.append(self.note("textDocument/didChange", {
                "textDocument": {"uri": self.uri, "version": self.doc.version}, "contentChanges": [piece]}))
        if self.spec["trigger"] == "save":
            with open(self.path, "w", encoding="utf-8") as f:
                f.write(self.doc.text())
            messages.append(self.note("textDocument/didSave", {
                "textDocument": {"uri": self.uri}, **({"text": self.doc.text()} if self.save_text else {})}))
        return self.send(*messages, *([self.pull()] if self.pull_mode else []))

    def drain(self, seconds=0.0):
        end = time.monotonic() + seconds
        while self.pump(end - time.monotonic()):
            pass
        for _, _, diags, _ in self.events:  # a late result still tells what is shown now
            self.diags = self.diags if diags is None else diags
        self.events.clear()

    def edit(self, kind, timeout, n=1):
        self.drain()
        old, e = keys(self.diags), self.doc.edit(kind, n)
        weak = bool(self.spec["guard"]) and kind in ("type", "undo") and moved(old, e) == collections.Counter(old)
        return self.wait(lambda new: reflects(kind, old, new, e, self.doc.probe), self.change([e]), timeout, kind, weak)

    def burst(self, n, timeout):
        """n edits without waiting, the last one creates a finding; (ms, results, edits)."""
        if self.full:
            n = max(10, min(n, 64_000_000 // len(self.doc.text())))
        self.drain()
        old, seen, last = keys(self.diags), self.pushes, self.doc.edit("create")
        r = self.wait(lambda new: reflects("create", old, new, last, self.doc.probe),
                      self.change([self.doc.edit("type")] * (n - 1) + [last]), timeout, "burst", grace=timeout)
        self.drain(0.3)
        seen = self.pushes - seen
        self.edit("remove", timeout)
        self.edit("undo", timeout, n - 1)
        return r.ms, seen or int(self.pull_mode), n

    def actions(self, timeout):
        """(codeAction ms, resolve ms, hover ms), and what came: (number of actions, hover has content)"""
        here = [d for d in self.diags if d["range"]["start"]["line"] == self.doc.probe][:1]
        at = {"line": self.doc.probe, "character": PROBE[2].index("eval(") + 1}
        span, target = here[0]["range"] if here else {"start": at, "end": at}, {"uri": self.uri}
        act = res = hov = hover = found = None
        if self.caps.get("codeActionProvider"):
            act, found = self.request("textDocument/codeAction", timeout, {
                "textDocument": target, "range": span, "context": {"diagnostics": here, "triggerKind": 1}})
            todo = [a for a in found or [] if "edit" not in a and not isinstance(a.get("command"), str)]
            if todo and self.resolves:
                res = self.request("codeAction/resolve", timeout, todo[0])[0]
        if self.caps.get("hoverProvider"):
            hov, hover = self.request("textDocument/hover", timeout, {"textDocument": target, "position": at})
        return (act, res, hov), (len(found or []), hover is not None)

    def usage(self):
        """(RSS in MiB, CPU ms) of the process tree, reaped children included."""
        rss = cpu = 0
        for p in tree(self.proc.pid):
            try:
                with open(f"/proc/{p}/status") as f:
                    rss += sum(int(x.split()[1]) for x in f if x.startswith("VmRSS:"))
                with open(f"/proc/{p}/stat") as f:  # utime and stime come finer from the clock below
                    cpu += sum(map(int, f.read().rpartition(")")[2].split()[13:15])) / os.sysconf("SC_CLK_TCK")
                cpu += time.clock_gettime(~p << 3 | 2)  # the CPU clock of that process, in ns steps
            except OSError:
                pass
        return rss / 1024, 1000 * cpu

    def settle(self, limit=15.0):
        """Wait until the tree uses next to no CPU."""
        end, cpu, before = time.monotonic() + limit, self.usage()[1], -1e9
        while time.monotonic() < end and not self.dead and cpu - before > 20:
            self.drain(0.5)
            cpu, before = self.usage()[1], cpu

    def stop(self):
        if not self.dead:
            self.request("shutdown", 3, None)
            self.send(self.note("exit", None))
        try:
            self.proc.wait(2)
        except subprocess.TimeoutExpired:
            pass
        try:
            os.killpg(self.proc.pid, signal.SIGKILL)  # the group that start() made: this server and its children
        except ProcessLookupError:
            pass
        self.proc.wait()


# ---------------------------------------------------------------- measuring
def pct(values, q):
    values = sorted(v for v in values if v is not None)
    return values[min(len(values) - 1, max(0, -(-len(values) * q // 100) - 1))] if values else None


def spin():
    t = now()
    sum(range(60_000))
    return (now() - t) / 1e6


def cold(specs, rows, lines, at, opt):
    """Cold starts, server by server in turn; the last one of each stays up."""
    live = {}
    for k in range(opt.cold):
        for spec in specs:
            row = rows[spec["name"]]
            if row["error"]:
                continue
            s = Server(spec, Doc(lines, at))
            try:
                init = s.start(opt.timeout)
            except OSError as exc:
                row["error"] = f"cannot start: {exc}"
                continue
            r = s.open(opt.timeout) if init is not None else None
            if r is None or r.ms is None:
                row["error"] = "no initialize response" if r is None else (
                    f"no finding on the probe line within {opt.timeout:.0f} s ({r.stale} other results)")
            else:
                for key, v in (("init", init), ("open", r.ms), ("total", (now() - s.t_spawn) / 1e6)):
                    row[key].append(v)
            if row["error"] or k < opt.cold - 1:
                s.stop()
            else:
                live[spec["name"]] = s
    for name, s in live.items():
        s.settle()
        rows[name].update(rss_open=s.usage()[0], findings=len(s.diags), info=s.info, full=s.full,
                          encoding=s.caps.get("positionEncoding", "utf-16"))
    return live


def block(s, row, opt, kinds):
    """One block of edits on one server."""
    got, fails, start, cpu = [], 0, time.monotonic(), s.usage()[1]
    for n, kind in enumerate(kinds):
        if s.dead or fails >= 4:
            row["error"] = row["error"] or ("server died" if s.dead else "4 edits in a row failed")
            break
        if n % 2 == 0 and n and row["spent"] + time.monotonic() - start > opt.budget:
            break  # the document is in its first state here
        got.append(s.edit(kind, opt.timeout))
        fails = 0 if got[-1].ms is not None else fails + 1
    row["spent"] += time.monotonic() - start
    row["cpu"] += s.usage()[1] - cpu
    row["edits"] += got
    row["blocks"].append(pct([r.ms for r in got], 50))


def measure(specs, label, text, opt, log):
    """All servers on one document; returns one row per server."""
    (lines, at), load = with_probe(text), os.getloadavg()[0]
    rows = {s["name"]: {"label": label, "lines": len(lines), "name": s["name"], "error": None, "trigger": s["trigger"],
                        "guard": s["guard"], "cpu": 0.0, "spent": 0.0, "pushes": 0, "asked": {}, **{k: [] for k in (
                            "init", "open", "total", "blocks", "edits", "burst", "act", "res", "hov")}} for s in specs}
    live, noise = cold(specs, rows, lines, at, opt), []
    for name, s in live.items():  # warm up, not counted
        block(s, rows[name], opt, CYCLE)
        rows[name].update(cpu=0.0, spent=0.0, edits=[], blocks=[])
    order = list(live)

    def alive():
        return [(n, live[n], rows[n]) for n in order if not rows[n]["error"]]

    for k in range(max(1, opt.edits // len(CYCLE))):
        for name, s, row in alive():
            if row["spent"] > opt.budget:
                row["blocks"].append(None)
                continue
            noise.append(spin())
            block(s, row, opt, CYCLE)
            if k % 2 == 0 and not s.dead:
                times, (row["actions"], row["hover"]) = s.actions(opt.timeout)
                for key, ms in zip(("act", "res", "hov"), times):
                    row[key].append(ms)
        order = order[1:] + order[:1]
        log(f"  {label}: round {k + 1}, " + " ".join(f"{n} {fmt(r['blocks'][-1])}" for n, _, r in alive()))
    for _ in range(opt.bursts):
        for name, s, row in alive():
            if not lost(row):
                row["burst"].append(s.burst(opt.burst, opt.timeout))
                row["error"] = "died in the burst" if s.dead else None
    for name, s, row in alive():  # memory after a longer run
        n, end = len(row["edits"]), time.monotonic() + opt.soak_seconds
        while n < opt.soak and time.monotonic() < end and s.edit(CYCLE[n % 2], opt.timeout).ms is not None:
            n += 1
        row.update(rss_end=s.usage()[0], rss_edits=n)
    for name, s in live.items():
        rows[name].update(pushes=s.pushes, versioned=s.versioned, asked=dict(s.asked), pull=s.pull_mode)
        s.stop()
    for row in rows.values():
        summarise(row, rows[specs[0]["name"]]["blocks"])
        row.update(loop=[min(noise, default=None), pct(noise, 50), pct(noise, 95)], load=[load, os.getloadavg()[0]])
    return list(rows.values())


def summarise(row, base):
    good = [r for r in row["edits"] if r.ms is not None]
    times, ratios = [r.ms for r in good], [a / b for a, b in zip(row["blocks"], base) if a and b]
    row.update({f"p{q}": pct(times, q) for q in (50, 95, 99)}, n=len(times), failed=len(row["edits"]) - len(times),
               stale=sum(r.stale for r in row["edits"]), weak=sum(r.weak for r in good),
               floor=min(times, default=None), max=max(times, default=None),
               **{f"ratio{q}": pct(ratios, q) for q in (10, 50, 90)},
               **{a: pct([r.ms for r in good if r.kind in (a, b)], 50)
                  for a, b in (("type", "undo"), ("create", "remove"), ("top", "untop"))},
               **{k + "_p50": pct(row[k], 50) for k in ("init", "open", "total", "act", "res", "hov")},
               **{k: pct([b[i] for b in row["burst"]], 50) for i, k in enumerate(("burst_ms", "pubs", "burst_n"))})
    row["cpu_ms"] = row["cpu"] / len(row["edits"]) if row["edits"] else None
    # what a typical edit waits beyond the CPU time it takes: a debounce or a timer (or, under load, a busy CPU;
    # servers with several busy threads hide some of it)
    row["idle"] = max(0.0, row["p50"] - row["cpu_ms"]) if times else None
    row["debounce"] = bool(row["idle"] and row["idle"] > max(20, row["p50"] / 4))


def lost(row):
    return any(ms is None for ms, _, _ in row["burst"])


def fmt(v):
    return "-" if v is None else f"{v:.{3 if v < 0.1 else 2 if v < 10 else 1 if v < 1000 else 0}f}"


def table(head, body):
    rows = [head.split("|")] + [[c if isinstance(c, str) else str(c) if isinstance(c, int) else fmt(c) for c in r]
                                for r in body]
    wide = [max(len(r[i]) for r in rows) for i in range(len(rows[0]))]
    return "\n".join("  ".join(c.rjust(w) if i else c.ljust(w) for i, (c, w) in enumerate(zip(r, wide))) for r in rows)


def report(rows):
    r0 = rows[0]
    out = [f"\n== {r0['label']} ({r0['lines']} lines); ms unless named; ratio: median of block medians over "
           f"{r0['name']}\n   machine: load {r0['load'][0]:.1f} to {r0['load'][1]:.1f}; a fixed loop took "
           + ", ".join(f"{k} {fmt(v)}" for k, v in zip(("min", "p50", "p95"), r0["loop"]))]
    out.append(table(
        "edit -> diagnostics|findings|n|p50|p95|p99|max|ratio|p10-p90|type|create|top|floor|cpu/edit|idle|"
        "stale|failed|weak",
        [[r["name"], r.get("findings"), r["n"], r["p50"], r["p95"], r["p99"], r["max"], r["ratio50"],
          f"{fmt(r['ratio10'])}-{fmt(r['ratio90'])}", r["type"], r["create"], r["top"], r["floor"], r["cpu_ms"],
          fmt(r["idle"]) + "!" * r["debounce"], r["stale"], r["failed"], r["weak"]] for r in rows]) + "\n")
    out.append(table(
        "cold, burst, requests|spawn>init|open>diag|spawn>diag|burst|edits>results|action|(n)|resolve|hover|"
        "RSS MiB|after|edits|delivery",
        [[r["name"], r["init_p50"], r["open_p50"], r["total_p50"], r["burst_ms"],
          f"{r['burst_n']}>{r['pubs']}" if r["burst"] else "-", r["act_p50"], r.get("actions"), r["res_p50"],
          fmt(r["hov_p50"]) + " nil" * (not r.get("hover")), r.get("rss_open"), r.get("rss_end"), r.get("rss_edits"),
          " ".join(["pull" if r.get("pull") else "push", "full" if r.get("full") else "incr"] + [w for w, on in (
              ("unversioned", r.get("versioned") is False), ("on-save", r["trigger"] == "save"),
              ("GUARD-OFF", not r["guard"])) if on])] for r in rows]))
    out += [f"!! {r['name']}: {r['error']}" for r in rows if r["error"]]
    out += [f"!! {r['name']}: no result for the last edit of a burst" for r in rows if lost(r)]
    out += [f"!! {r['name']}: {r['failed']} edits without a result that reflects them, {r['stale']} stale results"
            for r in rows if r["failed"] or r["stale"]]
    out += [f"   {r['name']}: waits {r['idle']:.0f} ms per edit beyond its CPU time (debounce, or a busy machine)"
            for r in rows if r["debounce"]]
    return "\n".join(out)


# ---------------------------------------------------------------- stub server and self-test
def stub(mode):
    """A tiny server with a switchable fault, for --self-test."""
    uri, text, version, old, timer, asked = "", "", 0, [], None, 0
    lock, settings = threading.Lock(), {"items": [{"section": "stub.on"}]}

    def send(**m):
        with lock:
            sys.stdout.buffer.write(frame({"jsonrpc": "2.0", **m}))
            sys.stdout.buffer.flush()

    def find():
        return [{"range": {"start": {"line": i, "character": c}, "end": {"line": i, "character": c + 4}},
                 "code": "S307", "message": "eval"} for i, line in enumerate(text.split("\n"))
                if (c := line.find("eval(")) >= 0 and not line.lstrip().startswith("#") and mode != "empty"]

    def publish():
        nonlocal old
        new = find()
        shown, old = (old if mode == "stale" and old else new), new
        send(method="textDocument/publishDiagnostics", params={
            "uri": uri, "diagnostics": shown, **({} if mode == "nover" else {"version": version})})

    while (body := read_frame(sys.stdin.buffer)) is not None:
        m = json.loads(body)
        method, p, n = m.get("method"), m.get("params") or {}, m.get("id")
        if method == "initialize":
            send(id=n, result={"capabilities": {
                "textDocumentSync": 1 if mode == "full" else 2, "hoverProvider": True,
                "codeActionProvider": {"resolveProvider": True},
                **({"diagnosticProvider": {}} if mode == "pull" else {})}})
        elif method == "initialized":  # nothing is published before all three are answered well
            for k, (what, params) in enumerate((
                    ("workspace/configuration", settings), ("client/registerCapability", {"registrations": []}),
                    ("window/workDoneProgress/create", {"token": 1}))):
                send(id=f"q{k}", method=what, params=params)
        elif method is None:
            asked += 1
            if "error" in m or (n == "q0" and m["result"] != [True]):
                return
            if asked == 3 and text and mode != "pull":
                publish()
        elif method in ("textDocument/didOpen", "textDocument/didChange"):
            uri, version = p["textDocument"]["uri"], p["textDocument"]["version"]
            text = p["textDocument"].get("text", text)
            for ch in p.get("contentChanges", []):
                doc, r = Doc(text.split("\n"), 0), ch.get("range")
                if r:
                    doc.apply((*r["start"].values(), *r["end"].values(), ch["text"]))
                text = doc.text() if r else ch["text"]
            if mode == "crash" and version > 5:
                os._exit(3)
            if mode == "debounce" and version > 1:
                if timer:
                    timer.cancel()
                timer = threading.Timer(0.06, publish)
                timer.start()
            elif mode != "pull" and asked >= 3:
                publish()
        elif method == "textDocument/diagnostic":
            send(id=n, result={"kind": "full", "items": find()})
        elif method == "textDocument/codeAction":
            send(id=n, result=[{"title": "fix", "data": 1}])
        elif method == "exit":
            return
        elif n is not None:
            send(id=n, result={"contents": "text", "edit": {}})


def self_test(opt):
    tally = collections.Counter()

    def check(what, ok):
        tally[bool(ok)] += 1
        print(("ok    " if ok else "FAIL  ") + what)

    a = synthesise(1000)
    check("the source is deterministic and has the asked length", a == synthesise(1000) and a.count("\n") == 1000)
    check("it is Python, with and without the probe", ast.parse(a) and ast.parse("\n".join(with_probe(a)[0])))
    share = a.count("def action_") / (a.count("\ndef ") + a.count("\nclass "))
    check(f"a tenth of the functions is vulnerable ({share:.3f})", 0.08 < share < 0.12)
    check("percentiles", pct([1, 2, 3, 4], 50) == 2 and pct(range(1, 101), 95) == 95 and pct([], 50) is None)
    doc = Doc(*with_probe(a))
    before = doc.text()
    for kind in CYCLE:
        doc.apply(doc.edit(kind))
    check("a cycle of edits restores the text", doc.text() == before and "eval(" in doc.lines[doc.probe])
    typed, top, untop = (3, 4, 3, 4, "x"), (0, 0, 0, 0, "\n"), (0, 0, 1, 0, "")
    check("positions move with an edit", [move((3, 9), typed), move((3, 2), typed), move((3, 9), top), move(
        (3, 9), untop)] == [(3, 10), (3, 2), (4, 9), (2, 9)])
    opt.edits, opt.cold, opt.timeout, opt.bursts, opt.budget, opt.soak = 20, 1, 10.0, 1, 60, 60
    work, sound = tempfile.mkdtemp(prefix="lspbench-"), ["good", "pull", "nover", "full", "debounce"]
    atexit.register(shutil.rmtree, work, True)
    specs = [make_spec(f"{m}={sys.executable} {os.path.abspath(__file__)} --stub {m}",
                       [f"{m}.settings={{\"stub\":{{\"on\":true}}}}"], work)
             for m in sound + ["stale", "empty", "crash"]] + [make_spec("absent=/nonexistent/server", [], work)]
    rows = {r["name"]: r for r in measure(specs, "self-test", synthesise(300), opt, lambda s: None)}
    print(report(list(rows.values())))
    good, late, shut = rows["good"], rows["debounce"], {n: r["error"] or "" for n, r in rows.items()}
    for m in sound:
        check(f"{m}: every edit is answered", rows[m]["n"] == 20 and not rows[m]["failed"] and not shut[m])
    check("the three server requests are answered once", list(good["asked"].values()) == [1, 1, 1])
    check("the ways of delivery are told apart", rows["pull"]["pull"] and not good["pull"] and good["versioned"]
          and rows["nover"]["versioned"] is False and rows["full"]["full"] and not good["full"])
    check("a debounce shows in the floor", late["floor"] >= 60 and late["debounce"] and not good["debounce"])
    check("a debounce shows in the burst", late["pubs"] < 20 and good["pubs"] == good["burst_n"] == opt.burst)
    check("actions, resolve and hover are timed", all(good[k] for k in ("act_p50", "res_p50", "hov_p50")))
    check("memory and CPU are measured", good["rss_open"] > 1 and good["rss_end"] > 1 and good["cpu_ms"] is not None)
    check("a server with stale results fails visibly", shut["stale"].startswith("4 edits") and not rows["stale"]["n"])
    check("a server with empty results fails visibly", "probe line" in shut["empty"])
    check("a server that dies or cannot start is reported",
          shut["crash"] == "server died" and "cannot start" in shut["absent"])
    print(f"{tally[True]} passed, {tally[False]} failed")
    return 1 if tally[False] else 0


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--server", action="append", default=[], metavar="NAME=CMD", help="the first one is the base")
    ap.add_argument("--set", action="append", default=[], metavar="NAME.KEY=VALUE")
    ap.add_argument("--sizes", default="100,1000,10000", help="lines of synthetic source; 0 for none")
    ap.add_argument("--file", action="append", default=[], help="measure on this Python file too")
    for flag, default, text in (
            ("vuln", 0.1, "share of vulnerable functions"), ("seed", 1, "of the synthetic source"),
            ("edits", 200, "measured edits per server and document"), ("cold", 3, "cold starts, likewise"),
            ("budget", 120.0, "seconds for the measured edits, likewise"), ("burst", 200, "edits in a burst"),
            ("bursts", 3, "bursts"), ("soak", 1000, "edits before the second RSS reading"),
            ("soak-seconds", 60.0, "limit for those"), ("timeout", 60.0, "seconds for one answer")):
        ap.add_argument("--" + flag, type=type(default), default=default, help=f"{text} ({default})")
    ap.add_argument("--work", help="folder for the workspaces and stderr logs (default: a temporary one)")
    ap.add_argument("--json", help="write all samples here")
    ap.add_argument("--emit", type=int, metavar="LINES", help="print the synthetic source")
    ap.add_argument("--list-presets", action="store_true")
    ap.add_argument("--self-test", action="store_true")
    ap.add_argument("--stub", help=argparse.SUPPRESS)
    opt = ap.parse_args()
    sys.setswitchinterval(1e-4)  # the reader threads stamp arrivals at once
    if opt.stub:
        return stub(opt.stub)
    if opt.self_test:
        return self_test(opt)
    if opt.emit:
        return print(synthesise(opt.emit, opt.vuln, opt.seed), end="")
    if opt.list_presets:
        return print("\n".join(f"@{n:13} {p[2].get('cmd') or p[0] + ' ' + p[1]}" for n, p in PRESETS.items()))
    if not opt.server:
        ap.error("no --server")
    work = os.path.realpath(opt.work or tempfile.mkdtemp(prefix="lspbench-"))
    if not opt.work:
        atexit.register(shutil.rmtree, work, True)
    os.makedirs(work, exist_ok=True)
    specs = [make_spec(s, opt.set, work) for s in opt.server]
    cases = [(f"synthetic {n}", synthesise(int(n), opt.vuln, opt.seed)) for n in opt.sizes.split(",") if int(n)]
    for path in opt.file:
        with open(path, encoding="utf-8", newline="") as f:
            cases.append((os.path.basename(path), f.read()))
    rows = []
    for label, text in cases:
        part = measure(specs, label, text, opt, lambda s: print(s, file=sys.stderr))
        print(report(part), flush=True)
        rows += part
        if opt.json:
            with open(opt.json, "w") as f:
                json.dump({"date": time.strftime("%F %T"), "load": os.getloadavg(), "cores": os.cpu_count(),
                           "args": sys.argv[1:], "servers": [{**s, "files": sorted(s["files"])} for s in specs],
                           "rows": [{**r, "edits": [e._asdict() for e in r["edits"]]} for r in rows]}, f, indent=1)
    return 1 if any(r["error"] or r["failed"] or lost(r) for r in rows) else 0


if __name__ == "__main__":
    sys.exit(main())

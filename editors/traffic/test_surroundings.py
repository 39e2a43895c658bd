"""The server where editors start it: twice, after it was killed, without a project, among many files, on a slow disk.

PAVISE is the program, BAKERY the folder with the small application.
"""

import asyncio
import contextlib
import os
import pathlib
import shutil
import statistics
import time

import pytest
from lsprotocol import types
from pytest_lsp import LanguageClient, client_capabilities, make_test_lsp_client

PAVISE = os.environ["PAVISE"]
PATIENCE = 60

UNSAFE = "import os\nfrom flask import request\n\n\ndef run():\n    os.system(request.args['x'])\n"


class Editor:
    """A client with a server of its own."""

    def __init__(self, client: LanguageClient) -> None:
        self.client = client
        self.versions: dict[str, int] = {}

    def open(self, uri: str, text: str) -> None:
        self.versions[uri] = 1
        self.client.text_document_did_open(
            types.DidOpenTextDocumentParams(types.TextDocumentItem(uri=uri, language_id="python", version=1, text=text))
        )

    def change(self, uri: str, text: str) -> None:
        self.versions[uri] += 1
        self.client.text_document_did_change(
            types.DidChangeTextDocumentParams(
                text_document=types.VersionedTextDocumentIdentifier(uri=uri, version=self.versions[uri]),
                content_changes=[types.TextDocumentContentChangeWholeDocument(text=text)],
            )
        )

    async def codes(self, uri: str, *want: str) -> float:
        """Waits until the file has these findings and no others; how long that took."""
        began = time.monotonic()
        while sorted(str(d.code) for d in self.client.diagnostics.get(uri, [])) != sorted(want) or uri not in self.client.diagnostics:
            assert time.monotonic() - began < PATIENCE, f"{uri} has {self.client.diagnostics.get(uri)}, not {want}"
            await asyncio.sleep(0.002)
        return time.monotonic() - began

    async def hover(self, uri: str) -> float:
        """How long an answer takes."""
        began = time.monotonic()
        await self.client.text_document_hover_async(
            types.HoverParams(text_document=types.TextDocumentIdentifier(uri), position=types.Position(0, 0))
        )
        return time.monotonic() - began

    async def scan(self) -> dict:
        answer = await self.client.workspace_execute_command_async(types.ExecuteCommandParams(command="pavise.scanWorkspace"))
        return {name: answer[name] if isinstance(answer, dict) else getattr(answer, name) for name in ("files", "findings", "complete")}

    @property
    def process(self):
        return self.client._server


@contextlib.asynccontextmanager
async def editor(*roots: pathlib.Path, command: tuple[str, ...] = (), ends: bool = True):
    client = make_test_lsp_client()
    for method in (
        types.CLIENT_REGISTER_CAPABILITY,
        types.WORKSPACE_INLAY_HINT_REFRESH,
        types.WORKSPACE_CODE_LENS_REFRESH,
    ):
        client.feature(method)(lambda params: None)
    await client.start_io(*command, PAVISE, "serve")
    await client.initialize_session(
        types.InitializeParams(
            capabilities=client_capabilities("visual_studio_code"),
            process_id=os.getpid(),
            workspace_folders=[types.WorkspaceFolder(uri=r.as_uri(), name=r.name) for r in roots] or None,
        )
    )
    try:
        yield Editor(client)
    finally:
        if ends:
            await client.shutdown_session()
        await client.stop()


@pytest.fixture
def bakery(tmp_path: pathlib.Path) -> pathlib.Path:
    to = tmp_path / "bakery"
    shutil.copytree(os.environ["BAKERY"], to)
    return to


async def findings_of(e: Editor, app: pathlib.Path) -> int:
    e.open(app.as_uri(), app.read_text())
    began = time.monotonic()
    while not e.client.diagnostics.get(app.as_uri()):
        assert time.monotonic() - began < PATIENCE
        await asyncio.sleep(0.002)
    return len(e.client.diagnostics[app.as_uri()])


@pytest.mark.asyncio
async def test_started_twice_in_one_folder(bakery: pathlib.Path) -> None:
    app = bakery / "src" / "app.py"
    async with editor(bakery) as one:
        async with editor(bakery) as two:
            assert await findings_of(one, app) == await findings_of(two, app)
            first, second = await asyncio.gather(one.scan(), two.scan())
            assert first == second and first["complete"]
        one.change(app.as_uri(), UNSAFE)  # the other one has ended
        await one.codes(app.as_uri(), "command-injection")


@pytest.mark.asyncio
async def test_killed_while_it_scans_and_started_again(bakery: pathlib.Path) -> None:
    app = bakery / "src" / "app.py"
    for i in range(300):
        (bakery / f"more{i}.py").write_text(UNSAFE)
    async with editor(bakery) as e:
        whole = await e.scan()
    async with editor(bakery, ends=False) as e:
        scan = asyncio.ensure_future(e.scan())
        await asyncio.sleep(0.05)
        e.process.kill()
        await e.process.wait()
        scan.cancel()
    async with editor(bakery) as e:
        assert await findings_of(e, app) > 0
        assert await e.scan() == whole


@pytest.mark.asyncio
async def test_a_folder_without_a_project(tmp_path: pathlib.Path) -> None:
    app = tmp_path / "app.py"
    app.write_text(UNSAFE)
    for roots in ((), (tmp_path,)):
        async with editor(*roots) as e:
            e.open(app.as_uri(), UNSAFE)
            await e.codes(app.as_uri(), "command-injection")
            e.open("untitled:Untitled-1", UNSAFE)
            await e.codes("untitled:Untitled-1", "command-injection")
            assert (await e.scan())["files"] == len(roots)


@pytest.mark.asyncio
async def test_two_roots(tmp_path: pathlib.Path) -> None:
    a, b = tmp_path / "a", tmp_path / "b"
    for root in (a, b):
        root.mkdir()
        (root / "app.py").write_text(UNSAFE)
    (b / "pavise.toml").write_text('ignore = ["command-injection"]\n')
    async with editor(a, b) as e:
        for root, want in ((a, ["command-injection"]), (b, [])):
            e.open((root / "app.py").as_uri(), UNSAFE)
            await e.codes((root / "app.py").as_uri(), *want)
        assert await e.scan() == {"files": 3, "findings": 1, "complete": True}


@pytest.mark.asyncio
async def test_ten_thousand_files(tmp_path: pathlib.Path) -> None:
    for i in range(100):
        folder = tmp_path / f"package{i}"
        folder.mkdir()
        for k in range(100):
            text = UNSAFE if k == 0 else f"from package{i} import module0\n\n\ndef f{k}(x):\n    return module0.run, x\n"
            (folder / f"module{k}.py").write_text(text)
    app = tmp_path / "app.py"
    app.write_text(UNSAFE)
    async with editor(tmp_path) as e:
        e.open(app.as_uri(), UNSAFE)
        assert await e.codes(app.as_uri(), "command-injection") < 5
        scan = asyncio.ensure_future(e.scan())
        waits = []
        for i in range(40):  # somebody types meanwhile
            e.change(app.as_uri(), UNSAFE.replace("os.system(request.args['x'])", "pass") if i % 2 == 0 else UNSAFE)
            waits.append(await e.codes(app.as_uri(), *([] if i % 2 == 0 else ["command-injection"])))
            await asyncio.sleep(0.02)
        found = await asyncio.wait_for(scan, PATIENCE * 3)
        print(f"a key while it scans: {statistics.median(waits) * 1000:.0f} ms, at most {max(waits) * 1000:.0f} ms")
        assert found == {"files": 10_001, "findings": 101, "complete": True}
        assert statistics.median(waits) < 1


@pytest.mark.asyncio
async def test_a_slow_disk(tmp_path: pathlib.Path) -> None:
    """Every look at the disk takes 20 ms: strace delays the calls."""
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("there is no strace")
    (tmp_path / "helper.py").write_text("def data(request):\n    return request.args['x']\n")
    text = "import os\nimport helper\nfrom flask import request\n\n\ndef run():\n    os.system(helper.data(request))\n"
    app = tmp_path / "app.py"
    app.write_text(text)
    slow = (strace, "-f", "-qq", "-o", "/dev/null", "-e", "trace=openat,newfstatat", "-e", "inject=openat,newfstatat:delay_exit=20000")
    async with editor(tmp_path, command=slow) as e:
        e.open(app.as_uri(), text)
        await e.codes(app.as_uri(), "command-injection")
        waits = []
        for i in range(10):
            changed = text.replace("os.system(helper.data(request))", "pass") if i % 2 == 0 else text
            e.change(app.as_uri(), changed)
            waits.append(await e.codes(app.as_uri(), *([] if i % 2 == 0 else ["command-injection"])))
        print(f"a key: {statistics.median(waits) * 1000:.0f} ms")
        assert statistics.median(waits) < 1  # what was read once is not read at each key
        assert await e.hover(app.as_uri()) < 5

// Runs in the extension host of a real VS Code, with the extension as it is packaged: what the editor's own interfaces
// say. VS Code calls run.
import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as vscode from 'vscode';

type Test = [what: string, run: () => Promise<void>];

const folder = (): vscode.Uri => {
  const f = vscode.workspace.workspaceFolders?.[0];
  assert.ok(f, 'no folder is open');
  return f.uri;
};
const app = (): vscode.Uri => vscode.Uri.joinPath(folder(), 'src/app.py');

async function until<T>(what: string, get: () => T | undefined | false | Promise<T | undefined | false>): Promise<T> {
  for (const began = Date.now(); ; await new Promise((r) => setTimeout(r, 50))) {
    const v = await get();
    if (v !== undefined && v !== false) {
      return v;
    }
    assert.ok(Date.now() - began < 20_000, `waited in vain for ${what}`);
  }
}

const found = (uri: vscode.Uri): vscode.Diagnostic[] => vscode.languages.getDiagnostics(uri).filter((d) => d.source === 'pavise');
const codes = (uri: vscode.Uri): string =>
  found(uri)
    .map((d) => String(typeof d.code === 'object' ? d.code.value : d.code))
    .sort()
    .join(' ');
const has = (uri: vscode.Uri, want: string): Promise<boolean> =>
  until(`"${want}" in ${uri.fsPath}`, () => codes(uri) === want).catch((err: unknown) => {
    throw new Error(`${String(err)}: it has "${codes(uri)}"`);
  });

async function open(uri: vscode.Uri): Promise<vscode.TextDocument> {
  const doc = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(doc);
  return doc;
}

async function type(doc: vscode.TextDocument, at: vscode.Position, text: string): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  edit.insert(doc.uri, at, text);
  assert.ok(await vscode.workspace.applyEdit(edit));
}

const all = 'request-without-timeout sql-injection tls-verification-disabled unsafe-deserialization';

const tests: Test[] = [
  ['diagnostics carry severity, code and path', async () => {
    await open(app());
    await has(app(), all);
    const d = found(app()).find((x) => x.range.start.line === 18);
    assert.ok(d);
    assert.equal(d.severity, vscode.DiagnosticSeverity.Error);
    assert.equal(d.relatedInformation?.length, 3);
    assert.equal(d.relatedInformation[0]?.location.range.start.line, 17);
    assert.ok(typeof d.code === 'object' && d.code.value === 'sql-injection' && d.code.target.path.endsWith('sql-injection.md'));
    // Behind the cake the columns of bytes and of UTF-16 differ.
    const doc = await vscode.workspace.openTextDocument(app());
    assert.ok(doc.getText(d.range).startsWith('database().execute(') || doc.getText(d.range).includes('SELECT'));
  }],
  ['code actions: kinds, order, preferred', async () => {
    const d = found(app()).find((x) => x.range.start.line === 18);
    assert.ok(d);
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>('vscode.executeCodeActionProvider', app(), d.range, vscode.CodeActionKind.QuickFix.value, 10);
    assert.match(actions[0]?.title ?? '', /bound parameter/);
    assert.equal(actions[0]?.isPreferred, true);
    assert.ok(actions.some((a) => a.title === 'Ignore sql-injection on this line'));
    assert.ok(actions.some((a) => a.command?.command === 'pavise.explain'));
  }],
  ['fix all leaves what is not safe', async () => {
    const doc = await open(app());
    await vscode.commands.executeCommand('pavise.fixAll');
    await has(app(), 'tls-verification-disabled');
    assert.equal(doc.getText(), fs.readFileSync(process.env['E2E_BAKERY'] + '/want/all.py', 'utf8'));
    await vscode.commands.executeCommand('undo');
    await has(app(), all);
  }],
  ['a setting that somebody makes counts, a default does not', async () => {
    // The project says what it ignores; the defaults of the editor must not stand over it.
    const project = vscode.Uri.joinPath(folder(), 'pyproject.toml');
    const before = await vscode.workspace.fs.readFile(project);
    await vscode.workspace.fs.writeFile(project, Buffer.concat([before, Buffer.from('\n[tool.pavise]\nseverity = "critical"\n')]));
    await has(app(), 'sql-injection unsafe-deserialization');
    const settings = vscode.workspace.getConfiguration('pavise');
    await settings.update('severity', 'high', vscode.ConfigurationTarget.Global);
    await has(app(), 'sql-injection tls-verification-disabled unsafe-deserialization');
    await settings.update('ignore', ['sql-injection'], vscode.ConfigurationTarget.Workspace);
    await has(app(), 'tls-verification-disabled unsafe-deserialization');
    await settings.update('ignore', undefined, vscode.ConfigurationTarget.Workspace);
    await settings.update('severity', undefined, vscode.ConfigurationTarget.Global);
    await has(app(), 'sql-injection unsafe-deserialization');
    await vscode.workspace.fs.writeFile(project, before);
    await has(app(), all);
  }],
  ['a text that has no file yet', async () => {
    const doc = await vscode.workspace.openTextDocument({ language: 'python', content: 'import subprocess\nfrom flask import request\n\n\ndef f():\n    subprocess.run(request.args["x"], shell=True)\n' });
    await until('a finding', () => found(doc.uri).length > 0);
    await type(doc, new vscode.Position(0, 0), '# pavise: ignore-file[command-injection]\n');
    await until('none', () => found(doc.uri).length === 0);
  }],
  ['a cell of a notebook has findings, and knows those above it', async () => {
    const cell = (text: string) => new vscode.NotebookCellData(vscode.NotebookCellKind.Code, text, 'python');
    const doc = await vscode.workspace.openNotebookDocument(
      'jupyter-notebook',
      new vscode.NotebookData([
        cell('%matplotlib inline\nimport sqlite3\nfrom flask import request\ndb = sqlite3.connect("x")'),
        cell('def look():\n    return request.args["id"]'),
        cell('def run():\n    db.execute("SELECT a FROM b WHERE c = " + look())'),
      ]),
    );
    await vscode.window.showNotebookDocument(doc);
    const last = doc.cellAt(2).document;
    await until('a finding', () => found(last.uri).length > 0);
    assert.equal(found(last.uri)[0]?.range.start.line, 1);
    assert.equal(found(doc.cellAt(0).document.uri).length, 0);
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>('vscode.executeCodeActionProvider', last.uri, found(last.uri)[0]?.range);
    assert.ok(actions.some((a) => a.title.startsWith('Ignore sql-injection')), 'there are no actions');
    await vscode.workspace.applyEdit(
      (() => {
        const edit = new vscode.WorkspaceEdit();
        edit.set(doc.uri, [vscode.NotebookEdit.deleteCells(new vscode.NotebookRange(1, 2))]);
        return edit;
      })(),
    );
    await until('no way of the data', () => !codes(doc.cellAt(1).document.uri).includes('sql-injection'));
  }],
  ['a secret in a file that is no Python', async () => {
    const uri = vscode.Uri.joinPath(folder(), '.env');
    const token = ['ghp', 'R7kQ2mX9vB4nT8cL1zW6pY3sD5fH0jG2aE9u'].join('_');
    await vscode.workspace.fs.writeFile(uri, Buffer.from(`DEBUG=1\nGITHUB_TOKEN=${token}\n`));
    await open(uri);
    await until('a finding', () => found(uri).length > 0);
    assert.equal(found(uri)[0]?.range.start.line, 1);
    assert.ok(!found(uri).some((d) => d.message.includes(token)), 'the secret is shown');
    await vscode.workspace.fs.delete(uri);
  }],
  ['names of rules are completed in an ignore comment', async () => {
    const doc = await vscode.workspace.openTextDocument({ language: 'python', content: 'x = 1  # pavise: ignore[sql-]\n' });
    await until('completions', async () => {
      const l = await vscode.commands.executeCommand<vscode.CompletionList>('vscode.executeCompletionItemProvider', doc.uri, new vscode.Position(0, 28));
      return l.items.some((i) => i.label === 'sql-injection');
    });
  }],
  ['inlay hints are off, and come when they are wanted', async () => {
    const doc = await open(app());
    const hints = async (): Promise<string[]> => {
      const all = await vscode.commands.executeCommand<vscode.InlayHint[]>('vscode.executeInlayHintProvider', doc.uri, new vscode.Range(0, 0, doc.lineCount, 0));
      return all.map((h) => String(h.label));
    };
    assert.deepEqual(await hints(), []);
    const settings = vscode.workspace.getConfiguration('pavise');
    await settings.update('inlay-hints', true, vscode.ConfigurationTarget.Global);
    await until('hints', async () => (await hints()).includes('untrusted: request.args'));
    await settings.update('inlay-hints', undefined, vscode.ConfigurationTarget.Global);
    await until('none', async () => (await hints()).length === 0);
  }],
  ['a line above each handler is off, and comes when it is wanted', async () => {
    const doc = await open(app());
    const lenses = async (): Promise<string[]> => {
      const all = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', doc.uri, 100);
      return all.map((l) => l.command?.title ?? '').filter((title) => title.includes('input'));
    };
    assert.deepEqual(await lenses(), []);
    const settings = vscode.workspace.getConfiguration('pavise');
    await settings.update('code-lenses', true, vscode.ConfigurationTarget.Global);
    await until('lenses', async () => (await lenses()).some((title) => title.includes('reaches SQL')));
    await settings.update('code-lenses', undefined, vscode.ConfigurationTarget.Global);
    await until('none', async () => (await lenses()).length === 0);
  }],
  ['names of rules in a configuration lead to their pages', async () => {
    const uri = vscode.Uri.joinPath(folder(), 'conf', 'pavise.toml');
    await vscode.workspace.fs.writeFile(uri, Buffer.from('ignore = ["weak-hash"]\n'));
    await open(uri);
    await until('a link', async () => {
      const links = await vscode.commands.executeCommand<vscode.DocumentLink[]>('vscode.executeLinkProvider', uri, 100);
      return links.some((l) => String(l.target).endsWith('weak-hash.md'));
    });
    await vscode.workspace.fs.delete(vscode.Uri.joinPath(folder(), 'conf'), { recursive: true });
  }],
  ['restart keeps what is shown', async () => {
    await vscode.commands.executeCommand('pavise.restart');
    await open(app());
    await has(app(), all);
  }],
  ['all commands are there', async () => {
    const there = await vscode.commands.getCommands(true);
    for (const name of ['scan', 'fixAll', 'explainRule', 'showOutput', 'restart']) {
      assert.ok(there.includes(`pavise.${name}`), name);
    }
  }],
  ['links of Explain open nothing that is not a place', async () => {
    await open(app());
    const shown = vscode.window.activeTextEditor;
    for (const args of [[], [7, 7], ['file:///etc/passwd', { start: {}, end: {} }], [app().toString()]]) {
      await vscode.commands.executeCommand('pavise.openPlace', ...args);
    }
    assert.equal(vscode.window.activeTextEditor, shown);
  }],
];

export async function run(): Promise<void> {
  const extension = vscode.extensions.getExtension('pavise.pavise');
  assert.ok(extension, 'the extension is not installed');
  let failed = 0;
  for (const [what, test] of tests) {
    const began = Date.now();
    let result = 'ok';
    let remark = '';
    try {
      await test();
    } catch (err) {
      failed++;
      result = 'FAIL';
      remark = (err instanceof Error ? (err.message ?? '') : String(err)).replace(/\s+/g, ' ');
      console.error(err);
    }
    fs.appendFileSync(process.env['E2E_TABLE'] ?? '/dev/null', `${result}\tvscode ${vscode.version}\tin the extension host: ${what}\t${Date.now() - began}\t${remark}\n`);
  }
  assert.equal(failed, 0, `${failed} tests failed`);
}

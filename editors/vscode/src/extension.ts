import * as vscode from 'vscode';
import { ExecuteCommandRequest, WorkDoneProgress } from 'vscode-languageclient/node';
import { Explainer } from './explain';
import { openPlace } from './page';
import type { ScanResult } from './protocol';
import { Server } from './server';
import { Status } from './status';

let server: Server | undefined;
let scans = 0;

export function activate(context: vscode.ExtensionContext): void {
  const output = vscode.window.createOutputChannel('Pavise', { log: true });
  const status = new Status();
  const explainer: Explainer = new Explainer(context.extensionUri, async () => server?.connection());
  const started = new Server(context, output, (about) => explainer.show(about));
  server = started;
  started.onChange((condition) => status.set(condition));

  const command = (name: string, run: (...args: unknown[]) => unknown): vscode.Disposable => vscode.commands.registerCommand(name, run);
  context.subscriptions.push(
    output,
    status,
    explainer,
    started,
    command('pavise.scan', () => status.during(() => scan(started))),
    command('pavise.fixAll', fixAll),
    command('pavise.explainRule', () => explainer.atCursor()),
    command('pavise.showOutput', () => output.show()),
    command('pavise.restart', () => started.restart()),
    command(openPlace, (uri, range) => explainer.go(uri, range)),
    vscode.workspace.onDidGrantWorkspaceTrust(() => started.reconsider()),
    vscode.workspace.onDidChangeConfiguration((e) => {
      if (e.affectsConfiguration('pavise.path')) {
        void started.reconsider();
      }
    }),
  );
  void started.start();
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}

async function scan(from: Server): Promise<void> {
  const client = await from.connection();
  if (client === undefined) {
    void vscode.window.showWarningMessage('Pavise: the server is not running.');
    return;
  }
  const r = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: 'Pavise scans the workspace', cancellable: true },
    async (progress, cancelled) => {
      const workDoneToken = `scan-${++scans}`;
      let done = 0;
      const reports = client.onProgress(WorkDoneProgress.type, workDoneToken, (p) => {
        if (p.kind === 'report') {
          const percentage = p.percentage ?? done;
          progress.report({ message: p.message ?? '', increment: percentage - done });
          done = percentage;
        }
      });
      try {
        return (await client.sendRequest(ExecuteCommandRequest.type, { command: 'pavise.scanWorkspace', workDoneToken }, cancelled)) as ScanResult;
      } catch (err) {
        if (cancelled.isCancellationRequested) {
          return undefined;
        }
        throw err;
      } finally {
        reports.dispose();
      }
    },
  );
  if (r === undefined || r.files === 0) {
    return; // the user knows, or the server has said why
  }
  const text = `Pavise: ${r.findings} ${r.findings === 1 ? 'finding' : 'findings'} in ${r.files} ${r.files === 1 ? 'file' : 'files'}${r.complete ? '' : '; the scan did not come to its end'}.`;
  void vscode.window.showInformationMessage(text, 'Show Problems').then((choice) => {
    if (choice !== undefined) {
      void vscode.commands.executeCommand('workbench.actions.view.problems');
    }
  });
}

/** Makes the safe fixes of the file that is being edited. */
async function fixAll(): Promise<void> {
  await vscode.commands.executeCommand('editor.action.codeAction', { kind: 'source.fixAll.pavise', apply: 'first' });
}

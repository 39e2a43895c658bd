import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import { html, openPlace } from './page';
import * as protocol from './protocol';
import type { About, Explanation } from './protocol';

/** The panel that explains one finding, or one rule. */
export class Explainer implements vscode.Disposable {
  private panel: vscode.WebviewPanel | undefined;
  private shown: Explanation | undefined;
  private column: vscode.ViewColumn | undefined; // of the code
  private last = ''; // what the panel holds
  private readonly listener: vscode.Disposable;

  constructor(
    private readonly extension: vscode.Uri,
    private readonly connection: () => Promise<LanguageClient | undefined>,
  ) {
    this.listener = vscode.languages.onDidChangeDiagnostics((e) => {
      const uri = this.shown?.finding?.uri;
      if (this.panel !== undefined && uri !== undefined && e.uris.some((u) => u.toString() === vscode.Uri.parse(uri).toString())) {
        void this.refresh();
      }
    });
  }

  async show(about: About): Promise<void> {
    const client = await this.connection();
    if (client === undefined) {
      void vscode.window.showWarningMessage('Pavise: the server is not running.');
      return;
    }
    const x = await client.sendRequest(protocol.explain, about);
    if (x !== null) {
      this.shown = x;
      this.open(x);
    }
  }

  /** Explains what is found at the cursor, else a rule that the user picks. */
  async atCursor(): Promise<void> {
    const client = await this.connection();
    const editor = vscode.window.activeTextEditor;
    if (client !== undefined && editor !== undefined) {
      const uri = client.code2ProtocolConverter.asUri(editor.document.uri);
      const position = client.code2ProtocolConverter.asPosition(editor.selection.active);
      const x = await client.sendRequest(protocol.explain, { uri, position });
      if (x !== null) {
        this.shown = x;
        this.open(x);
        return;
      }
    }
    const all = (await client?.sendRequest(protocol.rules, {})) ?? [];
    const picked = await vscode.window.showQuickPick(
      all.map((r) => ({ label: r.id, description: `${r.class}, ${r.severity}`, detail: r.title })),
      { title: 'Explain a rule of Pavise', placeHolder: 'No finding at the cursor: which rule?', matchOnDetail: true },
    );
    if (picked !== undefined) {
      await this.show({ rule: picked.label });
    }
  }

  dispose(): void {
    this.listener.dispose();
    this.panel?.dispose();
  }

  private open(x: Explanation): void {
    this.column = vscode.window.activeTextEditor?.viewColumn ?? this.column;
    if (this.panel === undefined) {
      this.panel = vscode.window.createWebviewPanel(
        'pavise.explain',
        'Pavise',
        { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
        {
          enableScripts: false,
          enableForms: false,
          enableFindWidget: true,
          enableCommandUris: [openPlace],
          localResourceRoots: [vscode.Uri.joinPath(this.extension, 'media')],
        },
      );
      this.panel.iconPath = vscode.Uri.joinPath(this.extension, 'media', 'icon.png');
      this.panel.onDidDispose(() => {
        this.panel = this.shown = undefined;
        this.last = '';
      });
    } else {
      this.panel.reveal(undefined, true);
    }
    this.fill(x, false);
  }

  /** Shows what became of the finding. */
  private async refresh(): Promise<void> {
    const before = this.shown;
    const finding = before?.finding;
    const client = await this.connection();
    if (before === undefined || finding === undefined || client === undefined) {
      return;
    }
    const now = await client.sendRequest(protocol.explain, { rule: before.rule.id, uri: finding.uri, fingerprint: finding.fingerprint });
    if (this.shown !== before || now === null) {
      return; // another one is shown by now
    }
    if (now.finding === undefined) {
      this.fill(before, true);
      return;
    }
    this.shown = now;
    this.fill(now, false);
  }

  private fill(x: Explanation, gone: boolean): void {
    if (this.panel === undefined) {
      return;
    }
    const { webview } = this.panel;
    const style = webview.asWebviewUri(vscode.Uri.joinPath(this.extension, 'media', 'explain.css')).toString();
    const text = html(x, { gone, style, source: webview.cspSource });
    this.panel.title = `Explain ${x.rule.id}`;
    if (text !== this.last) {
      this.last = text;
      webview.html = text;
    }
  }

  /** Opens a place of the path beside the panel. The arguments come from a link. */
  async go(uri: unknown, range: unknown): Promise<void> {
    const client = await this.connection();
    if (typeof uri !== 'string' || !protocolRange(range) || client === undefined) {
      return;
    }
    const target = client.protocol2CodeConverter.asUri(uri);
    const open = vscode.window.visibleTextEditors.find((e) => e.document.uri.toString() === target.toString());
    await vscode.window.showTextDocument(target, {
      viewColumn: open?.viewColumn ?? this.column ?? vscode.ViewColumn.One,
      selection: client.protocol2CodeConverter.asRange(range),
    });
  }
}

function protocolRange(v: unknown): v is protocol.Place['range'] {
  const at = (p: unknown): boolean => {
    const { line, character } = (p ?? {}) as { line?: unknown; character?: unknown };
    return Number.isInteger(line) && Number.isInteger(character);
  };
  const { start, end } = (v ?? {}) as { start?: unknown; end?: unknown };
  return at(start) && at(end);
}

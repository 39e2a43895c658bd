import * as vscode from 'vscode';
import type { Condition } from './server';

const names = ['errors', 'warnings', 'remarks', 'hints'];

/** The item in the status bar: how the server is, and how much it has found. */
export class Status implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem('pavise.status', vscode.StatusBarAlignment.Left, 40);
  private readonly found = new Map<string, number[]>(); // by file: how many of each severity
  private readonly total = [0, 0, 0, 0];
  private condition: Condition = { state: 'starting' };
  private scanning = false;
  private readonly listener: vscode.Disposable;

  constructor() {
    this.item.name = 'Pavise';
    this.listener = vscode.languages.onDidChangeDiagnostics((e) => {
      for (const uri of e.uris) {
        this.count(uri);
      }
      this.show();
    });
    this.show();
    this.item.show();
  }

  set(condition: Condition): void {
    this.condition = condition;
    this.show();
  }

  async during<T>(scan: () => Promise<T>): Promise<T> {
    this.scanning = true;
    this.show();
    try {
      return await scan();
    } finally {
      this.scanning = false;
      this.show();
    }
  }

  dispose(): void {
    this.listener.dispose();
    this.item.dispose();
  }

  private count(uri: vscode.Uri): void {
    const key = uri.toString();
    const now = [0, 0, 0, 0];
    for (const d of vscode.languages.getDiagnostics(uri)) {
      if (d.source === 'pavise') {
        now[d.severity] = (now[d.severity] ?? 0) + 1;
      }
    }
    const before = this.found.get(key);
    for (let i = 0; i < this.total.length; i++) {
      this.total[i] = (this.total[i] ?? 0) + (now[i] ?? 0) - (before?.[i] ?? 0);
    }
    if (now.some((n) => n > 0)) {
      this.found.set(key, now);
    } else {
      this.found.delete(key);
    }
  }

  private show(): void {
    const all = this.total.reduce((a, b) => a + b, 0);
    const { item, condition } = this;
    item.backgroundColor = undefined;
    item.command = 'workbench.actions.view.problems';
    switch (condition.state) {
      case 'starting':
        item.text = '$(loading~spin) Pavise';
        item.accessibilityInformation = { label: 'Pavise is starting' };
        item.tooltip = 'Pavise is starting';
        return;
      case 'stopped':
        item.text = '$(shield) Pavise is off';
        item.accessibilityInformation = { label: 'Pavise is not running' };
        item.backgroundColor = new vscode.ThemeColor('statusBarItem.warningBackground');
        item.command = 'pavise.showOutput';
        item.tooltip = tooltip(`${plain(condition.why)}\n\n[Restart](command:pavise.restart) · [Show Output](command:pavise.showOutput)`);
        return;
    }
    item.text = `${this.scanning ? '$(sync~spin)' : '$(shield)'} ${all}`;
    item.accessibilityInformation = { label: `Pavise: ${all} ${all === 1 ? 'finding' : 'findings'}` };
    const parts = names.flatMap((name, i) => ((this.total[i] ?? 0) > 0 ? [`${this.total[i]} ${name}`] : []));
    const files = this.found.size;
    const what = all === 0 ? 'Nothing found' : `${parts.join(', ')} in ${files} ${files === 1 ? 'file' : 'files'}`;
    item.tooltip = tooltip(
      `**Pavise** ${plain(condition.version)}\n\n${what}${this.scanning ? '; scanning' : ''}\n\n` +
        '[Scan Workspace](command:pavise.scan) · [Restart](command:pavise.restart) · [Show Output](command:pavise.showOutput)\n\n' +
        `${plain(condition.path)}, of ${condition.from}`,
    );
  }
}

function tooltip(text: string): vscode.MarkdownString {
  const m = new vscode.MarkdownString(text);
  m.isTrusted = { enabledCommands: ['pavise.scan', 'pavise.restart', 'pavise.showOutput'] };
  return m;
}

/** Text in which Markdown sees no markup. */
function plain(text: string): string {
  return text.replace(/[\\`*_{}[\]()<>#+!|~-]/g, '\\$&');
}

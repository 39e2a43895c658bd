import * as vscode from 'vscode';
import { LanguageClient, State, TransportKind } from 'vscode-languageclient/node';
import { findBinary, type Binary } from './binary';
import { madeSettings, serverKeys } from './settings';
import type { About } from './protocol';

export type Condition = { state: 'starting' } | { state: 'running'; version: string; path: string; from: string } | { state: 'stopped'; why: string };

/** The languages whose documents the server is sent. */
export const languages = ['python', 'html', 'jinja', 'jinja2', 'jinja-html', 'django-html', 'htmldjango'];

/** Files of other languages, which are searched for secrets. */
const texts = ['**/.env*', '**/*.{env,yml,yaml,toml,json,ini,cfg,conf,sh}', '**/*Dockerfile*'];

/** The server's process and the connection to it. */
export class Server implements vscode.Disposable {
  private client: LanguageClient | undefined;
  private binary: Binary | undefined;
  private turn: Promise<void> = Promise.resolve(); // starts and stops, one after the other
  private readonly changed = new vscode.EventEmitter<Condition>();
  private told = ''; // the problem that the user has been told

  readonly onChange = this.changed.event;

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly output: vscode.LogOutputChannel,
    private readonly explain: (about: About) => Promise<void>,
  ) {}

  /** The connection, once it stands; undefined if there is none. */
  async connection(): Promise<LanguageClient | undefined> {
    await this.turn;
    return this.client?.state === State.Running ? this.client : undefined;
  }

  start(): Promise<void> {
    return this.queue(() => this.begin());
  }

  restart(): Promise<void> {
    return this.queue(async () => {
      await this.end();
      this.told = '';
      await this.begin();
    });
  }

  /** Restarts if another program would be started today. */
  async reconsider(): Promise<void> {
    await this.turn;
    if (JSON.stringify(this.find()) !== JSON.stringify(this.binary)) {
      await this.restart();
    }
  }

  stop(): Promise<void> {
    return this.queue(() => this.end());
  }

  dispose(): void {
    this.changed.dispose();
  }

  private queue(job: () => Promise<void>): Promise<void> {
    this.turn = this.turn.then(job).catch((err: unknown) => this.output.error(String(err)));
    return this.turn;
  }

  private find(): Binary {
    return findBinary({
      setting: vscode.workspace.getConfiguration('pavise').get<string>('path', '').trim(),
      extension: this.context.extensionPath,
      folders: (vscode.workspace.workspaceFolders ?? []).map((f) => f.uri.fsPath),
      trusted: vscode.workspace.isTrusted,
      env: process.env,
    });
  }

  private async begin(): Promise<void> {
    const binary = this.find();
    this.binary = binary;
    if ('problem' in binary) {
      this.fail(binary.problem);
      return;
    }
    this.changed.fire({ state: 'starting' });
    this.output.info(`starts ${binary.path}, of ${binary.from}`);
    const client = this.makeClient(binary.path);
    this.client = client;
    client.onDidChangeState((e) => {
      switch (e.newState) {
        case State.Starting:
          this.changed.fire({ state: 'starting' });
          break;
        case State.Running:
          this.changed.fire({
            state: 'running',
            version: client.initializeResult?.serverInfo?.version ?? '',
            path: binary.path,
            from: binary.from,
          });
          break;
        case State.Stopped:
          this.changed.fire({ state: 'stopped', why: 'The server has ended.' });
          break;
      }
    });
    try {
      await client.start();
    } catch (err) {
      this.fail(`The server did not start: ${err instanceof Error ? err.message : String(err)}`);
    }
  }

  private makeClient(command: string): LanguageClient {
    const keys = serverKeys(this.context.extension.packageJSON);
    return new LanguageClient(
      'pavise',
      'Pavise',
      { command, args: ['serve'], transport: TransportKind.stdio },
      {
        documentSelector: [
          ...languages.flatMap((language) => [
            { scheme: 'file', language },
            { scheme: 'untitled', language },
          ]),
          ...texts.map((pattern) => ({ scheme: 'file', pattern })),
          { notebook: '*', language: 'python' }, // their cells
        ],
        outputChannel: this.output,
        initializationOptions: madeSettings(undefined, keys),
        middleware: {
          executeCommand: async (command, args: unknown[], next) => {
            if (command === 'pavise.explain') {
              return this.explain((args[0] ?? {}) as About);
            }
            return (await next(command, args)) as unknown;
          },
          workspace: {
            configuration: (params) =>
              params.items.map((item) => (item.section === 'pavise' ? madeSettings(uriOf(item.scopeUri), keys) : null)),
          },
        },
      },
    );
  }

  private async end(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    if (client === undefined) {
      return;
    }
    try {
      await client.dispose(2000);
    } catch (err) {
      this.output.warn(`the server did not end in order: ${String(err)}`);
    }
  }

  /** Tells the user, once, why there is no server. */
  private fail(why: string): void {
    this.output.error(why);
    this.changed.fire({ state: 'stopped', why });
    if (this.told === why) {
      return;
    }
    this.told = why;
    void vscode.window.showErrorMessage(`Pavise: ${why}`, 'Open Settings', 'Show Output', 'Try Again').then((choice) => {
      switch (choice) {
        case 'Open Settings':
          return vscode.commands.executeCommand('workbench.action.openSettings', 'pavise.path');
        case 'Show Output':
          return this.output.show();
        case 'Try Again':
          return this.restart();
        default:
          return undefined;
      }
    });
  }
}

function uriOf(text: string | undefined): vscode.Uri | undefined {
  return text === undefined ? undefined : vscode.Uri.parse(text);
}

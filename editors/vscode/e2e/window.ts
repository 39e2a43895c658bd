// A VS Code to drive: code-server, which is VS Code behind a web page, and Chromium to show it.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { chromium, type BrowserContext, type Locator, type Page } from 'playwright-core';

export function env(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') {
    throw new Error(`${name} is not set`);
  }
  return value;
}

export const tmp = env('E2E_TMP');

/** How long anything may take before a step fails. */
export const patience = 20_000;

const cache = env('E2E_VSCODE'); // the folder with node_modules
const entry = path.join(cache, 'node_modules/code-server/out/node/entry.js');

export const version = (JSON.parse(fs.readFileSync(path.join(cache, 'node_modules/code-server/lib/vscode/package.json'), 'utf8')) as { version: string }).version;

function row(result: string, what: string, began: number, remark = ''): void {
  fs.appendFileSync(env('E2E_TABLE'), `${result}\tvscode ${version}\t${what}\t${Date.now() - began}\t${remark.replace(/\s+/g, ' ')}\n`);
}

/** Runs a step of a story and notes how it went. A step that fails ends the story. */
export async function step<T>(what: string, run: () => Promise<T> | T): Promise<T> {
  const began = Date.now();
  try {
    const result = await run();
    row('ok', what, began);
    return result;
  } catch (err) {
    row('FAIL', what, began, err instanceof Error ? err.message : String(err));
    throw err;
  }
}

export async function until(what: string, ready: () => boolean | Promise<boolean>): Promise<void> {
  for (const began = Date.now(); !(await ready()); ) {
    if (Date.now() - began > patience) {
      throw new Error(`waited in vain for ${what}`);
    }
    await new Promise((r) => setTimeout(r, 50));
  }
}

export function check(what: string, holds: boolean): void {
  if (!holds) {
    throw new Error(what);
  }
}

/** A program pavise that notes what becomes of its processes. */
export class Shim {
  readonly dir: string;
  readonly file: string;

  constructor(name: string) {
    this.dir = path.join(tmp, name);
    this.file = path.join(this.dir, 'pavise');
    fs.mkdirSync(this.dir, { recursive: true });
    fs.writeFileSync(
      this.file,
      `#!/bin/sh\nexec 3<&0\n[ "$1" != serve ] || set -- "$@" --trace '${env('E2E_TRAFFIC')}'/vscode-$$.jsonl\n'${env('E2E_PAVISE')}' "$@" <&3 &\npid=$!\necho $pid >>'${this.dir}/pids'\nwait $pid\ncode=$?\necho $code >>'${this.dir}/codes'\nexit $code\n`,
      { mode: 0o755 },
    );
  }

  /** How often it was started. */
  starts(): number {
    return this.pids().length;
  }

  /** Ends the newest server as if it had crashed. */
  kill(): void {
    process.kill(this.pids().at(-1) ?? 0, 'SIGKILL');
  }

  /** Waits until none is left; those that stay are ended, and it fails. */
  async gone(): Promise<void> {
    const alive = (): number[] => this.pids().filter((pid) => fs.existsSync(`/proc/${pid}`));
    try {
      await until('the servers to end', () => alive().length === 0);
    } finally {
      alive().forEach((pid) => process.kill(pid, 'SIGKILL'));
    }
  }

  private pids(): number[] {
    const file = path.join(this.dir, 'pids');
    return fs.existsSync(file) ? fs.readFileSync(file, 'utf8').trim().split('\n').map(Number) : [];
  }
}

export interface Options {
  name: string;
  folder: string; // the workspace
  open?: string; // a file
  trust: boolean; // ask whether the workspace is trusted, and begin with no
  settings?: object; // of the user
  machine?: object; // settings of the machine
  path?: string; // a folder before the PATH
  payload?: [string, string][]; // more for the workbench
}

/** One VS Code with one window. */
export class Window {
  readonly outside = new Set<string>(); // hosts of the network that the window asked for

  private constructor(
    readonly page: Page,
    readonly address: string,
    private readonly context: BrowserContext,
    private readonly server: ChildProcess,
    private readonly name: string,
  ) {}

  static async start(o: Options, before?: (page: Page) => Promise<void>): Promise<Window> {
    const dir = (name: string): string => {
      const d = path.join(tmp, o.name, name);
      fs.mkdirSync(d, { recursive: true });
      return d;
    };
    const [data, extensions] = [dir('data'), dir('extensions')];
    const write = (where: string, settings: object): void => {
      fs.mkdirSync(path.join(data, where), { recursive: true });
      fs.writeFileSync(path.join(data, where, 'settings.json'), JSON.stringify(settings));
    };
    write('User', {
      'chat.disableAIFeatures': true,
      'editor.accessibilitySupport': 'off',
      'editor.minimap.enabled': false,
      'extensions.autoCheckUpdates': false,
      'extensions.ignoreRecommendations': true,
      'files.autoSave': 'off',
      'git.enabled': false,
      'security.workspace.trust.startupPrompt': 'never',
      'telemetry.telemetryLevel': 'off',
      'workbench.secondarySideBar.defaultVisibility': 'hidden',
      'workbench.startupEditor': 'none',
      'workbench.tips.enabled': false,
      'workbench.colorTheme': 'Default Dark Modern',
      ...o.settings,
    });
    write('Machine', o.machine ?? {}); // in the user's file one of scope machine is not read
    const surroundings: NodeJS.ProcessEnv = {
      ...process.env,
      HOME: dir('home'),
      XDG_CACHE_HOME: dir('home/cache'),
      EXTENSIONS_GALLERY: '{"serviceUrl":"http://127.0.0.1:9"}',
    };
    if (o.path !== undefined) {
      // VS Code takes the PATH of a login shell.
      surroundings['SHELL'] = '/bin/bash';
      fs.writeFileSync(path.join(surroundings['HOME'] as string, '.profile'), `PATH='${o.path}':"$PATH"\n`);
    }
    const common = [entry, '--user-data-dir', data, '--extensions-dir', extensions];
    const installed = spawnSync(process.execPath, [...common, '--install-extension', env('E2E_VSIX')], { env: surroundings, encoding: 'utf8' });
    check(`the extension could not be installed: ${installed.stdout}${installed.stderr}`, installed.status === 0);
    const port = await freePort();
    const log = fs.openSync(path.join(dir('.'), 'server.log'), 'w');
    const server = spawn(
      process.execPath,
      [
        ...common,
        ...['--auth', 'none', '--bind-addr', `127.0.0.1:${port}`, '--disable-telemetry', '--disable-update-check'],
        ...['--disable-getting-started-override', '--ignore-last-opened', '--vscode-option', 'enable-smoke-test-driver'],
        ...(o.trust ? [] : ['--disable-workspace-trust']),
      ],
      { env: surroundings, stdio: ['ignore', log, log], detached: true },
    );
    try {
      await until('code-server to answer', async () => {
        check('code-server has ended', server.exitCode === null);
        return fetch(`http://127.0.0.1:${port}/healthz`).then(
          (r) => r.ok,
          () => false,
        );
      });
      const context = await chromium.launchPersistentContext(dir('chromium'), {
        executablePath: env('E2E_CHROMIUM'),
        headless: true,
        viewport: { width: 1280, height: 800 },
        args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
      });
      const page = context.pages()[0] ?? (await context.newPage());
      const w = new Window(page, `vscode-remote://127.0.0.1:${port}`, context, server, o.name);
      await context.route(
        (url) => url.protocol.startsWith('http') && url.hostname !== '127.0.0.1' && !url.hostname.endsWith('localhost'),
        (route) => {
          w.outside.add(new URL(route.request().url()).host);
          return route.abort();
        },
      );
      page.setDefaultTimeout(patience);
      await before?.(page);
      const payload = [...(o.open === undefined ? [] : [['openFile', w.address + o.open]]), ...(o.payload ?? []).map(([k, v]) => [k, w.address + v])];
      await page.goto(`http://127.0.0.1:${port}/?folder=${encodeURIComponent(o.folder)}&payload=${encodeURIComponent(JSON.stringify(payload))}`);
      await page.waitForSelector('.monaco-workbench', { timeout: 2 * patience });
      return w;
    } catch (err) {
      end(server);
      throw err;
    }
  }

  /** A picture for the documentation, or of what went wrong. */
  async picture(name: string): Promise<void> {
    const dir = path.join(tmp, 'pictures');
    fs.mkdirSync(dir, { recursive: true });
    await this.page.screenshot({ path: path.join(dir, `${name}.png`) });
  }

  async close(): Promise<void> {
    await this.context.close();
    end(this.server);
  }

  /** Runs a story in the window and closes it. */
  async tell(story: (w: Window) => Promise<void>): Promise<void> {
    try {
      await story(this);
    } catch (err) {
      await this.picture(`failed-${this.name}`).catch(() => undefined);
      throw err;
    } finally {
      await this.close();
    }
  }

  /** Runs a command by its title. */
  async command(title: string): Promise<void> {
    await this.page.keyboard.press('F1');
    const input = this.page.locator('.quick-input-widget input');
    await input.waitFor({ state: 'visible' });
    await input.fill(`>${title}`);
    await this.page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first().click();
    // A command may ask more in the same place.
    await until(`"${title}" to run`, async () => !(await input.isVisible()) || (await input.inputValue()) !== `>${title}`);
  }

  /** Puts the cursor at a place of the editor; lines and columns count from one. */
  async at(line: number, column: number): Promise<void> {
    await this.page.keyboard.press('Control+1'); // to the first group of editors
    await this.page.keyboard.press('Control+G');
    const input = this.page.locator('.quick-input-widget input');
    await input.waitFor({ state: 'visible' });
    await input.fill(`:${line}:${column}`);
    await this.page.keyboard.press('Enter');
    await this.page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
    await this.cursor(line, column);
  }

  /** Waits until the status bar names a place. */
  async cursor(line: number, column?: number): Promise<void> {
    const text = new RegExp(`Ln ${line}, Col ${column ?? '\\d+'}`);
    await this.page.locator('.statusbar-item', { hasText: text }).waitFor();
  }

  /** Waits until the status bar tells of so many findings. */
  async findings(n: number): Promise<void> {
    await this.page.locator(`.statusbar-item [aria-label="Pavise: ${n} ${n === 1 ? 'finding' : 'findings'}"], .statusbar-item[aria-label="Pavise: ${n} ${n === 1 ? 'finding' : 'findings'}"]`).first().waitFor();
  }

  /** The frame of a webview that holds a selector. */
  async webview(selector: string): Promise<Locator> {
    let found: Locator | undefined;
    await until(`a webview with ${selector}`, async () => {
      for (const frame of this.page.frames()) {
        const l = frame.locator(selector);
        if (frame !== this.page.mainFrame() && (await l.count().catch(() => 0)) > 0) {
          found = l.first();
          return true;
        }
      }
      return false;
    });
    return found as Locator;
  }
}

function end(server: ChildProcess): void {
  if (server.pid !== undefined && server.exitCode === null) {
    process.kill(-server.pid, 'SIGTERM'); // it leads a group of its own
  }
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const s = net.createServer();
    s.on('error', reject);
    s.listen(0, '127.0.0.1', () => {
      const { port } = s.address() as net.AddressInfo;
      s.close(() => resolve(port));
    });
  });
}

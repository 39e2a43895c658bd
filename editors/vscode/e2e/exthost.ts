// Has a real VS Code run exthost/suite.ts in its extension host.
import fs from 'node:fs';
import path from 'node:path';
import { check, env, Shim, step, tmp, Window } from './window';

const folder = path.join(tmp, 'exthost-bakery');
fs.cpSync(env('E2E_BAKERY'), folder, { recursive: true });
const suite = env('E2E_SUITE'); // the folder with the suite, as an extension of its own
const shim = new Shim('in-setting');

let ended: (code: unknown) => void;
const code = new Promise<unknown>((resolve) => (ended = resolve));
const window = await Window.start(
  {
    name: 'exthost',
    folder,
    trust: false,
    machine: { 'pavise.path': shim.file },
    payload: [
      ['extensionDevelopmentPath', suite],
      ['extensionTestsPath', path.join(suite, 'suite.cjs')],
    ],
  },
  async (page) => {
    await page.exposeFunction('codeAutomationExit', (c: unknown) => ended(c));
    await page.exposeFunction('codeAutomationLog', (kind: string, args: unknown[]) => {
      if (kind === 'error' && !String(args[0]).includes('spdlog')) {
        console.error(...args);
      }
    });
  },
);
await window.tell(async () => {
  await step('in the extension host: the suite comes to its end', async () => {
    const timer = new Promise((resolve) => setTimeout(() => resolve('none in time'), 120_000).unref());
    const got = await Promise.race([code, timer]);
    check(`its exit code is ${String(got)}`, got === 0);
  });
});
await step('in the extension host: no server is left', () => shim.gone());

// A workspace that is not trusted: it is analysed, and nothing of it is run.
import fs from 'node:fs';
import path from 'node:path';
import { check, env, patience, Shim, step, tmp, until, Window } from './window';

const folder = path.join(tmp, 'stranger');
fs.cpSync(path.join(env('E2E_BAKERY'), 'src'), folder, { recursive: true });
const mark = path.join(tmp, 'stranger-was-run');
for (const file of ['tool', '.venv/bin/pavise', 'pavise']) {
  fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
  fs.writeFileSync(path.join(folder, file), `#!/bin/sh\necho ${file} >>'${mark}'\nexec '${env('E2E_PAVISE')}' "$@"\n`, { mode: 0o755 });
}
fs.mkdirSync(path.join(folder, '.vscode'));
fs.writeFileSync(path.join(folder, '.vscode/settings.json'), JSON.stringify({ 'pavise.path': path.join(folder, 'tool') }));

const shim = new Shim('beside-stranger');
const window = await step('a workspace opens that is not trusted', () =>
  // Its own folder stands in the PATH before ours, as careless people have it.
  Window.start({ name: 'trust', folder, open: path.join(folder, 'app.py'), trust: true, path: `.:${folder}:${shim.dir}` }),
);

await window.tell(async (w) => {
  await step('it is analysed, and no program of it is run', async () => {
    await w.page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).waitFor();
    await w.page.locator('.monaco-editor .squiggly-error').first().waitFor({ timeout: 2 * patience });
    await w.findings(4);
    check('a program of the workspace was run', !fs.existsSync(mark));
    check('our server was not started', shim.starts() === 1);
    await w.picture('restricted');
  });

  await step('once it is trusted, its settings count', async () => {
    await w.command('Workspaces: Manage Workspace Trust');
    await w.page.locator('.workspace-trust-editor .monaco-button', { hasText: 'Trust' }).first().click();
    await until('the program of the workspace', () => fs.existsSync(mark));
    check('another program was run', fs.readFileSync(mark, 'utf8') === 'tool\n');
    await w.findings(4);
  });
});
await step('no server of it is left', () => shim.gone());

// What a person sees and does, in a window with the extension as it is packaged.
import fs from 'node:fs';
import path from 'node:path';
import { check, env, patience, Shim, step, tmp, until, Window } from './window';

const folder = path.join(tmp, 'shop');
fs.cpSync(env('E2E_SHOP'), folder, { recursive: true });
const file = path.join(folder, 'app.py');
const original = fs.readFileSync(file, 'utf8');
const safelyFixed = original.replace('yaml.Loader)', 'yaml.SafeLoader)').replace('verify=False)', 'verify=False, timeout=10)');

const shim = new Shim('in-path');
const window = await step('the workbench opens', () =>
  Window.start({ name: 'ui', folder, open: file, trust: false, path: shim.dir, settings: { 'editor.codeActionsOnSave': { 'source.fixAll.pavise': 'explicit' } } }),
);

await window.tell(async (w) => {
  const { page } = w;
  const text = async (): Promise<string> => (await page.locator('.editor-instance .view-lines').first().innerText()).replaceAll('\u00a0', ' ');

  await step('findings are underlined and counted', async () => {
    await page.locator('.monaco-editor .squiggly-error').first().waitFor({ timeout: 2 * patience });
    await w.findings(4);
  });

  await step('the Problems view has them', async () => {
    await page.keyboard.press('Control+Shift+M');
    const rows = page.locator('.markers-panel .monaco-list-row');
    for (const [code, at] of [['sql-injection', 'Ln 14, Col 12'], ['unsafe-deserialization', 'Ln 25, Col 23']] as const) {
      await rows.filter({ hasText: code }).filter({ hasText: at }).first().waitFor();
    }
    for (const [at, told] of [['Ln 19, Col 16', 'comes from the client'], ['Ln 20, Col 33', 'passed to orders_of()']] as const) {
      await rows.filter({ hasText: at }).filter({ hasText: told }).first().waitFor();
    }
    await w.picture('problems');
  });

  await step('the hover tells the path', async () => {
    await w.at(14, 20);
    const hover = page.locator('.monaco-hover', { hasText: 'bound parameter' });
    await again(() => w.command('Show or Focus Hover'), hover);
    const told = await hover.first().innerText();
    check(`the hover says ${told}`, told.includes('SQL statement built from request data') && told.includes('line 19') && told.includes('Fix:'));
    await w.picture('hover');
    await page.keyboard.press('Escape');
  });

  await step('Explain shows the path and the page', async () => {
    await page.keyboard.press('Control+J'); // the panel makes room
    await w.at(14, 20);
    await w.command('Pavise: Explain Finding or Rule');
    const body = await w.webview('ol.path');
    check('there are not five steps', (await body.locator('li').count()) === 5);
    const told = await (await w.webview('article')).innerText();
    check('the page of the rule is not there', told.includes('Instead') && told.includes('Bind every value'));
    check('there is a script', (await (await w.webview('html')).locator('script[src], main script').count()) === 0);
    await w.picture('explain');
  });

  await step('a link of the path jumps', async () => {
    await (await w.webview('ol.path li:first-child a')).click();
    await w.cursor(19);
  });

  await step('the light bulb offers the fix, which is made', async () => {
    await w.at(14, 20);
    const menu = page.locator('.action-widget .monaco-list-row');
    await again(() => page.keyboard.press('Control+.'), menu.filter({ hasText: 'bound parameter' }));
    for (const words of ['Ignore sql-injection on this line', 'Explain sql-injection']) {
      await menu.filter({ hasText: words }).first().waitFor();
    }
    await w.picture('fix');
    await menu.filter({ hasText: 'bound parameter' }).first().click();
    await w.findings(3);
    check('the query has no parameter', (await text()).includes('customer = ?'));
    await w.webview('.gone'); // Explain says so too
  });

  await step('undo brings the finding back', async () => {
    await page.keyboard.press('Control+Z');
    await w.findings(4);
    check('the text is another one', (await text()).includes("customer = '{customer}'"));
    check('the file was written', fs.readFileSync(file, 'utf8') === original);
  });

  await step('saving makes the safe fixes', async () => {
    await page.keyboard.press('Control+S');
    await until('the file to be written', () => fs.readFileSync(file, 'utf8') !== original);
    check(`the file is\n${fs.readFileSync(file, 'utf8')}`, fs.readFileSync(file, 'utf8') === safelyFixed);
    await w.findings(2);
  });

  await step('a scan finds what is in closed files', async () => {
    await w.command('Pavise: Scan Workspace');
    await w.findings(3);
    await w.command('Notifications: Show Notifications');
    await page.locator('.notifications-center', { hasText: 'Pavise: 3 findings in 2 files.' }).waitFor();
    await w.command('Notifications: Hide Notifications');
    await page.keyboard.press('Control+Shift+M');
    await page.locator('.markers-panel .monaco-list-row', { hasText: 'backup.py' }).waitFor();
  });

  await step('a server that dies is started again', async () => {
    const starts = shim.starts();
    shim.kill();
    await until('a new server', () => shim.starts() > starts);
    await w.findings(2);
  });

  await step('the walkthrough opens with its pictures', async () => {
    await w.command('View: Close All Editors');
    await w.command('View: Hide Panel');
    await page.keyboard.press('Control+B'); // beside the side bar there is no room for pictures
    await w.command('Welcome: Open Walkthrough...');
    await page.locator('.quick-input-list .monaco-list-row', { hasText: 'Get Started with Pavise' }).click();
    await page.locator('.getting-started-category.description, .gettingStartedDetailsContent', { hasText: 'See what is wrong' }).first().waitFor();
    const picture = page.locator('.gettingStartedContainer .getting-started-media img').first();
    await picture.waitFor();
    await until('the picture', () => picture.evaluate((img) => (img as unknown as { naturalWidth: number }).naturalWidth > 600));
    await w.picture('walkthrough');
  });

  await step('nothing was asked of the network', () => {
    check(`asked for ${[...w.outside].join(', ')}`, w.outside.size === 0);
  });
});
await step('no server is left', () => shim.gone());

/** Does something again until it has an effect: a key can be lost while the workbench is busy. */
async function again(act: () => Promise<void>, effect: { first(): { waitFor(o: { timeout: number }): Promise<void> } }): Promise<void> {
  for (let i = 0; ; i++) {
    await act();
    try {
      await effect.first().waitFor({ timeout: 4000 });
      return;
    } catch (err) {
      if (i === 5) {
        throw err;
      }
    }
  }
}

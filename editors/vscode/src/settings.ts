import * as vscode from 'vscode';

/**
 * The settings that somebody made, by their keys. Defaults are left out: what the server is told stands over the
 * project's own file, and a default of the editor must not.
 */
export function madeSettings(scope: vscode.Uri | undefined, keys: readonly string[]): Record<string, unknown> {
  const all = vscode.workspace.getConfiguration('pavise', scope ?? null);
  const made: Record<string, unknown> = {};
  for (const key of keys) {
    const is = all.inspect(key);
    if (is !== undefined && [is.globalValue, is.workspaceValue, is.workspaceFolderValue].some((v) => v !== undefined)) {
      made[key] = all.get(key);
    }
  }
  return made;
}

/** The keys that the server reads: those of the group that is written from its own source. */
export function serverKeys(manifest: unknown): string[] {
  const groups = (manifest as { contributes: { configuration: { properties: object }[] } }).contributes.configuration;
  return Object.keys(groups.at(-1)?.properties ?? {}).map((name) => name.replace(/^pavise\./, ''));
}

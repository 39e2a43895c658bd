// Which server is started. In a workspace that is not trusted nothing that the workspace holds or says is run.
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

/** What the choice depends on; extension.ts reads it from the editor. */
export interface Surroundings {
  setting: string; // pavise.path; in a workspace that is not trusted never the workspace's own
  extension: string; // the folder of the extension
  folders: string[]; // of the workspace
  trusted: boolean;
  env: NodeJS.ProcessEnv;
}

/** A program, or why there is none. */
export type Binary = { path: string; from: string } | { problem: string };

const name = process.platform === 'win32' ? 'pavise.exe' : 'pavise';

export function findBinary(s: Surroundings): Binary {
  if (s.setting !== '') {
    const file = expand(s.setting, s);
    if (file === undefined) {
      return { problem: `The setting pavise.path, "${s.setting}", is no full path.` };
    }
    return runs(file) ? { path: file, from: 'the setting pavise.path' } : { problem: `The setting pavise.path names ${file}, which is no program.` };
  }
  const bundled = path.join(s.extension, 'bin', name);
  if (runs(bundled)) {
    return { path: bundled, from: 'the extension' };
  }
  for (const dir of (s.env['PATH'] ?? s.env['Path'] ?? '').split(path.delimiter)) {
    // An entry like "." or "node_modules/.bin" leads into the workspace.
    if (!path.isAbsolute(dir) || (!s.trusted && s.folders.some((f) => within(f, dir)))) {
      continue;
    }
    const file = path.join(dir, name);
    if (runs(file)) {
      return { path: file, from: 'the PATH' };
    }
  }
  if (s.trusted) {
    for (const folder of s.folders) {
      for (const env of ['.venv', 'venv', 'env']) {
        const file = path.join(folder, env, process.platform === 'win32' ? 'Scripts' : 'bin', name);
        if (runs(file)) {
          return { path: file, from: 'the Python environment of the workspace' };
        }
      }
    }
  }
  return { problem: 'The program "pavise" was not found. Install it, for example by "pip install pavise", or name it in the setting pavise.path.' };
}

/** The file that a setting means; undefined if it is relative to nothing. */
function expand(setting: string, s: Surroundings): string | undefined {
  let file = setting;
  if (file === '~' || file.startsWith('~/') || file.startsWith('~\\')) {
    file = path.join(os.homedir(), file.slice(1));
  }
  const folder = s.folders[0];
  if (folder !== undefined) {
    file = file.replace('${workspaceFolder}', folder);
  }
  return path.isAbsolute(file) ? file : undefined;
}

function runs(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

/** Whether file is folder or lies below it, links followed. */
function within(folder: string, file: string): boolean {
  const rest = path.relative(real(folder), real(file));
  return rest === '' || (!rest.startsWith('..') && !path.isAbsolute(rest));
}

function real(file: string): string {
  try {
    return fs.realpathSync(file);
  } catch {
    return path.resolve(file);
  }
}

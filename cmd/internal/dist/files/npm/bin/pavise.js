#!/usr/bin/env node
'use strict';

// Starts the program of the package for this platform and ends as it ends.

const { spawn } = require('node:child_process');

const name = `@pavise/${process.platform}-${process.arch}`;
const program = process.platform === 'win32' ? 'pavise.exe' : 'pavise';

let path;
try {
  path = require.resolve(`${name}/bin/${program}`);
} catch {
  console.error(
    `pavise: the package ${name} is not installed. Either there is none for this platform, or optional ` +
      'dependencies were left out (npm install --omit=optional).',
  );
  process.exit(2);
}

const child = spawn(path, process.argv.slice(2), { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => child.kill(signal));
}
child.on('error', (error) => {
  console.error(`pavise: ${path} cannot be started: ${error.message}`);
  process.exit(2);
});
child.on('exit', (code, signal) => {
  if (signal) {
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  } else {
    process.exit(code);
  }
});

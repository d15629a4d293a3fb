/**
 * Write core-4.4.json: the package versions that JupyterLab 4.4 shares with its extensions.
 *
 * Without it jupyter-builder takes the newest JupyterLab's, and a 4.4 calls the extension
 * incompatible. Run `npm run core-meta` to refresh the file; it needs pip and unzip.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MEMBER = 'jupyterlab/staging/package.json';
const OUTPUT = new URL('../core-4.4.json', import.meta.url);

function readStaging(folder) {
  execFileSync('python3', ['-m', 'pip', 'download', '--quiet', '--no-deps', '--dest', folder, 'jupyterlab==4.4.*']);
  const wheel = readdirSync(folder).find(name => name.endsWith('.whl'));
  execFileSync('unzip', ['-q', join(folder, wheel), MEMBER, '-d', folder]);
  return { wheel, staging: JSON.parse(readFileSync(join(folder, MEMBER), 'utf8')) };
}

/** Every 4.4 is meant, not only the newest: `~4.4.10` becomes `~4.4.0`. */
function firstPatch(range) {
  return range.replace(/^~(\d+\.\d+)\.\d+$/, '~$1.0');
}

function cutDown({ wheel, staging }) {
  const shared = staging.jupyterlab.singletonPackages;
  const known = { ...staging.dependencies, ...staging.resolutions };
  return {
    $comment: [
      `Made by tools/core-meta.mjs from ${MEMBER} in ${wheel}; do not edit.`,
      'JupyterLab is BSD-3-Clause, copyright the Jupyter Development Team.'
    ],
    name: staging.name,
    version: staging.version,
    license: staging.license,
    dependencies: {},
    resolutions: Object.fromEntries(shared.filter(name => name in known).map(name => [name, firstPatch(known[name])])),
    jupyterlab: { version: staging.jupyterlab.version, singletonPackages: shared }
  };
}

const folder = mkdtempSync(join(tmpdir(), 'core-meta-'));
try {
  writeFileSync(OUTPUT, `${JSON.stringify(cutDown(readStaging(folder)), null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

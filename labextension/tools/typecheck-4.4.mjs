/** Check the types against the packages of JupyterLab 4.4, the oldest one promised: `npm run typecheck:4.4`. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = fileURLToPath(new URL('..', import.meta.url));
const TYPES = ['@types/react', '@types/react-dom', 'typescript'];

const { dependencies, devDependencies } = JSON.parse(readFileSync(join(HERE, 'package.json'), 'utf8'));

/** `^4.4.0` takes any 4; `~4.4.0` takes the oldest minor only. */
function oldest([name, range]) {
  return [name, name.startsWith('@jupyterlab/') ? range.replace('^', '~') : range];
}

const folder = mkdtempSync(join(tmpdir(), 'typecheck-'));
try {
  const manifest = {
    private: true,
    dependencies: Object.fromEntries(Object.entries(dependencies).map(oldest)),
    devDependencies: Object.fromEntries(TYPES.map(name => [name, devDependencies[name]]))
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  ['.npmrc', 'tsconfig.json', 'src'].forEach(name => cpSync(join(HERE, name), join(folder, name), { recursive: true }));
  execFileSync('npm', ['install', '--no-package-lock'], { cwd: folder, stdio: 'inherit' });
  execFileSync('npx', ['tsc', '--noEmit'], { cwd: folder, stdio: 'inherit' });
} finally {
  rmSync(folder, { recursive: true, force: true });
}

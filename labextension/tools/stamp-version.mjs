/** Put the project's version, kept in mlcost_ext/_version.py alone, into the built package.json. */
import { readFileSync, writeFileSync } from 'node:fs';

const SOURCE = new URL('../../mlcost_ext/_version.py', import.meta.url);
const BUILT = new URL('../../mlcost_ext/labextension/package.json', import.meta.url);

const version = /^__version__\s*=\s*"([^"]+)"/m.exec(readFileSync(SOURCE, 'utf8'))?.[1];
if (version === undefined) {
  throw new Error('mlcost_ext/_version.py holds no line like __version__ = "1.2.3"');
}
const built = JSON.parse(readFileSync(BUILT, 'utf8'));
writeFileSync(BUILT, `${JSON.stringify({ ...built, version }, null, 2)}\n`);

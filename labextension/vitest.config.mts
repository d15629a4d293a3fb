import { defineConfig } from 'vitest/config';

export default defineConfig({
  oxc: { jsx: { runtime: 'classic' } },
  resolve: { alias: { '@jupyterlab/notebook': new URL('src/__tests__/notebook_package.ts', import.meta.url).pathname } },
  test: {
    environment: 'jsdom',
    include: ['src/**/__tests__/**/*.spec.{ts,tsx}'],
    setupFiles: ['./vitest.setup.ts'],
    restoreMocks: true,
    testTimeout: 30_000, // environments may be installed beside it
    silent: 'passed-only',
    // JupyterLab's packages import styles and each other without file extensions, which Node alone does not follow.
    server: { deps: { inline: [/@jupyterlab\//, /@jupyter\//, /@lumino\//, /@codemirror\//, /y-protocols/, /lib0/, /yjs/] } }
  }
});

import jupyter from '@jupyter/eslint-plugin';
import prettier from 'eslint-config-prettier';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['lib/', 'node_modules/', 'coverage/', '*.ts', 'src/api/types.ts'] },
  { plugins: { jupyter } },
  ...jupyter.configs.recommended,
  {
    files: ['src/**/*.{ts,tsx}'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { project: ['./tsconfig.test.json'], tsconfigRootDir: import.meta.dirname } },
    rules: {
      // The panel and the status item are shown at once, and the whole bundle is smaller than one request is worth.
      'jupyter/prefer-lazy-imports': 'off',
      complexity: ['error', 8],
      eqeqeq: 'error',
      'max-lines': ['error', 300],
      'max-lines-per-function': ['error', { max: 60 }],
      '@typescript-eslint/explicit-function-return-type': ['error', { allowExpressions: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // A command's ids are a namespace throughout JupyterLab.
      '@typescript-eslint/no-namespace': 'off',
      // Numbers and the parts of a label are put into keys and sentences on purpose.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowNullish: true }]
    }
  },
  { files: ['src/**/*.tsx'], ...reactHooks.configs.flat.recommended },
  {
    files: ['src/**/__tests__/**'],
    rules: { 'max-lines': ['error', 400], 'max-lines-per-function': 'off', complexity: 'off' }
  },
  prettier
);

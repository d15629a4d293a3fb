import { PageConfig } from '@jupyterlab/coreutils';
import { afterEach, describe, expect, it } from 'vitest';
import loaded, { enabledPlugins, plugins } from '..';

afterEach(() => {
  PageConfig.setOption('mlcostExt', '');
});

describe('the extension', () => {
  it('adds nothing at all where the server half does not run', () => {
    expect(loaded).toEqual([]);
  });

  it('adds its plugins where it does', () => {
    PageConfig.setOption('mlcostExt', 'enabled');
    expect(enabledPlugins()).toBe(plugins);
  });

  it('has one plugin for each concern, each saying what it does', () => {
    expect(plugins.map(plugin => plugin.id.split(':')[1])).toEqual(['plugin', 'commands', 'panel', 'statusbar', 'executions']);
    expect(plugins.every(plugin => plugin.description?.endsWith('.'))).toBe(true);
  });
});

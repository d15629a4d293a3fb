import { act } from 'react';
import { afterEach, describe, expect, it } from 'vitest';
import type { AppRow, Overview } from '../../api/types';
import { appRow, awsLoading, awsState, kindStates, notebookRow, overviewOf, spaceRow, thisAppRow } from '../documents';
import { draw, type Drawn } from '../render';

const SECTION = '[data-mlcost-section="apps"]';

let drawn: Drawn | null = null;

async function show(apps: AppRow[], changes: Partial<Overview> = {}): Promise<Drawn> {
  drawn = await draw(overviewOf([], { apps, ...changes }));
  return drawn;
}

afterEach(() => {
  drawn?.remove();
});

describe('an app', () => {
  it('shows what it costs a day, what it has cost, and what stays after a stop', async () => {
    const { text } = await show([appRow()]);
    expect(text('[data-mlcost-app] .mlcost-Row-head')).toBe('labeling$2.47 a day');
    expect(text('[data-mlcost-app] .mlcost-Row-what')).toBe('Code Editor · ml.t3.large');
    expect(text('[data-mlcost-app] .mlcost-Row-state')).toMatch(/^Running since .* · \$0\.60\d\d so far$/);
    expect(text('[data-mlcost-app] .mlcost-Row-line')).toBe('of which $0.07 for its 20 GB goes on after a stopStop…');
  });

  it('leaves nothing out of what it costs a day: at least so much where a part is not known', async () => {
    const { refresh, source, text } = await show([appRow({ storage_cost_per_day: null })]);
    expect(text('[data-mlcost-app] .mlcost-Row-head')).toBe('labelingat least $2.40 a day');
    expect(text('[data-mlcost-app] .mlcost-Row-remark')).toBe('its volume goes on costing after a stop; how much is not known');
    source.answer(overviewOf([], { apps: [appRow({ cost_per_day: null, volume_gb: null })] }));
    await refresh();
    expect(text('[data-mlcost-app] .mlcost-Row-head')).toBe('labelingat least $0.07 a day');
    expect(text('[data-mlcost-app] .mlcost-Row-remark')).toBe('of which $0.07 for its volume goes on after a stop');
  });

  it('has no volume of its own where it is in no space', async () => {
    const { text } = await show([appRow({ space_name: null, volume_gb: null, storage_cost_per_day: null })]);
    expect(text('[data-mlcost-app] .mlcost-Row-head')).toBe('labeling$2.40 a day');
    expect(text('[data-mlcost-app] .mlcost-Row-remark')).toBe('');
  });

  it('says "at most" of what it has cost where AWS tells when it was created, and not when it was started again', async () => {
    const { text } = await show([appRow({ cost_basis: 'at_most' })]);
    expect(text('[data-mlcost-app] .mlcost-Row-state')).toMatch(/ · at most \$0\.60\d\d so far$/);
  });

  it('is marked as this session, which has no Stop of its own', async () => {
    const { all, text } = await show([thisAppRow({ can_stop: true }), appRow()]);
    expect(text('[data-mlcost-app*="research"] .mlcost-Badge')).toBe('this session');
    expect(all('[data-mlcost-stop]').map(node => node.dataset.mlcostStop)).toEqual(['d-practice.labeling.CodeEditor.default']);
  });

  it('stands first where it is this session, then what is on, then what only keeps files', async () => {
    const { all } = await show([spaceRow(), appRow(), thisAppRow()]);
    expect(all('[data-mlcost-app] .mlcost-Row-name').map(node => node.textContent)).toEqual([
      'research',
      'labeling',
      'old-experiments'
    ]);
  });

  it('says nothing of its last use but that AWS does not tell it', async () => {
    const { click, text } = await show([appRow()]);
    await click('[data-mlcost-app] .mlcost-InfoButton');
    expect(text('.mlcost-Facts')).toContain('Instances$2.40 a dayStorage$0.07 a day');
    expect(text('.mlcost-Facts')).toContain('Last useAWS does not tell');
    expect(text('.mlcost-Facts')).toContain('SpacelabelingUseraliceDomaind-practice');
  });

  it('never draws an unknown cost as zero', async () => {
    const { text } = await show([
      appRow({ cost: null, cost_per_hour: null, cost_per_day: null, volume_gb: null, storage_cost_per_day: null })
    ]);
    expect(text('[data-mlcost-app] .mlcost-Row-unknown')).toBe('cost unknown');
    expect(text('[data-mlcost-app] .mlcost-Row-state')).not.toContain('so far');
    expect(text(SECTION)).not.toContain('$');
  });

  it('writes markup in a name as text', async () => {
    const markup = '<img src=x onerror="window.hacked=1">';
    const { click, node, text } = await show([appRow({ title: markup, space_name: markup, tags: { team: markup } })]);
    await click('[data-mlcost-app] .mlcost-InfoButton');
    expect(node.querySelector('img')).toBeNull();
    expect(text('.mlcost-Row-name')).toBe(markup);
  });

  it('is asked to be stopped, and says so while AWS does it', async () => {
    const { asked, click, model, text } = await show([appRow()]);
    await click('[data-mlcost-stop]');
    expect(asked).toEqual([{ what: 'app', row: appRow() }]);
    await act(() => model.actions.end(appRow(), 'a-token'));
    expect(text('[data-mlcost-app] .mlcost-Row-state')).toMatch(/^Stopping…/);
    expect(text('.mlcost-EndButton')).toBe('Stopping…');
  });

  it('never counts down while it is on', async () => {
    const { model, refresh, source, text } = await show([appRow({ cost: '5', cost_per_hour: '0' })]);
    source.answer(overviewOf([], { apps: [appRow({ cost: '4', cost_per_hour: '0' })] }));
    await refresh();
    expect(text('[data-mlcost-so-far]')).toBe('$5.0000');
    source.answer(overviewOf([], { apps: [appRow({ cost: '0.1', cost_per_hour: '0', started_at: '2026-11-23T13:50:00Z' })] }));
    await refresh();
    expect(text('[data-mlcost-so-far]')).toBe('$0.1000');
    expect(model.overview?.apps).toHaveLength(1);
  });
});

describe('what only keeps files', () => {
  it('is a space without an app, with what its volume costs', async () => {
    const { all, text } = await show([spaceRow()]);
    expect(text('[data-mlcost-app] .mlcost-Row-head')).toBe('old-experiments$0.07 a day');
    expect(text('[data-mlcost-app] .mlcost-Row-what')).toBe('Space · 20 GB of storage');
    expect(all('[data-mlcost-stop], .mlcost-Row-state')).toEqual([]);
  });

  it('is a stopped notebook instance too', async () => {
    const { all, text } = await show([
      notebookRow({ status: 'Stopped', is_costing: false, can_stop: false, cost: null, cost_per_day: '0' })
    ]);
    expect(text('[data-mlcost-app] .mlcost-Row-head')).toBe('legacy-notebook$0.07 a day');
    expect(text('[data-mlcost-app] .mlcost-Row-state')).toBe('Stopped');
    expect(all('[data-mlcost-stop]')).toEqual([]);
  });

  it('has no figure where its size is not known', async () => {
    const { text } = await show([spaceRow({ volume_gb: null, storage_cost_per_day: null })]);
    expect(text('[data-mlcost-app] .mlcost-Row-head')).toBe('old-experimentscost unknown');
    expect(text('[data-mlcost-app] .mlcost-Row-what')).toBe('Space · storage');
  });
});

describe('the section of apps and storage', () => {
  it('counts what is on', async () => {
    const { text } = await show([thisAppRow(), appRow(), spaceRow()]);
    expect(text(`${SECTION} header`)).toBe('Apps and storage2 on');
  });

  it('is not there where there is nothing', async () => {
    const { all } = await show([]);
    expect(all(SECTION)).toEqual([]);
  });

  it('says that it is being read, alone or below what is known already', async () => {
    const { all, refresh, source } = await show([], { aws: awsLoading() });
    expect(all(`${SECTION} [data-mlcost-state="loading"]`)).toHaveLength(1);
    const kinds = kindStates({ notebook: { as_of: null } });
    source.answer(overviewOf([], { apps: [thisAppRow()], aws: awsState({ kinds }) }));
    await refresh();
    expect(all(`${SECTION} [data-mlcost-state="loading"]`)).toEqual([]);
    expect(all(`${SECTION} [data-mlcost-state="reading"]`)).toHaveLength(1);
  });

  it('draws fifty of them', async () => {
    const { all } = await show(Array.from({ length: 50 }, (_, at) => spaceRow({ name: `d.space-${at}`, title: `space-${at}` })));
    expect(all('[data-mlcost-app]')).toHaveLength(50);
  });
});

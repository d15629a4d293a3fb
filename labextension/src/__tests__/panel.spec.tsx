import { afterEach, describe, expect, it } from 'vitest';
import { ApiError } from '../api/errors';
import { overviewOf } from './documents';
import { draw, type Drawn } from './render';

let drawn: Drawn | null = null;

async function show(answer: Parameters<typeof draw>[0]): Promise<Drawn> {
  drawn = await draw(answer);
  return drawn;
}

afterEach(() => {
  drawn?.remove();
  drawn = null;
});

describe('the panel', () => {
  it('draws a skeleton before the first answer', async () => {
    const { all } = await show(null);
    expect(all('[data-mlcost-panel][data-mlcost-phase="loading"] [data-mlcost-state="loading"]')).toHaveLength(1);
  });

  it('draws its sections from top to bottom', async () => {
    const { all } = await show(overviewOf([], { data_quality: [{ code: 'reading', message: 'm', hint: 'h', subject: null }] }));
    expect(all('[data-mlcost-section]').map(node => node.dataset.mlcostSection)).toEqual([
      'session',
      'jobs',
      'findings',
      'endpoints',
      'history',
      'estimate',
      'notes',
      'prices'
    ]);
  });

  it('leaves the notes out where there is nothing to note', async () => {
    const { all } = await show(overviewOf());
    expect(all('[data-mlcost-section="notes"]')).toEqual([]);
  });

  it('says that it is offline, since when, and keeps the figures', async () => {
    const { source, refresh, text, all } = await show(overviewOf());
    source.answer(new TypeError('Failed to fetch'));
    await refresh();
    expect(text('[data-mlcost-state="offline"] .mlcost-Notice-title')).toMatch(/^Offline, as of .*\d\d:\d\d$/);
    expect(all('[data-mlcost-section="session"]')).toHaveLength(1);
  });

  it('says that it is offline where there never was an answer', async () => {
    const { text } = await show(new TypeError('Failed to fetch'));
    expect(text('[data-mlcost-state="offline"] .mlcost-Notice-title')).toBe('Offline');
  });

  it('says that the user is signed out, and what to do', async () => {
    const { source, refresh, text, all } = await show(overviewOf());
    source.answer(new ApiError('', 401, 'Unauthorized', ''));
    await refresh();
    expect(text('[data-mlcost-state="refused"]')).toMatch(/^You are signed out.*Sign in again.*reload the page/);
    expect(text('[data-mlcost-panel]')).not.toMatch(/Offline|does not answer/);
    expect(all('[data-mlcost-section="session"]')).toHaveLength(1);
  });

  it('says that the user is not allowed, in the words of the server, and what to do where it has none', async () => {
    const { source, refresh, text } = await show(new ApiError('forbidden', 403, 'Not for you.', 'Ask an administrator.'));
    expect(text('[data-mlcost-state="forbidden"]')).toBe('You are not allowed to see costs hereNot for you. Ask an administrator.');
    source.answer(new ApiError('', 403, 'Forbidden', ''));
    await refresh();
    expect(text('[data-mlcost-state="forbidden"]')).toMatch(/Forbidden If you have been signed out, sign in again and reload/);
    expect(text('[data-mlcost-panel]')).not.toMatch(/You are signed out|Offline/);
  });

  it('says what the server said of an error of its own, and since when the figures stand still', async () => {
    const { source, refresh, text } = await show(overviewOf());
    source.answer(new ApiError('internal_error', 500, 'mlcost-ext could not answer.', 'Look at the log.'));
    await refresh();
    expect(text('[data-mlcost-state="failed"]')).toMatch(
      /^mlcost-ext could not answer\.Look at the log\. The figures stand still, as of .*\d\d:\d\d\.$/
    );
    expect(text('[data-mlcost-panel]')).not.toMatch(/Offline|does not answer/);
  });

  it.each([
    [500, "Jupyter's server answers with error 500"],
    [200, "What Jupyter's server answers cannot be read"]
  ])('names an answer of status %d that says nothing', async (status, title) => {
    const { text } = await show(new ApiError(status === 200 ? 'bad_answer' : '', status, '', ''));
    expect(text('[data-mlcost-state="failed"] .mlcost-Notice-title')).toBe(title);
    expect(text('[data-mlcost-state="failed"] .mlcost-Notice-hint')).toContain('mlcost doctor');
  });

  it('says what to do when the server half is gone', async () => {
    const { text } = await show(new ApiError('', 404, '', ''));
    expect(text('[data-mlcost-state="gone"]')).toContain('mlcost doctor');
  });
});

import { act } from 'react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../../api/errors';
import type { Overview } from '../../api/types';
import { endpointThing } from '../../things';
import { awsLoading, awsState, forgottenRow, kindStates, overviewOf } from '../documents';
import { avoidedTotal, findingRow, launchFinding } from '../findings';
import { draw, type Drawn } from '../render';

const SECTION = '[data-mlcost-section="findings"]';
const CARD = '[data-mlcost-finding]';
const ACCEPT = '[data-mlcost-finding-accept]';
const SEND = '[data-mlcost-finding-send]';
const REASON = '[data-mlcost-finding-field="reason"]';
const UNTIL = '[data-mlcost-finding-field="until"]';

let drawn: Drawn | null = null;

async function show(changes: Partial<Overview>): Promise<Drawn> {
  drawn = await draw(overviewOf([], changes));
  return drawn;
}

const unused = (): Partial<Overview> => ({ endpoints: [forgottenRow()], findings: [findingRow()] });

/** Type into a field as React hears it. */
function type(selector: string, text: string): void {
  const field = document.querySelector<HTMLInputElement>(selector);
  act(() => {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(field, text);
    field?.dispatchEvent(new Event('input', { bubbles: true }));
  });
}

function escape(selector: string): void {
  act(() => void document.querySelector(selector)?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true })));
}

afterEach(() => {
  drawn?.remove();
});

describe('an endpoint that nobody uses', () => {
  it('stands there with what it costs, and how many findings there are', async () => {
    const { text, node } = await show(unused());
    expect(text(`${CARD} h3`)).toBe('credit-risk-test has answered nothing for 9 days');
    expect(text(`${CARD} .mlcost-Finding-text`)).toMatch(
      /^Endpoint, ml\.g5\.xlarge\. +It costs \$36\.36 a day, \$1,090\.80 in 30 days\.$/
    );
    expect(text(`${SECTION} header`)).toBe('Findings1');
    expect(node.querySelector(CARD)?.getAttribute('aria-labelledby')).toBe(node.querySelector(`${CARD} h3`)?.id);
  });

  it('is deleted by the question that its own row asks, and says so while AWS does it', async () => {
    const { asked, click, model, node, text } = await show(unused());
    await click('[data-mlcost-finding-delete="credit-risk-test"]');
    expect(asked).toEqual([{ what: 'endpoint', row: forgottenRow() }]);
    await act(() => model.actions.end(endpointThing(forgottenRow()), 'a-token'));
    expect(text(`${CARD} .mlcost-mod-first`)).toBe('Deleting…');
    expect(node.querySelector(`${CARD} .mlcost-mod-first`)?.getAttribute('aria-disabled')).toBe('true');
    await click(`${CARD} .mlcost-mod-first`);
    expect(asked).toHaveLength(1);
  });

  it('says what to do where its row is not there, and offers no button then', async () => {
    const { all, text } = await show({ findings: [findingRow()] });
    expect(all('[data-mlcost-finding-delete]')).toEqual([]);
    expect(text(`${CARD} .mlcost-Finding-text`)).toContain('Delete it, or accept it until a day.');
  });

  it('is not deleted in the place of one of another region', async () => {
    const { all } = await show({ endpoints: [forgottenRow({ region_id: 'eu-west-1' })], findings: [findingRow()] });
    expect(all('[data-mlcost-finding-delete]')).toEqual([]);
  });

  it('costs at least what is known, and is never drawn at zero', async () => {
    const saving = { billing_currency: 'USD', per_day: '2', per_month: '60', once: null, is_complete: false };
    const { refresh, source, text } = await show({ findings: [findingRow({ saving })] });
    expect(text(`${CARD} .mlcost-Finding-text`)).toContain('It costs at least $2.00 a day, $60.00 in 30 days.');
    source.answer(overviewOf([], { as_of: '2026-11-23T14:00:10Z', findings: [findingRow({ saving: null })] }));
    await refresh();
    expect(text(`${CARD} .mlcost-Finding-text`)).toContain('What it costs is not known.');
    expect(text(CARD)).not.toContain('$');
  });

  it('is counted in the currency of its price', async () => {
    const saving = { billing_currency: 'CNY', per_day: '200', per_month: '6000', once: null, is_complete: true };
    const { text } = await show({ findings: [findingRow({ saving })] });
    expect(text('[data-mlcost-saving]')).toMatch(/^CN¥200\.00$/);
  });
});

describe('a warning of launches', () => {
  it('says of which, how often, and what to do', async () => {
    const { text, all } = await show({ findings: [launchFinding()] });
    expect(text(`${CARD} .mlcost-Finding-about`)).toBe('Training · bert-ft-031 · train.ipynb · 3 launches in 14 days');
    expect(text(`${CARD} .mlcost-Finding-text`)).toBe('Managed Spot is off. It runs now. ');
    expect(all('[data-mlcost-finding-delete]')).toEqual([]);
  });

  it('says what it would have saved where that is known', async () => {
    const saving = { billing_currency: 'USD', per_day: null, per_month: null, once: '9', is_complete: true };
    const { text } = await show({ findings: [launchFinding({ saving, count: 1 })] });
    expect(text(`${CARD} .mlcost-Finding-text`)).toContain('Mended, it would have cost about $9.00 less, by its estimate.');
    expect(text(`${CARD} .mlcost-Finding-about`)).toBe('Training · bert-ft-031 · train.ipynb');
  });

  it('is text, whatever its kernel wrote', async () => {
    const message = '<img src=x onerror=alert(1)>';
    const { node, text } = await show({ findings: [launchFinding({ message })] });
    expect(node.querySelector('img')).toBeNull();
    expect(text(`${CARD} .mlcost-Finding-text`)).toContain(message);
  });
});

describe('changing the next launch', () => {
  const FIX = '[data-mlcost-finding-fix]';
  const mendable = (isWanted = false): Partial<Overview> => ({
    findings: [launchFinding({ fix: 'next_launch', is_fix_wanted: isWanted })]
  });

  it('is one click, which says what becomes of it and can be taken back', async () => {
    const { click, source, text } = await show(mendable());
    expect(text(FIX)).toBe('Change at next launch');
    source.answer(overviewOf([], { as_of: '2026-11-23T14:00:10Z', ...mendable(true) }));
    await click(FIX);
    await vi.waitFor(() => expect(text(FIX)).toBe('Undo'));
    expect(text(`${CARD} .mlcost-Finding-wanted`)).toBe('Changed at the next launch, once.');
    expect(text(`${SECTION} [role="status"]`)).toBe('Changed at the next launch: Managed Spot off');
    source.answer(overviewOf([], { as_of: '2026-11-23T14:00:20Z', ...mendable() }));
    await click(FIX);
    await vi.waitFor(() => expect(text(FIX)).toBe('Change at next launch'));
    expect(source.wanted).toEqual([
      ['0a1b2c3d4e5f60718293a4b5', true],
      ['0a1b2c3d4e5f60718293a4b5', false]
    ]);
  });

  it('says why it could not be noted', async () => {
    const { click, source, text } = await show(mendable());
    source.acceptError = new ApiError('not_found', 404, 'There is no such finding now.', 'Look at the list anew.');
    await click(FIX);
    expect(text('[role="alert"]')).toBe('There is no such finding now. Look at the list anew.');
    expect(text(FIX)).toBe('Change at next launch');
  });

  it('is offered only where a change of the request alone would do', async () => {
    const { all } = await show({ findings: [launchFinding()] });
    expect(all(FIX)).toEqual([]);
  });
});

describe('accepting a finding', () => {
  it('asks for a reason and a day within a year, and takes the focus', async () => {
    const { click, node } = await show(unused());
    await click(ACCEPT);
    expect(document.activeElement).toBe(node.querySelector(REASON));
    const until = node.querySelector<HTMLInputElement>(UNTIL);
    expect([until?.value, until?.min, until?.max]).toEqual(['2026-12-23', '2026-11-23', '2027-11-23']);
    expect(node.querySelector(ACCEPT)?.getAttribute('aria-expanded')).toBe('true');
    expect(node.querySelector(`${CARD} form`)?.id).toBe(node.querySelector(ACCEPT)?.getAttribute('aria-controls'));
  });

  it('sends them, reads anew, and tells a screen reader', async () => {
    const { click, source, text, all } = await show(unused());
    await click(ACCEPT);
    type(REASON, '  stands by for the audit ');
    type(UNTIL, '2026-12-31');
    source.answer(overviewOf([], { as_of: '2026-11-23T14:00:10Z', endpoints: [forgottenRow({ is_forgotten: false })] }));
    await click(SEND);
    await vi.waitFor(() => expect(all(CARD)).toEqual([]));
    expect(source.accepted).toEqual([['29d01069facb65823ce24f5d', '2026-12-31', 'stands by for the audit']]);
    expect(text(`${SECTION} [role="status"]`)).toMatch(/^Accepted until Dec 31, 2026: credit-risk-test/);
    expect(text(SECTION)).toContain('Nothing found.');
    expect(document.activeElement?.closest(SECTION)).not.toBeNull();
  });

  it('says why it could not be noted, and can be tried again', async () => {
    const { click, source, text, node } = await show(unused());
    source.acceptError = new ApiError('ledger_unreadable', 502, 'The ledger cannot be read.', 'Make room on the disk.');
    await click(ACCEPT);
    type(REASON, 'x');
    await click(SEND);
    expect(text('[role="alert"]')).toBe('The ledger cannot be read. Make room on the disk.');
    source.acceptError = new TypeError('no network');
    await click(SEND);
    expect(text('[role="alert"]')).toBe("Jupyter's server did not answer. Try again in a moment.");
    expect(node.querySelector(SEND)?.getAttribute('aria-busy')).toBe('false');
    expect(source.accepted).toHaveLength(2);
  });

  it('wants more than blanks for a reason', async () => {
    const { click, source, text } = await show(unused());
    await click(ACCEPT);
    type(REASON, '   ');
    await click(SEND);
    expect(source.accepted).toEqual([]);
    expect(text('[role="alert"]')).toBe('Say in a few words why it stays.');
  });

  it.each(['Escape', 'Cancel'])('is left by %s, and the focus is back where it was', async way => {
    const { all, click, node, source } = await show(unused());
    await click(ACCEPT);
    if (way === 'Escape') {
      escape(REASON);
    } else {
      await act(() => Promise.resolve(all(`${CARD} form button`).at(-1)?.click()));
    }
    expect(all(`${CARD} form`)).toEqual([]);
    expect(document.activeElement).toBe(node.querySelector(ACCEPT));
    expect(source.accepted).toEqual([]);
  });
});

describe('the section', () => {
  it('says that nothing was found only where somebody has looked', async () => {
    const { refresh, source, text, all } = await show({});
    expect(text(`${SECTION} [data-mlcost-state="nothing-found"]`)).toBe('Nothing found.');
    source.answer(overviewOf([], { as_of: '2026-11-23T14:00:10Z', aws: awsLoading() }));
    await refresh();
    expect(text(`${SECTION} [data-mlcost-state="not-looked"]`)).toBe('Endpoints are being read; nothing found so far.');
    const denied = awsState({ kinds: kindStates({ endpoint: { as_of: null, is_denied: true } }) });
    source.answer(overviewOf([], { as_of: '2026-11-23T14:00:20Z', aws: denied }));
    await refresh();
    expect(text(`${SECTION} [data-mlcost-state="not-looked"]`)).toBe('Nothing found among launches; endpoints were not looked at.');
    const failed = awsState({ status: 'failed', as_of: null, kinds: kindStates({ endpoint: { as_of: null } }) });
    source.answer(overviewOf([], { as_of: '2026-11-23T14:00:30Z', aws: failed }));
    await refresh();
    expect(all(SECTION)).toEqual([]);
  });

  it('says how many there are where there is no room for all', async () => {
    const { text } = await show({ findings: [findingRow()], findings_count: 60 });
    expect(text(`${SECTION} [data-mlcost-count]`)).toBe('60');
    expect(text(`${SECTION} [data-mlcost-cut]`)).toBe('1 of 60 are shown, those first that cost the most.');
  });

  it.each([
    [{}, 'Avoided this month: about $9.12 (3 launches mended; by their estimates)'],
    [{ launches: 1 }, 'Avoided this month: about $9.12 (1 launch mended; by their estimates)'],
    [{ launches: 0, endpoints: 1 }, 'Avoided this month: about $9.12 (1 unused endpoint deleted; had they stood as long again)'],
    [{ endpoints: 2 }, 'Avoided this month: about $9.12 (3 launches mended, 2 unused endpoints deleted; by estimates)']
  ])('tells what was avoided, and by what: %j', async (changes, words) => {
    const { text } = await show({ avoided: avoidedTotal(changes) });
    expect(text('[data-mlcost-avoided]')).toBe(words);
  });

  it('says nothing of it where nothing was avoided', async () => {
    const { all } = await show({});
    expect(all('[data-mlcost-avoided]')).toEqual([]);
  });
});

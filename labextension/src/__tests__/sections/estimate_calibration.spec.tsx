import { act } from 'react';
import { afterEach, describe, expect, it } from 'vitest';
import { ApiError } from '../../api/errors';
import type { CalibratedJob, Calibration } from '../../api/types';
import { overviewOf } from '../documents';
import { calibratedJob, calibrationOf } from '../estimates';
import { draw, type Drawn } from '../render';

const SECTION = '[data-mlcost-section="estimate"]';
const HELD = `${SECTION} [data-mlcost-held]`;
const FOLD = `${HELD} + .mlcost-Fold`;
const LIST = `${SECTION} [data-mlcost-calibration]`;

let drawn: Drawn | null = null;

async function shownWith(calibration: Calibration | null): Promise<Drawn> {
  drawn = await draw(overviewOf([], { calibration }));
  return drawn;
}

/** Let answers come in. */
async function settle(): Promise<void> {
  await act(() => new Promise(resolve => setTimeout(resolve, 5)));
}

/** Its text, with spaces that may break. */
function plain({ textContent }: Element): string {
  return (textContent ?? '').replaceAll('\u00a0', ' ');
}

async function opened(jobs: CalibratedJob[] | Error): Promise<Drawn> {
  const shown = await shownWith(calibrationOf());
  shown.source.calibration = jobs instanceof Error ? jobs : { calibration: calibrationOf(), jobs };
  await shown.click(FOLD);
  await settle();
  return shown;
}

afterEach(() => {
  drawn?.remove();
});

describe('how estimates have held', () => {
  it('is one line, and nothing at all before any job has ended', async () => {
    for (const calibration of [null, calibrationOf({ jobs: 0, intervals: 0, held: 0 })]) {
      const none = await shownWith(calibration);
      expect([none.all(HELD), none.all(FOLD)]).toEqual([[], []]);
      none.remove();
    }
    const shown = await shownWith(calibrationOf());
    expect(shown.text(HELD)).toBe('Our 80 % interval held on 47 of your last 60 jobs (78 %).');
    expect(shown.text(FOLD)).toBe('Estimated and cost');
  });

  it('has its jobs read only when they are unfolded, and again when there is news of them', async () => {
    const shown = await opened([calibratedJob()]);
    expect(shown.source.calibrationReadings).toBe(1);
    expect(shown.node.querySelector(FOLD)?.getAttribute('aria-controls')).toBe(shown.node.querySelector(LIST)?.id);
    await shown.refresh();
    expect(shown.source.calibrationReadings).toBe(1);
    shown.source.answer(overviewOf([], { calibration: calibrationOf({ held: 48 }), as_of: '2026-11-23T14:01:00Z' }));
    shown.source.calibration = { calibration: calibrationOf(), jobs: [calibratedJob({ name: 'later' })] };
    await shown.refresh();
    await settle();
    expect([shown.source.calibrationReadings, shown.text(`${LIST} tbody th`)]).toEqual([2, 'later']);
    await shown.click(FOLD);
    expect(shown.all(LIST)).toEqual([]);
  });

  it('is a table with heads for every column and row, and words for each sign', async () => {
    const shown = await opened([
      calibratedJob(),
      calibratedJob({ name: 'a', billing_currency: 'CNY', is_within: false }),
      calibratedJob({ name: 'b', is_within: null })
    ]);
    expect(shown.all(`${LIST} thead th`).map(head => [head.textContent, head.getAttribute('scope')])).toEqual([
      ['Job', 'col'],
      ['Estimated', 'col'],
      ['Metered', 'col'],
      ['Interval', 'col']
    ]);
    const groups = shown.all(`${LIST} tbody`);
    expect(groups.map(group => [...group.querySelectorAll('th, td')].map(plain))).toEqual([
      ['bert-ft-030', '$1.42', '$1.06', '✓', '− $0.36: by runtime − $0.35 · by storage − $0.003'],
      ['a', 'CN¥1.42', 'CN¥1.06', '✗', '− CN¥0.36: by runtime − CN¥0.35 · by storage − CN¥0.003'],
      ['b', '$1.42', '$1.06', '–', '− $0.36: by runtime − $0.35 · by storage − $0.003']
    ]);
    expect(shown.all(`${LIST} [role="img"]`).map(sign => sign.getAttribute('aria-label'))).toEqual([
      'within its interval',
      'outside its interval',
      'it had no interval'
    ]);
    groups.forEach(group => {
      expect(group.querySelector('[headers]')?.getAttribute('headers')).toBe(group.querySelector('th')?.id);
    });
    expect(shown.text(LIST)).toContain('metered');
    expect(shown.text(LIST)?.toLowerCase()).not.toContain('bill');
  });

  it('draws names as text, and of many jobs the latest until somebody asks for all', async () => {
    const names = ['<img src=x onerror=alert(1)>', ...Array.from({ length: 59 }, (_, at) => `job-${at}`)];
    const shown = await opened(names.map(name => calibratedJob({ name })));
    expect(shown.all(`${LIST} img`)).toEqual([]);
    expect(shown.all(`${LIST} tbody`)).toHaveLength(15);
    await shown.click('[data-mlcost-more="calibration"]');
    expect(shown.all(`${LIST} tbody`)).toHaveLength(60);
    expect(shown.all('[data-mlcost-more="calibration"]')).toEqual([]);
  });

  it('says that it is being read, and why it could not be; what was read before stays', async () => {
    const shown = await shownWith(calibrationOf());
    shown.source.delaySeconds = 0.02;
    shown.source.calibration = new ApiError('ledger_unreadable', 503, 'The ledger cannot be read.', 'Make room.');
    await shown.click(FOLD);
    expect(shown.node.querySelector(`${LIST} [role="status"]`)?.getAttribute('aria-label')).toBe('The jobs are being read');
    await act(() => new Promise(resolve => setTimeout(resolve, 40)));
    expect(shown.text(`${LIST} .mlcost-Notice`)).toBe('The ledger cannot be read.Make room.');
    shown.source.delaySeconds = 0;
    shown.source.calibration = new TypeError('Failed to fetch');
    await shown.click(`${LIST} [data-mlcost-retry]`);
    await settle();
    expect(shown.text(`${LIST} .mlcost-Notice`)).toMatch(/^How estimates have held could not be read\.Look whether/);
    shown.source.calibration = { calibration: calibrationOf(), jobs: [calibratedJob()] };
    await shown.click(`${LIST} [data-mlcost-retry]`);
    await settle();
    expect([shown.all(`${LIST} .mlcost-Notice`), shown.all(`${LIST} tbody`).length]).toEqual([[], 1]);
  });

  it('keeps nothing of an answer that comes after it was folded away', async () => {
    const shown = await shownWith(calibrationOf());
    shown.source.delaySeconds = 0.02;
    await shown.click(FOLD);
    await shown.click(FOLD);
    await act(() => new Promise(resolve => setTimeout(resolve, 40)));
    expect(shown.all(LIST)).toEqual([]);
  });
});

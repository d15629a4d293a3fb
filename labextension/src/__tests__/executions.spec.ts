import type { Widget } from '@lumino/widgets';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ExecutionReports, QUIET_MS, kernelOf } from '../executions';

const report = vi.fn<(kernelId: string) => Promise<void>>();

beforeEach(() => {
  vi.useFakeTimers();
  report.mockReset();
  report.mockResolvedValue(undefined);
});

afterEach(() => {
  vi.useRealTimers();
});

describe('reports of executions', () => {
  it('are sent at once, and then once for all that is run within three seconds', async () => {
    const reports = new ExecutionReports(report);
    reports.note('k1');
    expect(report.mock.calls).toEqual([['k1']]);
    for (let cell = 0; cell < 50; cell += 1) {
      reports.note('k1');
    }
    await vi.advanceTimersByTimeAsync(QUIET_MS - 1);
    expect(report).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(report).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(10 * QUIET_MS);
    expect(report).toHaveBeenCalledTimes(2);
    reports.note('k1');
    expect(report).toHaveBeenCalledTimes(3);
  });

  it('are of each kernel on its own', () => {
    const reports = new ExecutionReports(report);
    reports.note('k1');
    reports.note('k2');
    expect(report.mock.calls).toEqual([['k1'], ['k2']]);
  });

  it('that fail are told to nobody, and the next is sent', async () => {
    report.mockRejectedValueOnce(new TypeError('Failed to fetch'));
    const reports = new ExecutionReports(report);
    expect(() => reports.note('k1')).not.toThrow();
    await vi.advanceTimersByTimeAsync(QUIET_MS);
    reports.note('k1');
    expect(report).toHaveBeenCalledTimes(2);
  });
});

describe('the kernel of a notebook', () => {
  function widget(fields: object, parent: Widget | null = null): Widget {
    return { parent, ...fields } as unknown as Widget;
  }

  it('is that of the panel around it', () => {
    const panel = widget({ sessionContext: { session: { kernel: { id: 'k1' } } } });
    expect(kernelOf(widget({}, panel))).toBe('k1');
  });

  it.each([{}, { sessionContext: { session: null } }, { sessionContext: { session: { kernel: null } } }])(
    'is none with %o',
    fields => {
      expect(kernelOf(widget({}, widget(fields)))).toBeNull();
    }
  );
});

import { act } from 'react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../../api/errors';
import type { Idle, IdleView } from '../../api/types';
import { overviewOf } from '../documents';
import { activeIdle, idleOf, idleView, lastingIdle, nativeIdle, prolonged, quietRow, setting, signalRow } from '../idle';
import { draw, type Drawn } from '../render';

const LINE = '[data-mlcost-idle]';
const WORDS = `${LINE} .mlcost-Idle-words`;
const WHY = '[data-mlcost-why]';
const EVIDENCE = '[data-mlcost-evidence]';

let drawn: Drawn | null = null;

async function show(idle: Idle): Promise<Drawn> {
  drawn = await draw(overviewOf([], { idle }));
  return drawn;
}

/** Let answers come in. */
async function settle(): Promise<void> {
  await act(() => new Promise(resolve => setTimeout(resolve, 20)));
}

async function unfolded(view: IdleView | Error, idle: Idle = activeIdle()): Promise<Drawn> {
  const shown = await show(idle);
  shown.source.idle = view;
  await shown.click(WHY);
  await settle();
  return shown;
}

/** Its text, with spaces as they are drawn. */
function plain(node: Element): string {
  return (node.textContent ?? '').replaceAll(/\s+/g, ' ').trim();
}

afterEach(() => {
  drawn?.remove();
});

describe('the line on idleness', () => {
  const words = async (idle: Idle): Promise<string> => {
    drawn?.remove();
    const [line] = (await show(idle)).all(WORDS);
    return plain(line);
  };

  it('says what keeps the machine on, in the words of the server', async () => {
    expect(await words(activeIdle())).toBe('Active: train.ipynb is running code, for 2 h 10 min now.');
    expect(drawn?.node.querySelector<HTMLElement>(LINE)?.dataset.mlcostIdle).toBe('active');
    expect(drawn?.all(`${LINE} .mlcost-ToneIcon.mlcost-mod-running`)).toHaveLength(1);
  });

  it('says for how long it has been idle, what that has cost, and when it would be stopped', async () => {
    expect(await words(lastingIdle())).toMatch(
      /^Idle for 38 min, \$0\.89 so far\. Would be stopped at .*\d\d:22 if nothing happens\.$/
    );
    expect(drawn?.node.querySelector<HTMLElement>(WORDS)?.dataset.mlcostCost).toBe('0.893');
    const overdue = lastingIdle({ is_overdue: true, stops_at: '2026-11-23T13:52:00Z' });
    expect(await words(overdue)).toMatch(/^Idle for 38 min, \$0\.89 so far\. Would have been stopped at .*\d\d:52\.$/);
    expect(drawn?.node.querySelector<HTMLElement>(LINE)?.dataset.mlcostIdle).toBe('overdue');
  });

  it('never draws what is not known as nothing, and nothing as nothing', async () => {
    expect(await words(lastingIdle({ cost: null, cost_per_hour: null, stops_at: null }))).toBe('Idle for 38 min, cost unknown.');
    expect(await words(lastingIdle({ cost: '0', cost_per_hour: '0', stops_at: null }))).toBe('Idle for 38 min, at no cost.');
  });

  it('waits for the machine to be read before it says that the cost is not known', async () => {
    const session = { ...overviewOf().session, list_unit_price: null, price: null, cost: null, cost_per_hour: null };
    const data_quality = [{ code: 'session_reading', message: 'm', hint: 'h', subject: null }];
    const idle = lastingIdle({ cost: null, cost_per_hour: null, stops_at: null });
    drawn = await draw(overviewOf([], { session, data_quality, idle }));
    expect(plain(drawn.all(WORDS)[0])).toBe('Idle for 38 min.');
  });

  it('says what a kernel waits for elsewhere, and what the machine costs meanwhile', async () => {
    const waiting = activeIdle({ waiting: 'training churn-xgb', held_by: ['waiting_for_job'], cost_per_hour: '7.09' });
    expect(await words(waiting)).toBe('Waiting for training churn-xgb, which runs elsewhere, on a machine of $7.09 an hour.');
    expect(await words({ ...waiting, cost_per_hour: null })).toBe('Waiting for training churn-xgb, which runs elsewhere.');
    expect(await words({ ...waiting, cost_per_hour: '0' })).toBe('Waiting for training churn-xgb, which runs elsewhere.');
  });

  it('is not there where the policy wants no verdict, and neither is its button', async () => {
    const { all, text } = await show(idleOf());
    expect([all(LINE), all(WHY)]).toEqual([[], []]);
    expect(text('[data-mlcost-section="session"]')).not.toMatch(/idle/i);
  });

  it('draws a state that is new here in the words of the server', async () => {
    expect(await words(lastingIdle({ state: 'snoozed', reason: 'Kept until 15:00.' }))).toBe('Kept until 15:00.');
    expect(await words(lastingIdle({ state: 'warned' }))).toContain('Idle for 38 min');
  });

  it('goes on between two answers, and is not read aloud as it does', async () => {
    const { all, model, node } = await show(lastingIdle({ cost_per_hour: '36' }));
    const after = (seconds: number): string => {
      vi.spyOn(model, 'elapsed', 'get').mockReturnValue(seconds * 1000);
      act(() => model.ticked.emit());
      return plain(all(WORDS)[0]);
    };
    expect(after(25)).toMatch(/^Idle for 38 min, \$1\.14 so far\./);
    expect(after(65)).toMatch(/^Idle for 39 min, \$1\.54 so far\./);
    expect(node.querySelector(WORDS)?.closest('[aria-live], [role="status"], [role="alert"]')).toBeNull();
  });

  it('draws what the server says as text', async () => {
    const { all, text } = await show(activeIdle({ reason: '<img src=x onerror=alert(1)>' }));
    expect([all(`${LINE} img`), text(WORDS)]).toEqual([[], 'Active: <img src=x onerror=alert(1)>']);
  });
});

describe('why a machine is idle or active', () => {
  it('is read only when it is unfolded, by a button that says what it unfolds', async () => {
    const shown = await show(activeIdle());
    const button = shown.node.querySelector(WHY);
    expect([button?.tagName, button?.getAttribute('aria-expanded'), shown.source.idleReadings]).toEqual(['BUTTON', 'false', 0]);
    expect(button?.getAttribute('aria-describedby')).toBe(shown.node.querySelector(WORDS)?.id);
    await shown.click(WHY);
    await settle();
    expect([button?.getAttribute('aria-expanded'), shown.source.idleReadings]).toEqual(['true', 1]);
    expect(button?.getAttribute('aria-controls')).toBe(shown.node.querySelector(EVIDENCE)?.id);
    await shown.click(WHY);
    shown.model.idle.refresh();
    await settle();
    expect([shown.all(EVIDENCE), shown.source.idleReadings]).toEqual([[], 1]);
  });

  it('lists each signal with its age, and says in words what alone keeps the machine on', async () => {
    const shown = await unfolded(idleView());
    expect(shown.all(`${EVIDENCE} thead th`).map(head => [head.textContent, head.getAttribute('scope')])).toEqual([
      ['Signal', 'col'],
      ['When', 'col']
    ]);
    expect(shown.all('[data-mlcost-signals]').map(group => [...group.querySelectorAll('th, td')].map(plain))).toEqual([
      [
        'Keeps this machine on',
        'A kernel runs codetrain.ipynb is running codethe only thing that keeps this machine on',
        'for 2 h 10 min'
      ],
      ['Does not keep it on now', 'Somebody typed in a terminalTerminal 1 was typed in', '12 min ago']
    ]);
    expect(shown.all('[data-mlcost-signal] th').every(head => head.getAttribute('scope') === 'row')).toBe(true);
    expect(shown.text('caption')).toMatch(/^What shows that this machine is used, as of .*\d\d:00$/);
  });

  it('says of an idle machine what was seen last', async () => {
    const shown = await unfolded(idleView({ verdict: lastingIdle(), signals: [quietRow()] }), lastingIdle());
    expect(shown.text(`${EVIDENCE} .mlcost-Idle-reason`)).toBe('Nothing has been used since train.ipynb was used.');
    shown.remove();
    expect((await unfolded(idleView())).all('.mlcost-Idle-reason')).toEqual([]);
  });

  it('says until when a keystroke counts', async () => {
    const typed = quietRow({ state: 'active', holds_until: '2026-11-23T14:05:00Z', last_active_at: '2026-11-23T13:59:10Z' });
    const shown = await unfolded(idleView({ signals: [typed] }));
    expect(plain(shown.all('[data-mlcost-signal] td')[0])).toMatch(/^50 s agocounts until .*\d\d:05$/);
  });

  it('draws many signals only when somebody asks for all', async () => {
    const signals = Array.from({ length: 40 }, (_, at) => quietRow({ subject: `Terminal ${at}` }));
    const shown = await unfolded(idleView({ signals: [signalRow(), ...signals] }));
    expect(shown.all('[data-mlcost-signal]')).toHaveLength(12);
    expect(shown.text('[data-mlcost-more="signals"]')).toBe('Show all 41');
    await shown.click('[data-mlcost-more="signals"]');
    expect([shown.all('[data-mlcost-signal]').length, shown.all('[data-mlcost-more]')]).toEqual([41, []]);
  });

  it('says what was not looked at, and that nothing has been seen yet', async () => {
    const sentence = 'GPUs could not be looked at: the driver does not answer.';
    const shown = await unfolded(idleView({ signals: [], unmeasured: [sentence, sentence] }));
    expect(shown.text(`${EVIDENCE} [data-mlcost-state="empty"]`)).toBe('Nothing has been seen yet that shows use of this machine.');
    expect(shown.all('[data-mlcost-unmeasured] li').map(plain)).toEqual([sentence, sentence]);
  });

  it('says by whose word it would be stopped, what else is to be said of that, and what one may change', async () => {
    const shown = await unfolded(idleView({ note: '`on` stops nothing yet.' }));
    expect(plain(shown.all('[data-mlcost-policy="shadow"]')[0])).toBe(
      'Stop after 60 min of idleness, by /etc/mlcost/policy.yaml; shadow: nothing is stopped. `on` stops nothing yet.'
    );
    expect(shown.all('[data-mlcost-setting]')).toEqual([]);
    await shown.click(`${EVIDENCE} .mlcost-Fold[aria-expanded="false"]`);
    expect(shown.all('[data-mlcost-setting]').map(group => [...group.querySelectorAll('th, td')].map(plain))).toEqual([
      ['idle.timeout_minutesby /etc/mlcost/policy.yaml', '60', '1 to 60'],
      ['idle.modeby the built-in policy', 'shadow', 'on']
    ]);
  });

  it('has the name of a file whose path is long, the whole path by pointer, and all of it in the settings', async () => {
    const origin = '/opt/ml/environments/a-team-with-a-long-name/policies/policy.yaml';
    const shown = await unfolded(idleView({ settings: [setting({ origin })] }));
    const [policy] = shown.all('[data-mlcost-policy]');
    expect([plain(policy), policy.getAttribute('title')]).toEqual([
      'Stop after 60 min of idleness, by /opt/ml/environment…/policy.yaml; shadow: nothing is stopped.',
      origin
    ]);
    await shown.click(`${EVIDENCE} .mlcost-Fold[aria-expanded="false"]`);
    expect(shown.text('[data-mlcost-setting] .mlcost-mod-path')).toBe(`by ${origin}`);
  });

  it('says that idle shutdown is off, where somebody asks by a command; then its button goes with it', async () => {
    const shown = await show(idleOf());
    const reason = 'The policy says off.';
    shown.source.idle = idleView({ mode: 'off', verdict: idleOf({ reason }), signals: [] });
    act(() => shown.model.idle.explain());
    await settle();
    expect(plain(shown.all('[data-mlcost-policy="off"]')[0])).toBe(`Idle shutdown is off. ${reason}`);
    expect([shown.all(`${EVIDENCE} [data-mlcost-state="empty"]`), shown.all(WORDS)]).toEqual([[], []]);
    expect(document.activeElement).toBe(shown.node.querySelector(WHY));
    await shown.click(WHY);
    await settle();
    expect(shown.all(LINE)).toEqual([]);
    expect(document.activeElement).not.toBe(document.body);
  });

  it('is unfolded by a command, takes the focus, and does not fold what is unfolded', async () => {
    const shown = await show(activeIdle());
    act(() => shown.model.idle.explain());
    act(() => shown.model.idle.explain());
    await settle();
    expect([shown.all(EVIDENCE).length, document.activeElement]).toEqual([1, shown.node.querySelector(WHY)]);
  });
});

describe('why it cannot be told', () => {
  it('is drawn while it is being read, and what went wrong with a way to try again', async () => {
    const shown = await show(activeIdle());
    shown.source.delaySeconds = 0.02;
    shown.source.idle = new ApiError('internal_error', 500, 'mlcost-ext could not answer.', 'Look at the log.');
    await shown.click(WHY);
    expect(shown.node.querySelector(`${EVIDENCE} [role="status"]`)?.getAttribute('aria-label')).toBe('The evidence is being read');
    await act(() => new Promise(resolve => setTimeout(resolve, 40)));
    expect(shown.text(`${EVIDENCE} .mlcost-Notice`)).toBe('mlcost-ext could not answer.Look at the log.');
    shown.source.delaySeconds = 0;
    shown.source.idle = idleView();
    await shown.click(`${EVIDENCE} [data-mlcost-retry]`);
    await settle();
    expect([shown.all(`${EVIDENCE} .mlcost-Notice`), shown.all('[data-mlcost-signal]').length]).toEqual([[], 2]);
  });

  it('keeps what was read before, and says as of when', async () => {
    const shown = await unfolded(idleView());
    shown.source.idle = new TypeError('Failed to fetch');
    act(() => shown.model.idle.refresh());
    await settle();
    expect(shown.text(`${EVIDENCE} .mlcost-Notice`)).toMatch(
      /^What keeps this machine awake could not be read\.Look whether .* What stands here is as of .*\d\d:00\.$/
    );
    expect(shown.all('[data-mlcost-signal]')).toHaveLength(2);
  });
});

describe("Studio's own idle shutdown", () => {
  it('is told quietly where it follows, and not at all where there is none', async () => {
    const shown = await unfolded(idleView({ native: nativeIdle() }));
    expect(shown.all('[data-mlcost-native="follows"] .mlcost-Notice')).toEqual([]);
    expect(shown.text('[data-mlcost-native]')).toContain("Studio's idle endpoint tells what we stamp.");
    expect(shown.text('[data-mlcost-native] .mlcost-Facts')).toMatch(/^Stops after60 min.*Last told of work.*\d\d:59$/);
    shown.source.idle = idleView();
    act(() => shown.model.idle.refresh());
    await settle();
    expect(shown.all('[data-mlcost-native]')).toEqual([]);
  });

  it('is a warning with what to do where it does not', async () => {
    const failing = nativeIdle({ state: 'failing', message: 'It answers with error 500.', hint: 'Enable terminals.' });
    const shown = await unfolded(idleView({ native: { ...failing, timeout_minutes: null, stamped_at: null } }));
    expect(shown.text('[data-mlcost-state="native-failing"]')).toBe('It answers with error 500.Enable terminals.');
    expect(shown.text('[data-mlcost-native] .mlcost-Facts')).toMatch(/^Stops afternot known.*not since this server started$/);
  });

  it('has no times where it is not installed', async () => {
    const absent = nativeIdle({ state: 'absent', message: 'It is not installed.', hint: 'Install it.', asked_at: null });
    const shown = await unfolded(idleView({ native: absent }));
    expect(shown.all('[data-mlcost-native] .mlcost-Facts')).toEqual([]);
    expect(shown.text('[data-mlcost-native="absent"]')).toContain('It is not installed. Install it.');
  });

  it('lists for how long it was held up, by what, and what that cost', async () => {
    const stretches = [prolonged(), prolonged({ is_certain: false, cost: null, signals: ['gpu'] })];
    const shown = await unfolded(idleView({ billing_currency: 'EUR', native: nativeIdle({ prolonged: stretches }) }));
    const rows = shown.all('[data-mlcost-prolonged] tbody tr').map(row => [...row.children].map(plain));
    expect(rows[0][0]).toMatch(/^Nov 2\d, .*\d\d:00 to Nov 2\d, .*\d\d:30A kernel runs code, gpu$/);
    expect(rows[1][0]).toMatch(/gpuStudio may not have stopped it, either$/);
    expect(rows.map(row => row[1])).toEqual(['€4.94', 'cost unknown']);
  });
});

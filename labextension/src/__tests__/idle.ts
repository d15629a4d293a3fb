/* eslint-disable jupyter/no-untranslated-string -- these are documents as the server writes them */
import type { Idle, IdleSetting, IdleView, NativeIdle, ProlongedStretch, SignalRow } from '../api/types';

/** A machine that nobody judges, with what a test wants different. */
export function idleOf(changes: Partial<Idle> = {}): Idle {
  return {
    state: 'off',
    since: null,
    held_by: [],
    reason: '',
    stops_at: null,
    is_overdue: false,
    cost: null,
    cost_per_hour: null,
    waiting: null,
    ...changes
  };
}

/** One in which a cell has run for two hours and ten minutes. */
export function activeIdle(changes: Partial<Idle> = {}): Idle {
  return idleOf({
    state: 'active',
    since: '2026-11-23T11:50:00Z',
    held_by: ['kernel_busy'],
    reason: 'train.ipynb is running code, for 2 h 10 min now.',
    cost_per_hour: '1.41',
    ...changes
  });
}

/** One that nobody has used for 38 minutes, at 14:00. */
export function lastingIdle(changes: Partial<Idle> = {}): Idle {
  return idleOf({
    state: 'idle',
    since: '2026-11-23T13:22:00Z',
    reason: 'Nothing has been used since train.ipynb was used.',
    stops_at: '2026-11-23T14:22:00Z',
    cost: '0.893',
    cost_per_hour: '1.41',
    ...changes
  });
}

/** A kernel that runs code, and nothing else does. */
export function signalRow(changes: Partial<SignalRow> = {}): SignalRow {
  return {
    name: 'kernel_busy',
    title: 'A kernel runs code',
    subject: 'train.ipynb',
    state: 'active',
    is_protected: true,
    holds_alone: true,
    active_since: '2026-11-23T11:50:00Z',
    last_active_at: '2026-11-23T14:00:00Z',
    as_of: '2026-11-23T14:00:00Z',
    holds_until: null,
    detail: 'is running code',
    ...changes
  };
}

/** Somebody typed in a terminal twelve minutes ago. */
export function quietRow(changes: Partial<SignalRow> = {}): SignalRow {
  return signalRow({
    name: 'terminal_input',
    title: 'Somebody typed in a terminal',
    subject: 'Terminal 1',
    state: 'quiet',
    is_protected: false,
    holds_alone: false,
    active_since: null,
    last_active_at: '2026-11-23T13:48:00Z',
    detail: 'was typed in',
    ...changes
  });
}

export function setting(changes: Partial<IdleSetting> = {}): IdleSetting {
  return { place: 'idle.timeout_minutes', value: '60', origin: '/etc/mlcost/policy.yaml', may_be: '1 to 60', ...changes };
}

export function prolonged(changes: Partial<ProlongedStretch> = {}): ProlongedStretch {
  return {
    start: '2026-11-22T20:00:00Z',
    end: '2026-11-22T23:30:00Z',
    signals: ['kernel_busy', 'gpu'],
    cost: '4.935',
    is_certain: true,
    ...changes
  };
}

/** Studio's own idle shutdown, which follows what it is told. */
export function nativeIdle(changes: Partial<NativeIdle> = {}): NativeIdle {
  return {
    state: 'follows',
    message: "Studio's idle endpoint tells what we stamp.",
    hint: '',
    asked_at: '2026-11-23T13:58:00Z',
    last_active_at: '2026-11-23T13:57:30Z',
    stamped_at: '2026-11-23T13:59:30Z',
    timeout_minutes: 60,
    prolonged: [],
    ...changes
  };
}

/** What the server tells of it all. */
export function idleView(changes: Partial<IdleView> = {}): IdleView {
  return {
    as_of: '2026-11-23T14:00:00Z',
    billing_currency: 'USD',
    mode: 'shadow',
    note: null,
    verdict: activeIdle(),
    timeout_minutes: '60',
    warn_minutes: '5',
    stop: 'app',
    signals: [signalRow(), quietRow()],
    unmeasured: [],
    settings: [setting(), setting({ place: 'idle.mode', value: 'shadow', origin: 'built-in', may_be: 'on' })],
    native: null,
    ...changes
  };
}

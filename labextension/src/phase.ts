import { isAnswered } from './api/errors';

/**
 * `loading`: no answer yet; `offline`: the last request found no server; `failed`: it answered with an error, or what
 * nobody can read; `refused`: the user is signed out; `forbidden`: the user may not see costs; `gone`: the server runs
 * without our half.
 */
export type Phase = 'loading' | 'live' | 'offline' | 'failed' | 'refused' | 'forbidden' | 'gone';

const OF_STATUS: Readonly<Record<number, Phase | undefined>> = { 401: 'refused', 403: 'forbidden', 404: 'gone' };

/** Tell what a failed reading says about the server. */
export function phaseAfter(error: unknown): Phase {
  return isAnswered(error) ? (OF_STATUS[error.status] ?? 'failed') : 'offline';
}

import { isHalfGone, isRefused } from './api/errors';

/**
 * `loading`: no answer yet; `offline`: the last request failed; `refused`: the user is signed out;
 * `gone`: the server runs without our half.
 */
export type Phase = 'loading' | 'live' | 'offline' | 'refused' | 'gone';

/** Tell what a failed reading says about the server. */
export function phaseAfter(error: unknown): Phase {
  return isHalfGone(error) ? 'gone' : isRefused(error) ? 'refused' : 'offline';
}

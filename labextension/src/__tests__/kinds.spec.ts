import { describe, expect, it } from 'vitest';
import { ageWorthTelling, kindsOfList, knowledgeOf } from '../kinds';
import { awsLoading, awsState, jobRow, kindStates, overviewOf } from './documents';

describe('what is known of a kind', () => {
  it('is what AWS has told, and nothing before it has', () => {
    expect(knowledgeOf(overviewOf(), 'endpoint')).toBe('known');
    expect(knowledgeOf(overviewOf([], { aws: awsLoading() }), 'endpoint')).toBe('reading');
    expect(knowledgeOf(overviewOf([], { aws: awsLoading({ kinds: [] }) }), 'endpoint')).toBe('reading');
  });

  it('is nothing where its reading is denied, also if it was told before', () => {
    const kinds = kindStates({ endpoint: { is_denied: true }, app: { as_of: null, is_denied: true } });
    const overview = overviewOf([], { aws: awsState({ kinds }) });
    expect(['endpoint', 'app'].map(kind => knowledgeOf(overview, kind))).toEqual(['denied', 'denied']);
  });

  it('is not asked of kinds that are not read here', () => {
    const kinds = kindStates().filter(({ kind }) => kind !== 'app');
    expect(knowledgeOf(overviewOf([], { aws: awsState({ kinds }) }), 'app')).toBe('unasked');
  });

  it('stays unknown where AWS cannot be asked, rather than being read for ever', () => {
    expect(knowledgeOf(overviewOf([], { aws: awsLoading({ status: 'failed' }) }), 'endpoint')).toBe('unknown');
    const missing = { code: 'credentials_missing', message: 'm', hint: 'h', subject: null };
    expect(knowledgeOf(overviewOf([], { aws: awsLoading(), data_quality: [missing] }), 'endpoint')).toBe('unknown');
    const search = { code: 'permission_missing', message: 'No sagemaker:Search.', hint: 'h', subject: null };
    expect(knowledgeOf(overviewOf([], { aws: awsLoading(), data_quality: [search] }), 'endpoint')).toBe('reading');
  });
});

describe('the age of what is shown', () => {
  const at = (as_of: string | null): ReturnType<typeof overviewOf> =>
    overviewOf([], { aws: awsState({ kinds: kindStates({ app: { as_of }, space: { as_of: '2026-11-23T13:59:30Z' } }) }) });

  it('is told from a minute on, by the oldest that it rests on', () => {
    expect(ageWorthTelling(['app', 'space'], at('2026-11-23T13:59:10Z'))).toBeNull();
    expect(ageWorthTelling(['app', 'space'], at('2026-11-23T13:57:00Z'))).toBe('2026-11-23T13:57:00Z');
    expect(ageWorthTelling(['app', 'space'], at(null))).toBeNull();
  });

  it('of the jobs is that of the kinds in the list, and of those that are asked about often', () => {
    expect(kindsOfList(overviewOf())).toEqual(['training', 'tuning']);
    expect(kindsOfList(overviewOf([jobRow({ kind: 'processing' })]))).toEqual(['training', 'tuning', 'processing']);
  });
});

import { describe, expect, it } from 'vitest';
import { placeOf } from '../places';
import { overviewOf } from './documents';

function place(message: string, { code = 'permission_missing', subject = null as string | null, host = 'studio' } = {}): string {
  const overview = overviewOf([], { session: { ...overviewOf().session, host } });
  return placeOf({ code, message, hint: 'Ask.', subject }, overview);
}

describe('a missing permission is told where it is missed', () => {
  it.each([
    ['sagemaker:Search', 'jobs'],
    ['sagemaker:Search and sagemaker:ListEndpoints', 'jobs'],
    ['sagemaker:ListProcessingJobs', 'other-jobs'],
    ['sagemaker:DescribeEndpointConfig', 'endpoints'],
    ['cloudwatch:GetMetricData', 'endpoints'],
    ['sagemaker:ListApps', 'apps'],
    ['sagemaker:DescribeNotebookInstance', 'apps'],
    ['sagemaker:ListMonitoringSchedules', 'schedules'],
    ['sagemaker:DescribeApp', 'session'],
    ['sagemaker:DescribeApp, sagemaker:ListApps', 'apps'],
    ['sagemaker:ListApps, sagemaker:ListEndpoints', 'several'],
    ['nothing that is known', 'jobs']
  ])('%s: %s', (actions, where) => {
    expect(place(`These AWS credentials may not call ${actions}.`)).toBe(where);
  });

  it('depends on what the host needs to know itself by', () => {
    const message = 'This role lacks sagemaker:DescribeNotebookInstance.';
    expect([place(message, { host: 'notebook_instance' }), place(message, { host: 'local' })]).toEqual(['session', 'apps']);
    expect(place('This role lacks sagemaker:DescribeApp.', { host: 'local' })).toBe('apps');
  });
});

describe('any other trouble is told with the jobs', () => {
  it('but for that of one kind, which its section tells', () => {
    expect(place('AWS failed.', { code: 'aws_error' })).toBe('jobs');
    expect(place('AWS failed.', { code: 'aws_error', subject: 'endpoint' })).toBe('endpoints');
    expect(place('AWS failed.', { code: 'aws_error', subject: 'transform' })).toBe('other-jobs');
    expect(place('AWS failed.', { code: 'aws_error', subject: 'training' })).toBe('jobs');
  });
});

import { nullTranslator } from '@jupyterlab/translation';
import { describe, expect, it } from 'vitest';
import { Formatter } from '../format';
import {
  appState,
  appTypeWords,
  endpointMachine,
  endpointState,
  modeWords,
  rhythmWords,
  scheduleState,
  warmPoolState
} from '../standing';
import { appRow, endpointRow, notebookRow, scheduleRow, spaceRow, warmPoolRow } from './documents';

const trans = nullTranslator.load('mlcost_ext');
const format = new Formatter(trans);

describe('a status of AWS', () => {
  it.each([
    ['InService', 'running', 'In service'],
    ['Creating', 'waiting', 'Being created'],
    ['SystemUpdating', 'running', 'Being updated by AWS'],
    ['OutOfService', 'stopped', 'Out of service'],
    ['Failed', 'failed', 'Failed'],
    ['SomethingNew', 'waiting', 'SomethingNew']
  ])('of an endpoint, %s, is put in words', (status, tone, words) => {
    expect(endpointState(endpointRow({ status }), false, trans)).toEqual({ tone, words });
  });

  it.each([
    ['InService', 'Running'],
    ['Pending', 'Starting'],
    ['Stopped', 'Stopped'],
    ['SomethingNew', 'SomethingNew']
  ])('of an app, %s, is put in words', (status, words) => {
    expect(appState(appRow({ status }), false, trans).words).toBe(words);
  });

  it('of kept instances says until when', () => {
    const words = (status: string, until: string | null): string =>
      warmPoolState(warmPoolRow({ status }), false, until, trans).words;
    expect([words('Available', '14:40'), words('Available', null), words('InUse', null)]).toEqual([
      'Kept until 14:40',
      'Kept for the next job',
      'In use by the next job'
    ]);
  });

  it('of a schedule says nothing while it does what it is for', () => {
    const words = (status: string): string | undefined => scheduleState(scheduleRow({ status }), false, trans)?.words;
    expect(['Scheduled', 'Pending', 'Stopped', 'Failed', 'New'].map(words)).toEqual([
      undefined,
      'Starting',
      'Stopped',
      'Failed',
      'New'
    ]);
  });

  it('gives way to what was asked for', () => {
    expect([
      endpointState(endpointRow(), true, trans).words,
      appState(appRow(), true, trans).words,
      warmPoolState(warmPoolRow(), true, null, trans).words,
      scheduleState(scheduleRow(), true, trans)?.words
    ]).toEqual(['Deleting…', 'Stopping…', 'Releasing…', 'Stopping…']);
  });
});

describe('what it is', () => {
  it('is said of an endpoint by mode and machine', () => {
    expect(['real-time', 'serverless', 'asynchronous', 'mixed', 'new-mode', null].map(mode => modeWords(mode, trans))).toEqual([
      'Real-time',
      'Serverless',
      'Asynchronous',
      'Several modes',
      'new-mode',
      null
    ]);
    expect(endpointMachine(endpointRow({ instance_count: 3 }), trans)).toBe('3 × ml.m5.xlarge');
    expect(endpointMachine(endpointRow({ instance_count: 0 }), trans)).toBe('0 × ml.m5.xlarge');
    expect(endpointMachine(endpointRow({ instance_type: null }), trans)).toBe('several machine types');
    expect(endpointMachine(endpointRow({ instance_type: null, cost_per_day: null }), trans)).toBe('machine unknown');
    expect(endpointMachine(endpointRow({ mode: 'serverless', instance_type: null }), trans)).toBeNull();
  });

  it('is said of an app in the words of the product', () => {
    expect(
      [appRow(), appRow({ app_type: 'JupyterLab' }), appRow({ app_type: null }), spaceRow(), notebookRow()].map(row =>
        appTypeWords(row, trans)
      )
    ).toEqual(['Code Editor', 'JupyterLab', 'App', 'Space', 'Notebook instance']);
  });
});

describe('how often a schedule runs', () => {
  it.each([
    ['cron(0 * ? * * *)', 'Runs every hour'],
    ['cron(0 5 ? * * *)', 'Runs every day at 05:00 UTC'],
    ['cron(0 0/6 ? * * *)', 'Runs every 6 hours'],
    ['NOW', 'Runs once'],
    ['cron(0 6 ? * MON *)', 'Runs by cron(0 6 ? * MON *)'],
    [null, 'Runs at times that are not known']
  ])('is, of %s, "%s"', (expression, words) => {
    expect(rhythmWords(expression, format, trans)).toBe(words);
  });
});

import { describe, expect, it } from 'vitest';
import { nullTranslator } from '@jupyterlab/translation';
import { Formatter } from '../format';

const trans = nullTranslator.load('mlcost_ext');
const format = new Formatter(trans);

describe('money', () => {
  it.each([
    ['1.408', '$1.41'],
    ['0.05', '$0.05'],
    ['0.0012', '$0.0012'],
    ['0', '$0.00'],
    ['1234.5', '$1,234.50']
  ])('writes %s as %s', (value, text) => {
    expect(format.money(value)).toBe(text);
  });

  it('draws nothing but nothing as zero', () => {
    expect(['0.00003', '0.0001', '0'].map(value => format.money(value))).toEqual(['< $0.0001', '$0.0001', '$0.00']);
    expect(['0.00003', '0'].map(value => format.rate(value))).toEqual(['< $0.0001', '$0.00']);
    expect(['0.0000004', '0'].map(value => format.unitPrice(value))).toEqual(['< $0.000001', '$0.00']);
    expect(format.growingMoney(0.00003)).toEqual({ head: '< $0.00', fine: '01', tail: '' });
    expect(format.growingMoney(0)).toEqual({ head: '$0.00', fine: '00', tail: '' });
  });

  it('does not make a number of what is unknown', () => {
    expect([format.money(null), format.money('n/a'), format.rate(null), format.unitPrice(null)]).toEqual([null, null, null, null]);
  });

  it('writes a unit price with all its decimals', () => {
    expect(format.unitPrice('0.0038890')).toBe('$0.003889');
  });

  it('writes a daily amount with two decimals unless that would be zero', () => {
    expect([format.rate('0.0187'), format.rate('0.0042')]).toEqual(['$0.02', '$0.0042']);
  });

  it('sets the part apart that moves each second', () => {
    expect(format.growingMoney(0.123449)).toEqual({ head: '$0.12', fine: '34', tail: '' });
    expect(format.growingMoney(2345.678)).toEqual({ head: '$2,345.68', fine: '', tail: '' });
  });

  it('writes in the language and currency it is given', () => {
    const german = new Formatter(trans, 'de', 'EUR');
    expect(german.growingMoney(1.23456)).toEqual({ head: '1,23', fine: '46', tail: '\u00a0€' });
    expect(german.money('1234.5')).toBe('1.234,50\u00a0€');
  });

  it('writes another currency, and what is none with the sign for any', () => {
    expect([format.inCurrency('EUR').money('2'), format.inCurrency('eur').money('2'), format.inCurrency('USD')]).toEqual([
      '€2.00',
      '¤2.00',
      format
    ]);
  });
});

describe('days', () => {
  it('are written without their year, whatever the time zone', () => {
    expect([format.shortDate('2026-11-30'), format.shortDate('x'), format.moment(null)]).toEqual(['Nov 30', 'x', null]);
  });
});

describe('durations', () => {
  it.each([
    [0, '0 s'],
    [59.9, '59 s'],
    [60, '1 min'],
    [1020, '17 min'],
    [11100, '3 h 05 min'],
    [86400, '24 h']
  ])('writes %d seconds as %s', (seconds, text) => {
    expect(format.duration(seconds)).toBe(text);
  });
});

describe('times', () => {
  const moment = new Date(2026, 10, 23, 12, 3);

  it('writes the time of day, with the day where it is another', () => {
    expect(format.time(moment, moment)).toBe('12:03');
    expect(format.time(moment, new Date(2026, 10, 24))).toContain('Nov 23');
  });

  it('writes a calendar date as it stands, whatever the time zone', () => {
    expect(format.date('2025-12-05')).toBe('Dec 5, 2025');
  });

  it('gives nothing for no time, and a broken date as it came', () => {
    expect([format.time(null), format.time('never'), format.date('never')]).toEqual([null, null, 'never']);
  });
});

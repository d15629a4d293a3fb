import { shown } from './live';
import { SLOT, splitAtSlot } from './slot';
import type { Translation } from './words';

/** Below this a figure gets more decimals, so that it is not drawn as zero. */
const SMALL_AMOUNT = 0.1;

/** The last decimal of an amount; what is less, and not nothing, is said to be less. */
const SMALLEST_AMOUNT = 0.0001;

/** From this on a growing figure is drawn without the decimals that show it grow. */
const LARGE_AMOUNT = 1000;

const UNIT_PRICE_DIGITS = 6;
const SMALLEST_UNIT_PRICE = 10 ** -UNIT_PRICE_DIGITS;

/** A growing amount in three parts: `$0.12`, the quieter `34`, and what the locale puts behind. */
export interface MoneyParts {
  readonly head: string;
  readonly fine: string;
  readonly tail: string;
}

/**
 * Write money, times and durations in the language of the user interface.
 *
 * Money has two decimals, and four below 0.10. A growing figure always has four below 1,000,
 * the last two set apart, since at a few dollars an hour these are what moves each second.
 * Only nothing is drawn as zero: what is less than the last decimal is `< $0.0001`.
 */
export class Formatter {
  private readonly plain: Intl.NumberFormat;
  private readonly small: Intl.NumberFormat;
  private readonly growing: Intl.NumberFormat;
  private readonly unit: Intl.NumberFormat;
  private readonly number: Intl.NumberFormat;
  private readonly clock: Intl.DateTimeFormat;
  private readonly day: Intl.DateTimeFormat;
  private readonly shortDay: Intl.DateTimeFormat;
  private readonly dayClock: Intl.DateTimeFormat;
  private readonly dateOnly: Intl.DateTimeFormat;

  constructor(
    private readonly trans: Translation,
    readonly locale = 'en',
    readonly currency = 'USD'
  ) {
    const money = (least: number, most: number): Intl.NumberFormat =>
      new Intl.NumberFormat(locale, { style: 'currency', currency, minimumFractionDigits: least, maximumFractionDigits: most });
    this.plain = money(2, 2);
    this.small = money(2, 4);
    this.growing = money(4, 4);
    this.unit = this.unitStyle(currency);
    this.number = new Intl.NumberFormat(locale);
    this.clock = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
    this.day = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
    this.shortDay = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' });
    this.dateOnly = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', timeZone: 'UTC' });
    this.dayClock = new Intl.DateTimeFormat(locale, {
      day: 'numeric',
      month: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23'
    });
  }

  /** Write an amount; null stays unknown. */
  money(value: string | number | null): string | null {
    const amount = typeof value === 'number' ? value : shown(value);
    if (amount === null) {
      return null;
    }
    return this.written(amount, amount !== 0 && Math.abs(amount) < SMALL_AMOUNT ? this.small : this.plain);
  }

  /** Write a rate or a daily amount: two decimals, unless that would be zero. */
  rate(value: string | null): string | null {
    const amount = shown(value);
    if (amount === null) {
      return null;
    }
    return this.written(amount, amount !== 0 && Math.abs(amount) < 0.01 ? this.small : this.plain);
  }

  /** Write a price of one unit with all the decimals it has, in its own currency. */
  unitPrice(value: string | null, currency = this.currency): string | null {
    const amount = shown(value);
    const style = currency === this.currency ? this.unit : this.unitStyle(currency);
    return amount === null ? null : this.written(amount, style, SMALLEST_UNIT_PRICE);
  }

  /** Write an amount that grows, set apart where its cents end. */
  growingMoney(amount: number): MoneyParts {
    if (Math.abs(amount) >= LARGE_AMOUNT) {
      return { head: this.plain.format(amount), fine: '', tail: '' };
    }
    if (amount > 0 && amount < SMALLEST_AMOUNT) {
      const [before, after] = splitAtSlot(this.trans.__('< %1', SLOT));
      const { head, fine, tail } = this.growingMoney(SMALLEST_AMOUNT);
      return { head: before + head, fine, tail: tail + after };
    }
    const parts = this.growing.formatToParts(amount);
    const at = parts.findIndex(part => part.type === 'fraction');
    const text = (some: Intl.NumberFormatPart[]): string => some.map(part => part.value).join('');
    const fraction = parts[at].value;
    return {
      head: text(parts.slice(0, at)) + fraction.slice(0, 2),
      fine: fraction.slice(2),
      tail: text(parts.slice(at + 1))
    };
  }

  count(value: number): string {
    return this.number.format(value);
  }

  /** Write how long something takes, to the minute from one minute on. */
  duration(seconds: number): string {
    if (seconds < 60) {
      return this.trans.__('%1 s', Math.floor(seconds));
    }
    const minutes = Math.floor(seconds / 60);
    if (minutes < 60) {
      return this.trans.__('%1 min', minutes);
    }
    const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
    return rest === 0
      ? this.trans.__('%1 h', this.count(hours))
      : this.trans.__('%1 h %2 min', this.count(hours), String(rest).padStart(2, '0'));
  }

  /** Write the time of day in the browser's time zone, with the day where it is not today. */
  time(value: string | Date | null, today: Date = new Date()): string | null {
    const date = toDate(value);
    if (date === null) {
      return null;
    }
    return (date.toDateString() === today.toDateString() ? this.clock : this.dayClock).format(date);
  }

  /** Write a calendar date such as a price list's, which has no time zone. */
  date(value: string): string {
    const date = toDate(value);
    return date === null ? value : this.day.format(date);
  }

  /** The same without its year. */
  shortDate(value: string): string {
    const date = toDate(value);
    return date === null ? value : this.dateOnly.format(date);
  }

  /** Write a day and a time of day in the browser's time zone; null where there is none. */
  moment(value: string | null): string | null {
    const date = toDate(value);
    return date === null ? null : this.dayClock.format(date);
  }

  /** Give one that writes money in a currency; what is no currency's code is written with the sign for any. */
  inCurrency(currency: string): Formatter {
    const code = /^[A-Z]{3}$/.test(currency) ? currency : 'XXX';
    return code === this.currency ? this : new Formatter(this.trans, this.locale, code);
  }

  /** Write the day of a moment, without its year; null where there is none. */
  dayOf(value: string | null): string | null {
    const date = toDate(value);
    return date === null ? null : this.shortDay.format(date);
  }

  /** Name the month a moment falls in. */
  month(value: string): string {
    const date = toDate(value) ?? new Date();
    return new Intl.DateTimeFormat(this.locale, { month: 'long', timeZone: 'UTC' }).format(date);
  }

  private unitStyle(currency: string): Intl.NumberFormat {
    const style = { style: 'currency', currency, minimumFractionDigits: 2, maximumFractionDigits: UNIT_PRICE_DIGITS } as const;
    return new Intl.NumberFormat(this.locale, style);
  }

  /** Write an amount, or that it is less than the last decimal of its style. */
  private written(amount: number, style: Intl.NumberFormat, least = SMALLEST_AMOUNT): string {
    return amount > 0 && amount < least ? this.trans.__('< %1', style.format(least)) : style.format(amount);
  }
}

function toDate(value: string | Date | null): Date | null {
  const date = typeof value === 'string' ? new Date(value) : value;
  return date === null || Number.isNaN(date.getTime()) ? null : date;
}

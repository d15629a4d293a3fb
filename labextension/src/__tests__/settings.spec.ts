import { describe, expect, it } from 'vitest';
import schema from '../../schema/plugin.json';

/** The server takes a panel that has not asked for so long for closed, and asks AWS less. */
const NOBODY_LOOKS_AFTER_SECONDS = 60;

describe('the settings', () => {
  it('let a reading come at least twice before the server thinks that nobody looks', () => {
    const { minimum, maximum, default: usual } = schema.properties.refreshSeconds;
    expect(maximum * 2).toBeLessThan(NOBODY_LOOKS_AFTER_SECONDS);
    expect(usual).toBeGreaterThanOrEqual(minimum);
    expect(usual).toBeLessThanOrEqual(maximum);
  });
});

/** An amount as the server writes it: digits, and digits after a point where there are any. */
const EXACT = /^\d+(\.\d+)?$/;

/** Add two amounts digit by digit, so that nothing is rounded; null where one of them is not known. */
export function sumOf(left: string | null, right: string | null): string | null {
  if (left === null || right === null || !EXACT.test(left) || !EXACT.test(right)) {
    return null;
  }
  const places = Math.max(placesOf(left), placesOf(right));
  const digits = String(scaled(left, places) + scaled(right, places)).padStart(places + 1, '0');
  const whole = digits.slice(0, digits.length - places);
  const fraction = digits.slice(digits.length - places).replace(/0+$/, '');
  return fraction === '' ? whole : `${whole}.${fraction}`;
}

function placesOf(amount: string): number {
  return (amount.split('.')[1] ?? '').length;
}

function scaled(amount: string, places: number): bigint {
  return BigInt(amount.replace('.', '')) * 10n ** BigInt(places - placesOf(amount));
}

import { afterEach, describe, expect, it } from 'vitest';
import { overviewOf } from '../documents';
import { draw, type Drawn } from '../render';

let drawn: Drawn | null = null;

async function show(...codes: string[]): Promise<Drawn> {
  const data_quality = codes.map(code => ({ code, message: `About ${code}.`, hint: 'What to do.', subject: null }));
  drawn = await draw(overviewOf([], { data_quality }));
  return drawn;
}

afterEach(() => {
  drawn?.remove();
});

describe('the notes', () => {
  it('stay folded where they only explain', async () => {
    const { node } = await show('history_not_kept');
    expect(node.querySelector<HTMLDetailsElement>('details')?.open).toBe(false);
  });

  it('are open, the warning first, where something wants attention', async () => {
    const { node, all } = await show('history_not_kept', 'kernels_unguarded');
    expect(node.querySelector<HTMLDetailsElement>('details')?.open).toBe(true);
    expect(all('[data-mlcost-note]').map(item => item.dataset.mlcostNote)).toEqual(['kernels_unguarded', 'history_not_kept']);
  });

  it.each(['home_unwritable', 'clock_differs'])('warn of %s', async code => {
    const { text } = await show(code);
    expect(text(`.mlcost-mod-warning[data-mlcost-note="${code}"]`)).toBe(`About ${code}.What to do.`);
  });

  it('leave out what is drawn elsewhere', async () => {
    const { all } = await show('permission_missing', 'host_price_unknown');
    expect(all('[data-mlcost-note]')).toEqual([]);
  });
});

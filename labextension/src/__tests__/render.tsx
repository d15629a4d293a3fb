import * as React from 'react';
import { nullTranslator } from '@jupyterlab/translation';
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import type { Overview } from '../api/types';
import type { Ending } from '../endings/ending';
import { Formatter } from '../format';
import { OverviewModel } from '../model';
import { Panel } from '../panel/panel';
import type { ICost } from '../tokens';
import { FakeSource } from './fakes';

const trans = nullTranslator.load('mlcost_ext');

/** A panel drawn into the page from what a fake server answers. */
export interface Drawn {
  readonly source: FakeSource;
  readonly model: OverviewModel;
  readonly cost: ICost;
  /** What was asked to be ended, and not ended: there is no dialog here. */
  readonly asked: Ending[];
  readonly node: HTMLElement;
  text: (selector: string) => string | null | undefined;
  all: (selector: string) => HTMLElement[];
  click: (selector: string) => Promise<void>;
  refresh: () => Promise<void>;
  remove: () => void;
}

export function costOf(model: OverviewModel): ICost {
  return { model, trans, format: new Formatter(trans) };
}

/** Draw the panel with this answer; null: the server has not answered yet. */
export async function draw(answer: Overview | Error | null): Promise<Drawn> {
  const source = new FakeSource(answer ?? new Error('not asked'));
  const model = new OverviewModel({ source });
  const cost = costOf(model);
  const asked: Ending[] = [];
  const end = (ending: Ending): void => void asked.push(ending);
  const node = document.body.appendChild(document.createElement('div'));
  const root: Root = createRoot(node);
  act(() => root.render(<Panel cost={cost} isShown={true} end={end} />));
  const refresh = (): Promise<void> => act(() => model.refresh());
  if (answer !== null) {
    model.watch();
    await refresh();
  }
  return {
    source,
    model,
    cost,
    asked,
    node,
    text: selector => node.querySelector(selector)?.textContent,
    all: selector => [...node.querySelectorAll<HTMLElement>(selector)],
    click: async selector => {
      await act(async () => {
        node.querySelector<HTMLElement>(selector)?.click();
        await Promise.resolve();
      });
    },
    refresh,
    remove: () => {
      act(() => root.unmount());
      model.dispose();
      node.remove();
    }
  };
}

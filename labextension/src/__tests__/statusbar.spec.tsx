import * as React from 'react';
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../api/errors';
import type { Overview } from '../api/types';
import { OverviewModel } from '../model';
import { StatusItem } from '../statusbar/item';
import { jobRow, overviewOf } from './documents';
import { FakeSource } from './fakes';
import { costOf } from './render';

let node: HTMLElement;
let root: Root;
let source: FakeSource;
let model: OverviewModel;
const open = vi.fn();

async function show(answer: Overview | Error): Promise<HTMLElement> {
  source.answer(answer);
  await act(() => model.refresh());
  return node.querySelector<HTMLElement>('[data-mlcost-status]') ?? node;
}

beforeEach(() => {
  source = new FakeSource(overviewOf());
  model = new OverviewModel({ source });
  model.watch();
  node = document.body.appendChild(document.createElement('div'));
  root = createRoot(node);
  act(() => root.render(<StatusItem cost={costOf(model)} isShown={true} open={open} />));
});

afterEach(() => {
  act(() => root.unmount());
  model.dispose();
  node.remove();
});

describe('the status item', () => {
  it('shows the rate of the session and what the running jobs cost', async () => {
    const item = await show(overviewOf([jobRow()]));
    expect(item.textContent).toMatch(/^\$0\.05\/h · 1 job \$0\.12\d\d$/);
    expect(item.getAttribute('aria-label')).toBe(
      'This session: $0.05 an hour. 1 job runs. $0.12 so far. Click to open the cost panel.'
    );
  });

  it('shows the rate alone while nothing runs', async () => {
    expect((await show(overviewOf())).textContent).toBe('$0.05/h');
  });

  it('shows no zero where there is no price', async () => {
    const session = { ...overviewOf().session, list_unit_price: null, cost: null, cost_per_hour: null };
    expect((await show(overviewOf([], { session }))).textContent).toBe('no price');
  });

  it('says since when its figures stand still', async () => {
    await show(overviewOf());
    expect((await show(new TypeError('Failed to fetch'))).textContent).toMatch(/^\$0\.05\/h · as of /);
  });

  it('says that the user is signed out', async () => {
    const refused = new ApiError('', 401, '', '');
    expect((await show(refused)).textContent).toBe('Cost: signed out');
    await show(overviewOf());
    const item = await show(refused);
    expect(item.textContent).toMatch(/^\$0\.05\/h · signed out, as of /);
    expect(item.title).toContain('You are signed out.');
  });

  it('opens the panel by mouse and by keyboard', async () => {
    const item = await show(overviewOf());
    item.click();
    item.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
    item.dispatchEvent(new KeyboardEvent('keydown', { key: 'x', bubbles: true }));
    expect(open).toHaveBeenCalledTimes(2);
  });
});

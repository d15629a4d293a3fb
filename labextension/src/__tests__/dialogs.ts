import { expect, vi } from 'vitest';

/** Wait for a dialog that reads like this; its parts are drawn one after the other. */
export async function dialog(words: RegExp): Promise<void> {
  await vi.waitFor(() => expect(document.querySelector('.jp-Dialog')?.textContent).toMatch(words));
}

export function press(label: string): void {
  const buttons = [...document.querySelectorAll<HTMLElement>('.jp-Dialog button')];
  buttons.find(button => button.textContent === label)?.click();
}

/** Type into the one field of the dialog. */
export function type(text: string): void {
  const field = document.querySelector<HTMLInputElement>('.jp-Dialog input');
  if (field !== null) {
    field.value = text;
  }
}

export function noDialog(): boolean {
  return document.querySelector('.jp-Dialog') === null;
}

import * as React from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { Around } from '../../components/around';
import { SLOT } from '../../slot';

describe('a sentence around a live part', () => {
  it.each([
    ['at least %1', 'at least <b>5</b>'],
    ['%1 以上', '<b>5</b> 以上'],
    ['no less than %1 so far', 'no less than <b>5</b> so far'],
    ['a translation that forgot it', 'a translation that forgot it<b>5</b>']
  ])('puts it where "%s" has its placeholder', (translated, drawn) => {
    const words = translated.replace('%1', SLOT);
    const markup = renderToStaticMarkup(
      <Around words={words}>
        <b>5</b>
      </Around>
    );
    expect(markup.replace(/<\/?span>/g, '')).toBe(drawn);
  });
});

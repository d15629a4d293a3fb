import * as React from 'react';
import { LabIcon } from '@jupyterlab/ui-components';
import type { Tone } from '../words';

/** The sidebar's icon: a coin. */
export const costIcon = new LabIcon({
  name: 'mlcost-ext:cost',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 24 24">
  <path class="jp-icon3" fill="#616161" d="M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zm0 2a8 8 0 1 1 0 16 8 8 0 0 1 0-16z"/>
  <path class="jp-icon3" fill="#616161" d="M12.9 17.9v1.3h-1.7v-1.3c-1.7-.2-2.9-1.3-3-3h1.8c.1.9.8 1.5 2.1 1.5 1.3 0 2-.6 2-1.3 0-.8-.5-1.2-2.3-1.6-2-.5-3.3-1.2-3.3-2.9 0-1.4 1.1-2.4 2.7-2.7V6.6h1.7V8c1.7.3 2.6 1.4 2.7 2.8h-1.8c-.1-.9-.7-1.4-1.7-1.4-1.1 0-1.7.5-1.7 1.2 0 .7.6 1 2.3 1.4 1.8.4 3.3 1.1 3.3 3.1 0 1.5-1.2 2.5-3.1 2.8z"/>
</svg>`
});

const SHAPES: Record<Tone, React.JSX.Element> = {
  waiting: <path d="M8 1.75a6.25 6.25 0 1 0 0 12.5 6.25 6.25 0 0 0 0-12.5ZM8 4.5V8l2.25 1.75" />,
  running: <path d="M5.25 3.25v9.5L12.5 8Z" fill="currentColor" />,
  stopping: <path d="M4.5 4.5h7v7h-7Z" />,
  stopped: <path d="M4.5 4.5h7v7h-7Z" fill="currentColor" />,
  done: <path d="m3 8.5 3.25 3.25L13 4.75" />,
  failed: <path d="m4 4 8 8m0-8-8 8" />
};

/** A small picture beside the words, so that a state never rests on colour alone. */
export function ToneIcon({ tone }: { tone: Tone }): React.JSX.Element {
  return <Glyph className={`mlcost-ToneIcon mlcost-mod-${tone}`}>{SHAPES[tone]}</Glyph>;
}

export function InfoIcon(): React.JSX.Element {
  return (
    <Glyph>
      <path d="M8 1.75a6.25 6.25 0 1 0 0 12.5 6.25 6.25 0 0 0 0-12.5ZM8 7.5v3.5M8 5v.25" />
    </Glyph>
  );
}

export function WarningIcon(): React.JSX.Element {
  return (
    <Glyph>
      <path d="M8 2 1.75 13.25h12.5ZM8 6.5v3M8 11.25v.25" />
    </Glyph>
  );
}

export function PauseIcon(): React.JSX.Element {
  return (
    <Glyph>
      <path d="M5.75 3.75v8.5M10.25 3.75v8.5" />
    </Glyph>
  );
}

function Glyph({ className = '', children }: { className?: string; children: React.ReactNode }): React.JSX.Element {
  return (
    <svg className={`mlcost-Glyph ${className}`} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      {children}
    </svg>
  );
}

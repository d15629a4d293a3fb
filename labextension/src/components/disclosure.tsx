import * as React from 'react';
import { InfoIcon } from './icons';

/** A small button, and whether what it opens is open. */
export function useDisclosure(label: string): { button: React.JSX.Element; isOpen: boolean; id: string } {
  const [isOpen, setOpen] = React.useState(false);
  const id = React.useId();
  const button = (
    <button
      type="button"
      className="mlcost-InfoButton"
      aria-label={label}
      title={label}
      aria-expanded={isOpen}
      aria-controls={isOpen ? id : undefined}
      onClick={() => setOpen(!isOpen)}
    >
      <InfoIcon />
    </button>
  );
  return { button, isOpen, id };
}

/** Whether a part is folded away, and the id of that part. */
export interface Fold {
  readonly id: string;
  readonly isOpen: boolean;
  readonly toggle: () => void;
}

export function useFold(): Fold {
  const [isOpen, setOpen] = React.useState(false);
  return { id: React.useId(), isOpen, toggle: () => setOpen(!isOpen) };
}

/** Words that fold a part in and out. */
export function FoldButton({ fold, children }: { fold: Fold; children: React.ReactNode }): React.JSX.Element {
  return (
    <button
      type="button"
      className="mlcost-Fold"
      aria-expanded={fold.isOpen}
      aria-controls={fold.isOpen ? fold.id : undefined}
      onClick={fold.toggle}
    >
      {children}
    </button>
  );
}

/** Words and figures in two columns; what is null is left out. */
export function Facts({ id, rows }: { id?: string; rows: [string, React.ReactNode][] }): React.JSX.Element {
  return (
    <dl className="mlcost-Facts" id={id}>
      {rows
        .filter(([, value]) => value !== null && value !== undefined)
        .map(([label, value]) => (
          <div key={label} className="mlcost-Facts-row">
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

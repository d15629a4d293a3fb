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

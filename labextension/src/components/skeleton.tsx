import * as React from 'react';

/** Grey lines where figures will stand; the label is for those who do not see them. */
export function Skeleton({ lines, label }: { lines: number; label: string }): React.JSX.Element {
  return (
    <div className="mlcost-Skeleton" role="status" aria-label={label}>
      {Array.from({ length: lines }, (_, line) => (
        <div key={line} className="mlcost-Skeleton-line" />
      ))}
    </div>
  );
}

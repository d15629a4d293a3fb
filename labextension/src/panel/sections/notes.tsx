import * as React from 'react';
import type { DataQuality } from '../../api/types';
import { InfoIcon, WarningIcon } from '../../components/icons';
import { useView } from '../../components/view';
import { isInformative, remarks } from '../../quality';
import type { PanelSection, SectionProps } from '../section';

/** Open by itself only where a note asks for somebody's attention. */
function Body({ overview }: SectionProps): React.JSX.Element {
  const { trans } = useView().cost;
  const notes = remarks(overview);
  const warnings = notes.filter(note => !isInformative(note));
  return (
    <details className="mlcost-Notes" open={warnings.length > 0}>
      <summary>
        {trans.__('About these numbers')}
        <span className="mlcost-Notes-count">{notes.length}</span>
      </summary>
      <ul>
        {[...warnings, ...notes.filter(isInformative)].map(note => (
          <Note key={note.code + note.message} note={note} />
        ))}
      </ul>
    </details>
  );
}

/** A note as the server wrote it: in English, which the translator does not know. */
function Note({ note }: { note: DataQuality }): React.JSX.Element {
  return (
    <li className={isInformative(note) ? 'mlcost-Note' : 'mlcost-Note mlcost-mod-warning'} data-mlcost-note={note.code}>
      {isInformative(note) ? <InfoIcon /> : <WarningIcon />}
      <div>
        <div>{note.message}</div>
        <div className="mlcost-Notice-hint">{note.hint}</div>
      </div>
    </li>
  );
}

export const NOTES: PanelSection = {
  id: 'notes',
  title: ({ trans }) => trans.__('About these numbers'),
  Body,
  isNeeded: overview => remarks(overview).length > 0
};

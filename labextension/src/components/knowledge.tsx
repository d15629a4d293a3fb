import * as React from 'react';
import type { DataQuality, Overview } from '../api/types';
import { kindsThatAre } from '../kinds';
import type { Place } from '../places';
import { obstaclesAt, stateFor } from '../quality';
import { noteWords } from '../words';
import { Notice } from './notice';
import { Skeleton } from './skeleton';
import { useView } from './view';

export interface ObstaclesProps {
  places: readonly Exclude<Place, 'jobs' | 'session' | 'several'>[];
  kinds: readonly string[];
  overview: Overview;
  /** Whether little depends on it, so that it is said without a warning. */
  isQuiet?: boolean;
}

/** What keeps the kinds of one section from being read, in the server's own words; where it has none, at least that it is so. */
export function SectionObstacles({ places, kinds, overview, isQuiet = false }: ObstaclesProps): React.JSX.Element | null {
  const { trans } = useView().cost;
  const notes = places.flatMap(place => obstaclesAt(place, overview));
  if (notes.length > 0) {
    return (
      <>
        {notes.map(note => (
          <Obstacle key={note.code + note.message} note={note} isQuiet={isQuiet} />
        ))}
      </>
    );
  }
  const isDenied = kindsThatAre('denied', kinds, overview).length > 0;
  return isDenied ? (
    <div className="mlcost-Quiet" data-mlcost-state="no-permission">
      {trans.__('These AWS credentials may not read all of this; "About these numbers" says what is lacking.')}
    </div>
  ) : null;
}

function Obstacle({ note, isQuiet }: { note: DataQuality; isQuiet: boolean }): React.JSX.Element {
  return isQuiet ? (
    <div className="mlcost-Quiet mlcost-mod-small" data-mlcost-state={stateFor(note)}>
      {noteWords(note)}
    </div>
  ) : (
    <Notice state={stateFor(note)} tone="warning" title={note.message} hint={note.hint} />
  );
}

/** Grey lines where rows will stand: that nothing is there yet must not look as if there were nothing. */
export function Reading({ words }: { words: string }): React.JSX.Element {
  return (
    <div data-mlcost-state="loading">
      <Skeleton lines={2} label={words} />
      <div className="mlcost-Quiet">{words}</div>
    </div>
  );
}

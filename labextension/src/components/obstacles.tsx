import * as React from 'react';
import type { DataQuality, Overview } from '../api/types';
import { JOB_KINDS } from '../places';
import { obstacles, stateFor } from '../quality';
import { noteWords, type Translation } from '../words';
import { SectionObstacles, type ObstaclesProps } from './knowledge';
import { Notice } from './notice';
import { useView } from './view';

interface Props {
  overview: Overview;
  /** What else is shown here besides the training jobs. */
  places?: ObstaclesProps['places'];
  kinds?: readonly string[];
}

/** Everything that keeps AWS from telling about jobs, in the server's own words, which are English. */
export function Obstacles({ overview, places = ['other-jobs'], kinds = JOB_KINDS }: Props): React.JSX.Element {
  const { format, trans } = useView().cost;
  const since = overview.aws.status === 'failed' ? format.time(overview.aws.as_of) : null;
  const notes = obstacles(overview);
  const drawn: DataQuality[] = since === null ? notes : offlineSince(trans.__('Offline, as of %1', since), notes, trans);
  return (
    <>
      {drawn.map(note => (
        <Notice key={note.code + note.message} state={stateFor(note)} tone="warning" title={note.message} hint={note.hint} />
      ))}
      <SectionObstacles places={places} kinds={kinds} overview={overview} />
    </>
  );
}

/** Make one notice of AWS's silence and its reason; what stands beside it keeps its own. */
function offlineSince(title: string, notes: DataQuality[], trans: Translation): DataQuality[] {
  const reasons = notes.filter(note => stateFor(note) === 'offline').map(noteWords);
  const carried = trans.__('What runs is carried on as if nothing had changed.');
  const silence = { code: 'network_unreachable', message: title, hint: [...reasons, carried].join(' '), subject: null };
  return [silence, ...notes.filter(note => stateFor(note) !== 'offline')];
}

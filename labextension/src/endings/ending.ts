import type { Actions } from '../actions';
import type { AppRow, EndpointRow, JobRow, ScheduleRow, WarmPoolRow } from '../api/types';
import { endpointThing, scheduleThing, warmPoolThing, type Thing } from '../things';

/** Something on screen that AWS can be asked to end, with the row that says what it is. */
export type Ending =
  | { readonly what: 'job'; readonly row: JobRow }
  | { readonly what: 'endpoint'; readonly row: EndpointRow }
  | { readonly what: 'app'; readonly row: AppRow }
  | { readonly what: 'warm-pool'; readonly row: WarmPoolRow }
  | { readonly what: 'schedule'; readonly row: ScheduleRow };

export function thingOf(ending: Ending): Thing {
  switch (ending.what) {
    case 'endpoint':
      return endpointThing(ending.row);
    case 'warm-pool':
      return warmPoolThing(ending.row);
    case 'schedule':
      return scheduleThing(ending.row);
    default:
      return ending.row;
  }
}

/** Tell whether AWS would take it now. */
export function canEnd(ending: Ending): boolean {
  switch (ending.what) {
    case 'endpoint':
      return ending.row.can_delete;
    case 'warm-pool':
      return ending.row.can_release;
    default:
      return ending.row.can_stop;
  }
}

/** Tell whether it is about to end; of a job that has ended this is over. */
export function isEnding(ending: Ending, actions: Actions): boolean {
  const isOver = ending.what === 'job' && !ending.row.is_running;
  return !isOver && actions.isEnding(thingOf(ending), ending.row.status);
}

/** Give the name people know it by. */
export function titleOf(ending: Ending): string {
  return ending.what === 'app' ? ending.row.title : ending.row.name;
}

import * as React from 'react';
import { canEnd, isEnding, thingOf, titleOf, type Ending } from '../endings/ending';
import type { Translation } from '../words';
import { bequeathFocus } from './heir';
import { useView } from './view';

interface EndButtonProps {
  ending: Ending;
}

/** The button that ends a thing; there is none where AWS would not take it. */
export function EndButton({ ending }: EndButtonProps): React.JSX.Element | null {
  const { model } = useView().cost;
  const isUnderWay = isEnding(ending, model.actions);
  return canEnd(ending) || isUnderWay ? <Button ending={ending} isUnderWay={isUnderWay} /> : null;
}

/** It stays while the thing ends, since it has the focus that the question gave back. */
function Button({ ending, isUnderWay }: EndButtonProps & { isUnderWay: boolean }): React.JSX.Element {
  const { cost, end } = useView();
  const { model, trans } = cost;
  const node = React.useRef<HTMLButtonElement>(null);
  React.useLayoutEffect(() => {
    const button = node.current;
    return () => bequeathFocus(button);
  }, []);
  const isAsked = model.actions.isAsked(thingOf(ending));
  const words = wordsFor(ending, trans);
  return (
    <button
      ref={node}
      type="button"
      className="mlcost-EndButton"
      {...{ [`data-mlcost-${words.verb}`]: isUnderWay ? undefined : ending.row.name }}
      aria-label={isUnderWay ? words.endingIt : words.endIt}
      aria-disabled={isUnderWay || isAsked}
      aria-busy={isAsked}
      onClick={() => (isUnderWay ? undefined : end(ending))}
    >
      {isUnderWay ? words.ending : words.end}
    </button>
  );
}

interface Words {
  /** For selectors; not shown. */
  readonly verb: 'stop' | 'delete' | 'release';
  readonly end: string;
  readonly ending: string;
  readonly endIt: string;
  readonly endingIt: string;
}

function wordsFor(ending: Ending, trans: Translation): Words {
  const title = titleOf(ending);
  switch (ending.what) {
    case 'endpoint':
      return {
        verb: 'delete',
        end: trans.__('Delete…'),
        ending: trans.__('Deleting…'),
        endIt: trans.__('Delete %1', title),
        endingIt: trans.__('Deleting %1', title)
      };
    case 'warm-pool':
      return {
        verb: 'release',
        end: trans.__('Release…'),
        ending: trans.__('Releasing…'),
        endIt: trans.__('Release the instances of %1', title),
        endingIt: trans.__('Releasing the instances of %1', title)
      };
    default:
      return {
        verb: 'stop',
        end: trans.__('Stop…'),
        ending: trans.__('Stopping…'),
        endIt: trans.__('Stop %1', title),
        endingIt: trans.__('Stopping %1', title)
      };
  }
}

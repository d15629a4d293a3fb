import * as React from 'react';
import { costIcon } from '../components/icons';
import { WatchingWidget } from '../components/watching';
import type { Ending } from '../endings/ending';
import { PANEL_ID, type ICost } from '../tokens';
import { Panel } from './panel';

/** The sidebar's widget. */
export class CostPanel extends WatchingWidget {
  constructor(
    private readonly cost: ICost,
    private readonly end: (ending: Ending) => void
  ) {
    super(cost.model);
    this.id = PANEL_ID;
    this.title.icon = costIcon;
    this.title.caption = cost.trans.__('Cost');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', cost.trans.__('Cost'));
    this.addClass('mlcost-CostPanel');
  }

  protected override render(): React.JSX.Element {
    return <Panel cost={this.cost} isShown={this.isWatching} end={this.end} />;
  }
}

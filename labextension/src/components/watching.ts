import { ReactWidget } from '@jupyterlab/ui-components';
import type { IDisposable } from '@lumino/disposable';
import type { Message } from '@lumino/messaging';
import type { OverviewModel } from '../model';

/** A widget that makes the model read only while it can be seen. */
export abstract class WatchingWidget extends ReactWidget {
  private watching: IDisposable | null = null;

  constructor(private readonly watched: OverviewModel) {
    super();
  }

  override dispose(): void {
    this.unwatch();
    super.dispose();
  }

  protected get isWatching(): boolean {
    return this.watching !== null;
  }

  protected override onAfterAttach(msg: Message): void {
    super.onAfterAttach(msg);
    this.follow();
  }

  protected override onAfterShow(msg: Message): void {
    super.onAfterShow(msg);
    this.follow();
  }

  protected override onAfterHide(msg: Message): void {
    super.onAfterHide(msg);
    this.unwatch();
    this.update();
  }

  protected override onBeforeDetach(msg: Message): void {
    this.unwatch();
    super.onBeforeDetach(msg);
  }

  private follow(): void {
    if (this.isVisible && this.watching === null) {
      this.watching = this.watched.watch();
      this.update();
    }
  }

  private unwatch(): void {
    this.watching?.dispose();
    this.watching = null;
  }
}

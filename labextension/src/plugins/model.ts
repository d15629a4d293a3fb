import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { Client } from '../api/client';
import { Formatter } from '../format';
import { OverviewModel } from '../model';
import { DOMAIN, ICost, SETTINGS_ID } from '../tokens';
import type { Translation } from '../words';

/** Told when this machine becomes idle, or is used again. */
const IDLE_EVENT = 'https://events.mlcost-ext.dev/idle/v1';

/** Events of the server half after which the figures are read anew. */
const EVENTS: ReadonlySet<unknown> = new Set([
  'https://events.mlcost-ext.dev/launch/v1',
  'https://events.mlcost-ext.dev/job_state/v1',
  'https://events.mlcost-ext.dev/finding/v1',
  IDLE_EVENT
]);

/** Hand the views one model, and a formatter that follows the currency of its figures. */
class Cost implements ICost {
  private formatter: Formatter;

  constructor(
    readonly model: OverviewModel,
    readonly trans: Translation,
    private readonly locale: string
  ) {
    this.formatter = new Formatter(trans, locale);
  }

  get format(): Formatter {
    const currency = this.model.overview?.billing_currency ?? this.formatter.currency;
    if (currency !== this.formatter.currency && /^[A-Z]{3}$/.test(currency)) {
      this.formatter = new Formatter(this.trans, this.locale, currency);
    }
    return this.formatter;
  }
}

/** Turn JupyterLab's language code into one that `Intl` takes. */
export function toLocale(languageCode: string): string {
  try {
    return Intl.getCanonicalLocales(languageCode.replace('_', '-'))[0] ?? 'en';
  } catch {
    return 'en';
  }
}

async function followSettings(registry: ISettingRegistry, model: OverviewModel): Promise<void> {
  const settings = await registry.load(SETTINGS_ID);
  const apply = (): void => model.setRefreshSeconds(settings.get('refreshSeconds').composite as number);
  settings.changed.connect(apply);
  apply();
}

export const modelPlugin: JupyterFrontEndPlugin<ICost> = {
  id: 'mlcost-ext-labextension:plugin',
  description: 'Provides the cost of the session and its jobs, read once for all views.',
  autoStart: true,
  provides: ICost,
  optional: [ITranslator, ISettingRegistry],
  activate: (app: JupyterFrontEnd, translator: ITranslator | null, registry: ISettingRegistry | null): ICost => {
    const { events, serverSettings } = app.serviceManager;
    const model = new OverviewModel({ source: new Client(serverSettings) });
    const { languageCode } = translator ?? nullTranslator;
    events.stream.connect((_, event) => {
      if (EVENTS.has(event.schema_id)) {
        model.noticeEvent();
      }
      if (event.schema_id === IDLE_EVENT) {
        model.idle.refresh();
      }
    });
    if (registry !== null) {
      followSettings(registry, model).catch((reason: unknown) =>
        console.warn('The settings of mlcost-ext could not be read.', reason)
      );
    }
    return new Cost(model, (translator ?? nullTranslator).load(DOMAIN), toLocale(languageCode));
  }
};

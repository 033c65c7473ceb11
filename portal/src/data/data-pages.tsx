import { lazy, type ReactNode } from 'react';
import { Route, Switch } from 'wouter';
import type { Session } from '../api/types.js';
import { Notice } from '../app/notice.js';
import { useSession } from '../app/session-context.js';
import { Area } from '../page/layout.js';
import { strings as common } from '../page/strings.js';
import { strings } from './strings.js';

const Tables = lazy(async () => ({ default: (await import('./tables-page.js')).TablesPage }));
const Sources = lazy(async () => ({ default: (await import('./sources-page.js')).SourcesPage }));
const Errors = lazy(async () => ({ default: (await import('./errors-page.js')).ErrorsPage }));
const Devices = lazy(async () => ({ default: (await import('./devices-page.js')).DevicesPage }));
const Retention = lazy(async () => ({
  default: (await import('./retention-page.js')).RetentionPage,
}));
const Add = lazy(async () => ({ default: (await import('./add-page.js')).AddPage }));

interface DataPage {
  readonly href: string;
  readonly title: string;
  readonly isFor: (may: Session['may'], seesAll: boolean) => boolean;
  readonly page: ReactNode;
}

const pages: readonly DataPage[] = [
  { href: '/data', title: strings.pages.tables, isFor: (may) => may.hunt, page: <Tables /> },
  {
    href: '/data/sources',
    title: strings.pages.sources,
    isFor: (may) => may.administer,
    page: <Sources />,
  },
  {
    href: '/data/errors',
    title: strings.pages.errors,
    isFor: (may, seesAll) => may.hunt && seesAll,
    page: <Errors />,
  },
  {
    href: '/data/devices',
    title: strings.pages.devices,
    isFor: (may) => may.hunt,
    page: <Devices />,
  },
  {
    href: '/data/retention',
    title: strings.pages.retention,
    isFor: (may) => may.administer,
    page: <Retention />,
  },
  {
    href: '/data/add',
    title: strings.pages.add,
    isFor: (may) => may.ingest || may.administer,
    page: <Add />,
  },
];

/** What is stored, where it comes from, how long it is kept. */
export function DataPages() {
  const { session } = useSession();
  const shown = pages.filter(({ isFor }) => isFor(session.may, session.deviceGroups === null));
  return (
    <Area label={strings.area} pages={shown}>
      <Switch>
        {shown.map(({ href, page }) => (
          <Route key={href} path={href}>
            {page}
          </Route>
        ))}
        <Route>
          <Notice title={common.noRight} hint={common.noRightHint} />
        </Route>
      </Switch>
    </Area>
  );
}

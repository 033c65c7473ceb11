import { lazy, type ReactNode } from 'react';
import { Redirect, Route, Switch } from 'wouter';
import type { Session } from '../api/types.js';
import { Notice } from '../app/notice.js';
import { useSession } from '../app/session-context.js';
import { Area } from '../page/layout.js';
import { strings as common } from '../page/strings.js';
import { strings } from './strings.js';

const Users = lazy(async () => ({ default: (await import('./users-page.js')).UsersPage }));
const Access = lazy(async () => ({ default: (await import('./access-page.js')).AccessPage }));
const Groups = lazy(async () => ({ default: (await import('./groups-page.js')).GroupsPage }));
const Apps = lazy(async () => ({ default: (await import('./apps-page.js')).AppsPage }));
const Tenants = lazy(async () => ({ default: (await import('./tenants-page.js')).TenantsPage }));
const Usage = lazy(async () => ({ default: (await import('./usage-page.js')).UsagePage }));
const Audit = lazy(async () => ({ default: (await import('./audit-page.js')).AuditPage }));

interface AdminPage {
  readonly name: keyof typeof strings.pages;
  readonly isFor: (may: Session['may']) => boolean;
  readonly page: ReactNode;
}

const pages: readonly AdminPage[] = [
  { name: 'users', isFor: (may) => may.administer, page: <Users /> },
  { name: 'access', isFor: (may) => may.administer, page: <Access /> },
  { name: 'groups', isFor: (may) => may.administer, page: <Groups /> },
  { name: 'apps', isFor: (may) => may.administer, page: <Apps /> },
  { name: 'tenants', isFor: (may) => may.operate, page: <Tenants /> },
  { name: 'usage', isFor: () => true, page: <Usage /> },
  { name: 'audit', isFor: (may) => may.audit && may.hunt, page: <Audit /> },
];

/** Everything that an administrator does, as far as the user is one. */
export function AdminPages() {
  const { session } = useSession();
  const shown = pages
    .filter(({ isFor }) => isFor(session.may))
    .map(({ name, page }) => ({ href: `/admin/${name}`, title: strings.pages[name], page }));
  const [first] = shown;
  return (
    <Area label={strings.area} pages={shown}>
      <Switch>
        {first && (
          <Route path="/admin">
            <Redirect to={first.href} replace />
          </Route>
        )}
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

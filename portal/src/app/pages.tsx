import { type ComponentType, lazy } from 'react';
import type { Session } from '../api/types.js';

interface Page {
  /** A pattern of addresses; the server knows them too (`src/api/portal/routes.ts`). */
  readonly path: string;
  /** Where the navigation leads. */
  readonly start: string;
  readonly title: string;
  /** Two keys after each other that lead there. */
  readonly keys: string;
  readonly Component: ComponentType;
  /** Absent: everyone who is signed in. */
  readonly isFor?: (may: Session['may']) => boolean;
}

/** The pages, in the order of the navigation. Each is loaded when it is first shown. */
export const pages: readonly Page[] = [
  {
    path: '/hunt',
    start: '/hunt',
    title: 'Hunting',
    keys: 'g h',
    Component: lazy(async () => ({ default: (await import('../hunt/hunt-page.js')).HuntPage })),
  },
  {
    path: '/data/*?',
    start: '/data',
    title: 'Data',
    keys: 'g d',
    Component: lazy(async () => ({ default: (await import('../data/data-pages.js')).DataPages })),
    isFor: (may) => may.hunt || may.administer || may.ingest,
  },
  {
    path: '/admin/*?',
    start: '/admin',
    title: 'Admin',
    keys: 'g a',
    Component: lazy(async () => ({
      default: (await import('../admin/admin-pages.js')).AdminPages,
    })),
    isFor: (may) => may.administer || may.audit,
  },
];

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
];

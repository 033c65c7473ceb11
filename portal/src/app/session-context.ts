import { createContext, use } from 'react';
import type { PortalSettings } from '../api/settings.js';
import type { Session } from '../api/types.js';

export interface SignedIn {
  readonly session: Session;
  readonly settings: PortalSettings;
}

export const SessionContext = createContext<SignedIn | undefined>(undefined);

/** Who is signed in, and what they may do. */
export function useSession(): SignedIn {
  const signedIn = use(SessionContext);
  if (!signedIn) throw new Error('Nobody is signed in.');
  return signedIn;
}

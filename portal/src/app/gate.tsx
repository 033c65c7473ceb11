import { Button, Spinner } from '@fluentui/react-components';
import { type ReactNode, useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { ask } from '../api/client.js';
import { attemptedAddress, finishSignIn, isSignedIn, signIn } from '../api/session.js';
import { portalSettings } from '../api/settings.js';
import type { Session } from '../api/types.js';
import { leave } from './leave.js';
import { Notice } from './notice.js';
import { SessionContext, type SignedIn } from './session-context.js';
import { strings } from './strings.js';

type State =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'in'; readonly signedIn: SignedIn }
  | { readonly kind: 'out' }
  | { readonly kind: 'failed'; readonly message: string; readonly returnTo: string };

let arrival: Promise<State> | undefined;

/** Shows the pages to whoever is signed in, and sends everyone else to the issuer. */
export function Gate({ children }: { readonly children: ReactNode }) {
  const [state, setState] = useState<State>({ kind: 'waiting' });
  const [, navigate] = useLocation();
  useEffect(() => {
    let isHere = true;
    arrival ??= arrive((address) => navigate(address, { replace: true }));
    void arrival.then((next) => isHere && setState(next));
    return () => {
      isHere = false;
    };
  }, [navigate]);

  if (state.kind === 'in') {
    return <SessionContext value={state.signedIn}>{children}</SessionContext>;
  }
  return (
    <main style={{ height: '100%' }}>
      <Outside state={state} />
    </main>
  );
}

/** What is shown to whoever is not signed in, or not yet. */
function Outside({ state }: { readonly state: Exclude<State, { readonly kind: 'in' }> }) {
  switch (state.kind) {
    case 'waiting':
      return (
        <Notice title={strings.product}>
          <Spinner size="tiny" label={strings.signingIn} delay={300} />
        </Notice>
      );
    case 'out':
      return (
        <Notice title={strings.signedOut} hint={strings.signedOutHint}>
          <Button appearance="primary" onClick={() => void signIn('/hunt')}>
            {strings.signIn}
          </Button>
        </Notice>
      );
    case 'failed':
      return (
        <Notice title={strings.signInFailed} hint={state.message} isAlert>
          <Button appearance="primary" onClick={() => void signIn(state.returnTo)}>
            {strings.retry}
          </Button>
          <Button onClick={() => void leave()}>{strings.signOut}</Button>
        </Notice>
      );
  }
}

async function arrive(show: (address: string) => void): Promise<State> {
  const here = location.pathname + location.search + location.hash;
  let returnTo = here;
  try {
    const settings = await portalSettings();
    if (location.pathname === settings.signedOutPath) return { kind: 'out' };
    if (location.pathname === settings.redirectPath) {
      returnTo = attemptedAddress();
      const address = await finishSignIn();
      // The issuer knows nobody, and was not to ask: now it is.
      if (address === undefined) return await signIn(returnTo);
      show(address);
    } else if (!isSignedIn()) {
      return await signIn(here, 'none');
    }
    const session = await ask<Session>('GET', '/api/quarry/session');
    return { kind: 'in', signedIn: { session, settings } };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { kind: 'failed', message, returnTo };
  }
}

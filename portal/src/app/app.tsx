import { FluentProvider } from '@fluentui/react-components';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { Redirect, Route, Switch } from 'wouter';
import { CommandRegistry } from './commands.js';
import { ErrorBoundary } from './error-boundary.js';
import { Gate } from './gate.js';
import { Notice } from './notice.js';
import { usePreferences } from './preferences.js';
import { Shell } from './shell.js';
import { strings } from './strings.js';
import { themes, useThemeName } from './theme.js';

const HuntPage = lazy(async () => ({ default: (await import('../hunt/hunt-page.js')).HuntPage }));

const queryClient = new QueryClient({
  defaultOptions: { queries: { retry: 1, staleTime: 10_000, refetchOnWindowFocus: false } },
});

export function App() {
  const { theme } = usePreferences();
  const name = useThemeName(theme);
  return (
    <FluentProvider theme={themes[name]} style={{ height: '100vh' }}>
      <ErrorBoundary>
        <QueryClientProvider client={queryClient}>
          <Gate>
            <CommandRegistry>
              <Shell>
                <Pages />
              </Shell>
            </CommandRegistry>
          </Gate>
        </QueryClientProvider>
      </ErrorBoundary>
    </FluentProvider>
  );
}

function Pages() {
  return (
    <ErrorBoundary>
      <Suspense fallback={<Notice title={strings.loading} />}>
        <Switch>
          <Route path="/">
            <Redirect to="/hunt" replace />
          </Route>
          <Route path="/hunt">
            <HuntPage />
          </Route>
          <Route>
            <Notice title={strings.notFound} hint={strings.notFoundHint} />
          </Route>
        </Switch>
      </Suspense>
    </ErrorBoundary>
  );
}

import { FluentProvider } from '@fluentui/react-components';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { Suspense } from 'react';
import { Redirect, Route, Switch, useLocation } from 'wouter';
import { CommandRegistry } from './commands.js';
import { ErrorBoundary } from './error-boundary.js';
import { Gate } from './gate.js';
import { Notice } from './notice.js';
import { pages } from './pages.js';
import { usePreferences } from './preferences.js';
import { useSession } from './session-context.js';
import { Shell } from './shell.js';
import { strings } from './strings.js';
import { themes, useThemeName } from './theme.js';

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
  const { session } = useSession();
  const [place] = useLocation();
  return (
    <ErrorBoundary place={place}>
      <Suspense fallback={<Notice title={strings.loading} />}>
        <Switch>
          <Route path="/">
            <Redirect to="/hunt" replace />
          </Route>
          {pages
            .filter(({ isFor }) => isFor?.(session.may) ?? true)
            .map(({ path, Component }) => (
              <Route key={path} path={path} component={Component} />
            ))}
          <Route>
            <Notice title={strings.notFound} hint={strings.notFoundHint} />
          </Route>
        </Switch>
      </Suspense>
    </ErrorBoundary>
  );
}

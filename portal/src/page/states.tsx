import {
  Button,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  MessageBarTitle,
  makeStyles,
  Skeleton,
  SkeletonItem,
  tokens,
} from '@fluentui/react-components';
import type { ReactNode } from 'react';
import { strings } from './strings.js';

const useStyles = makeStyles({
  skeleton: { display: 'flex', flexDirection: 'column', gap: '12px', padding: '12px 0' },
  empty: {
    padding: '32px 24px',
    textAlign: 'center',
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px dashed ${tokens.colorNeutralStroke1}`,
    borderRadius: tokens.borderRadiusMedium,
  },
  emptyTitle: {
    margin: 0,
    fontSize: tokens.fontSizeBase400,
    lineHeight: tokens.lineHeightBase400,
    fontWeight: tokens.fontWeightSemibold,
  },
  emptyHint: { margin: '4px auto 12px', maxWidth: '560px', color: tokens.colorNeutralForeground2 },
});

interface Loaded<T> {
  readonly data: T | undefined;
  readonly error: Error | null;
  readonly refetch: () => unknown;
}

/** What there is of a question to the server: lines where rows will be, why it failed, or the answer. */
export function Loads<T>({
  query,
  lines = 6,
  children,
}: {
  readonly query: Loaded<T>;
  readonly lines?: number;
  readonly children: (data: T) => ReactNode;
}) {
  const styles = useStyles();
  if (query.data !== undefined) return children(query.data);
  if (query.error) return <Failure error={query.error} retry={() => void query.refetch()} />;
  return (
    <Skeleton className={styles.skeleton} aria-label={strings.loading}>
      {Array.from({ length: lines }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all the same
        <SkeletonItem key={index} size={20} />
      ))}
    </Skeleton>
  );
}

export function Failure({ error, retry }: { readonly error: Error; readonly retry?: () => void }) {
  return (
    <MessageBar intent="error" layout="multiline">
      <MessageBarBody>
        <MessageBarTitle>{strings.failed}</MessageBarTitle> {error.message}
      </MessageBarBody>
      {retry && (
        <MessageBarActions>
          <Button onClick={retry}>{strings.tryAgain}</Button>
        </MessageBarActions>
      )}
    </MessageBar>
  );
}

/** Asks again. */
export function Refresh({
  queries,
}: {
  readonly queries: readonly { readonly isFetching: boolean; readonly refetch: () => unknown }[];
}) {
  const isBusy = queries.some(({ isFetching }) => isFetching);
  return (
    <Button
      disabledFocusable={isBusy}
      onClick={() => {
        for (const { refetch } of queries) void refetch();
      }}
    >
      {isBusy ? strings.loading : strings.refresh}
    </Button>
  );
}

/** Nothing there yet, and what to do about it. */
export function Empty({
  title,
  hint,
  children,
}: {
  readonly title: string;
  readonly hint: string;
  readonly children?: ReactNode;
}) {
  const styles = useStyles();
  return (
    <div className={styles.empty}>
      <h2 className={styles.emptyTitle}>{title}</h2>
      <p className={styles.emptyHint}>{hint}</p>
      {children}
    </div>
  );
}

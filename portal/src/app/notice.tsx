import { makeStyles, tokens } from '@fluentui/react-components';
import type { ReactNode } from 'react';

const useStyles = makeStyles({
  notice: {
    display: 'flex',
    flexDirection: 'column',
    alignItems: 'center',
    justifyContent: 'center',
    gap: '12px',
    height: '100%',
    padding: '24px',
    textAlign: 'center',
    boxSizing: 'border-box',
  },
  title: { margin: 0, fontSize: tokens.fontSizeBase500, lineHeight: tokens.lineHeightBase500 },
  hint: { margin: 0, maxWidth: '560px', color: tokens.colorNeutralForeground2 },
});

/** In the middle of a place that has nothing else to show: why, and what to do next. */
export function Notice({
  title,
  hint,
  isAlert = false,
  isPart = false,
  children,
}: {
  readonly title: string;
  readonly hint?: string | undefined;
  readonly isAlert?: boolean;
  /** Of a page that has a heading of its own. */
  readonly isPart?: boolean;
  readonly children?: ReactNode;
}) {
  const styles = useStyles();
  const Heading = isPart ? 'h2' : 'h1';
  return (
    <div className={styles.notice} role={isAlert ? 'alert' : undefined}>
      <Heading className={styles.title}>{title}</Heading>
      {hint && <p className={styles.hint}>{hint}</p>}
      {children}
    </div>
  );
}

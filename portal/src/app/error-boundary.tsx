import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { Component, type ReactNode } from 'react';
import { Notice } from './notice.js';
import { strings } from './strings.js';

const useStyles = makeStyles({
  message: {
    padding: '8px 12px',
    maxWidth: '100%',
    overflow: 'auto',
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    backgroundColor: tokens.colorNeutralBackground3,
    borderRadius: tokens.borderRadiusMedium,
  },
});

/** Keeps what has failed from taking the rest of the page with it. */
export class ErrorBoundary extends Component<
  { readonly children: ReactNode },
  { readonly error: unknown }
> {
  override state: { readonly error: unknown } = { error: undefined };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    if (this.state.error === undefined) return this.props.children;
    return <Broken error={this.state.error} />;
  }
}

function Broken({ error }: { readonly error: unknown }) {
  const styles = useStyles();
  return (
    <Notice title={strings.broken} hint={strings.brokenHint} isAlert>
      <pre className={styles.message}>{error instanceof Error ? error.message : String(error)}</pre>
      <Button appearance="primary" onClick={() => location.reload()}>
        {strings.reload}
      </Button>
    </Notice>
  );
}

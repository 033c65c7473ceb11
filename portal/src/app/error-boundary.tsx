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

interface Props {
  readonly children: ReactNode;
  /** Where the page is: elsewhere it is not broken. */
  readonly place?: string;
}

interface State {
  readonly error: unknown;
  readonly place: string | undefined;
}

/** Keeps what has failed from taking the rest of the page with it. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { error: undefined, place: this.props.place };

  static getDerivedStateFromProps({ place }: Props, state: State): State | null {
    return place === state.place ? null : { error: undefined, place };
  }

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

import { makeStyles, tokens } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { ApiError, ask } from '../api/client.js';
import { setPreference, usePreferences } from './preferences.js';
import { useSession } from './session-context.js';
import { useStatusText } from './status-text.js';
import { strings } from './strings.js';
import { type GenerationUsage, quotaUse } from './usage.js';

const useStyles = makeStyles({
  bar: {
    display: 'flex',
    alignItems: 'center',
    gap: '16px',
    height: '26px',
    padding: '0 12px',
    fontSize: tokens.fontSizeBase200,
    color: tokens.colorNeutralForeground2,
    backgroundColor: tokens.colorNeutralBackground3,
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
    whiteSpace: 'nowrap',
    overflow: 'hidden',
  },
  state: { display: 'flex', flex: 'none', alignItems: 'center', gap: '6px' },
  dot: { width: '8px', height: '8px', borderRadius: '50%' },
  good: { backgroundColor: tokens.colorPaletteGreenForeground3 },
  bad: { backgroundColor: tokens.colorPaletteRedForeground3 },
  /** However many they are, what stands behind them is seen. */
  groups: { overflow: 'hidden', textOverflow: 'ellipsis', maxWidth: '40%' },
  zone: {
    flex: 'none',
    font: 'inherit',
    color: 'inherit',
    background: 'none',
    border: 'none',
    padding: '2px 4px',
    minHeight: '24px',
    textDecoration: 'underline dotted',
    cursor: 'pointer',
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}` },
  },
  text: { marginLeft: 'auto' },
});

const pollMs = 15_000;

/** Whether the server answers, what of the quota is used, which time is shown. */
export function StatusBar() {
  const styles = useStyles();
  const { timeZone } = usePreferences();
  const { session } = useSession();
  const text = useStatusText();
  const { data, error } = useQuery({
    queryKey: ['usage'],
    queryFn: () => ask<{ usage: readonly GenerationUsage[] }>('GET', '/api/quarry/usage'),
    // Whoever may not know is not told by asking again; each refusal is a line of the audit log.
    refetchInterval: ({ state }) =>
      state.error instanceof ApiError && [401, 403].includes(state.error.status) ? false : pollMs,
    retry: false,
  });
  const isDown = error instanceof ApiError && error.status === 0;
  const quota = data && quotaUse(data.usage);
  return (
    <footer className={styles.bar}>
      <span className={styles.state} role="status">
        <span className={`${styles.dot} ${isDown ? styles.bad : styles.good}`} aria-hidden />
        {isDown ? strings.unreachable : strings.connected}
      </span>
      {quota && <span>{strings.quota(quota)}</span>}
      {session.deviceGroups !== null && (
        <span className={styles.groups} title={session.deviceGroups.join(', ')}>
          {strings.deviceGroups}: {session.deviceGroups.join(', ') || strings.noDevices}
        </span>
      )}
      <button
        type="button"
        className={styles.zone}
        title={strings.switchTimeZone}
        onClick={() => setPreference('timeZone', timeZone === 'utc' ? 'local' : 'utc')}
      >
        {strings.timeZone[timeZone]}
      </button>
      <span className={styles.text} role="status">
        {text}
      </span>
    </footer>
  );
}

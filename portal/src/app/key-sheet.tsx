import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import { useMemo } from 'react';
import { useCommandList } from './commands.js';
import { useFocusReturn } from './focus-return.js';
import { strings } from './strings.js';

const useStyles = makeStyles({
  surface: { maxWidth: '860px' },
  groups: { columnCount: 2, columnGap: '32px', '@media (max-width: 700px)': { columnCount: 1 } },
  group: { breakInside: 'avoid', marginBottom: '16px' },
  heading: {
    margin: '0 0 4px',
    fontSize: tokens.fontSizeBase300,
    fontWeight: tokens.fontWeightSemibold,
  },
  list: { display: 'grid', gridTemplateColumns: 'minmax(0, 1fr) auto', gap: '4px 12px', margin: 0 },
  keys: { margin: 0, textAlign: 'right' },
  kbd: {
    padding: '1px 6px',
    borderRadius: tokens.borderRadiusSmall,
    border: `1px solid ${tokens.colorNeutralStroke1}`,
    fontFamily: tokens.fontFamilyBase,
    fontSize: tokens.fontSizeBase200,
    whiteSpace: 'nowrap',
  },
});

/** Keys that components listen to themselves. */
const fixed: readonly (readonly [group: string, title: string, keys: string])[] = [
  [strings.keys.editor, 'Complete', 'Ctrl+Space'],
  [strings.keys.editor, 'Comment lines', 'Ctrl+/'],
  [strings.keys.editor, 'Parameters of the function', 'Ctrl+Shift+Space'],
  [strings.keys.editor, 'Find, replace', 'Ctrl+F, Ctrl+H'],
  [strings.keys.editor, 'Go to, rename a let', 'F12, F2'],
  [strings.keys.editor, 'Next, previous problem', 'Alt+F8, Shift+Alt+F8'],
  [strings.keys.grid, 'Move', 'Arrows, Home, End, PgUp, PgDn'],
  [strings.keys.grid, 'Inspect the record', 'Space'],
  [strings.keys.grid, 'Search', '/'],
  [strings.keys.grid, 'Copy, with headers', 'Ctrl+C, Ctrl+Alt+C'],
  [strings.keys.grid, 'Menu of a cell', 'Shift+F10'],
  [strings.keys.grid, 'Filter the query by the selected values', 'Ctrl+Shift+Space'],
  [strings.keys.grid, 'Hide empty columns', 'Ctrl+Shift+H'],
];

/** Every key that does something on this page. */
export function KeySheet({
  open,
  onClose,
}: {
  readonly open: boolean;
  readonly onClose: () => void;
}) {
  const styles = useStyles();
  const commands = useCommandList();
  useFocusReturn(open);
  const groups = useMemo(() => {
    const all = new Map<string, (readonly [string, string])[]>();
    const add = (group: string, title: string, keys: string) =>
      all.set(group, [...(all.get(group) ?? []), [title, keys]]);
    for (const { group, title, keys } of commands) if (keys) add(group, title, keys);
    for (const [group, title, keys] of fixed) add(group, title, keys);
    return [...all];
  }, [commands]);
  return (
    <Dialog open={open} onOpenChange={(_event, data) => !data.open && onClose()}>
      <DialogSurface className={styles.surface}>
        <DialogBody>
          <DialogTitle>{strings.keys.title}</DialogTitle>
          <DialogContent>
            <div className={styles.groups}>
              {groups.map(([group, entries]) => (
                <section key={group} className={styles.group}>
                  <h3 className={styles.heading}>{group}</h3>
                  <dl className={styles.list}>
                    {entries.map(([title, keys]) => (
                      <Entry key={title} title={title} keys={keys} />
                    ))}
                  </dl>
                </section>
              ))}
            </div>
          </DialogContent>
          <DialogActions>
            <Button appearance="primary" onClick={onClose}>
              {strings.keys.close}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}

function Entry({ title, keys }: { readonly title: string; readonly keys: string }) {
  const styles = useStyles();
  return (
    <>
      <dt>{title}</dt>
      <dd className={styles.keys}>
        <kbd className={styles.kbd}>{keys}</kbd>
      </dd>
    </>
  );
}

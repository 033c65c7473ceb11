import {
  Dialog,
  DialogBody,
  DialogContent,
  DialogSurface,
  Input,
  makeStyles,
  mergeClasses,
  tokens,
} from '@fluentui/react-components';
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from 'react';
import { type Command, useCommandList } from './commands.js';
import { useFocusReturn } from './focus-return.js';
import { strings } from './strings.js';

const maxShown = 60;

const useStyles = makeStyles({
  surface: {
    maxWidth: '640px',
    padding: '12px',
    marginTop: '10vh',
    marginBottom: 'auto',
  },
  body: { display: 'flex', flexDirection: 'column', gap: '8px' },
  list: { maxHeight: '50vh', overflowY: 'auto', margin: 0, padding: 0, listStyle: 'none' },
  group: {
    padding: '8px 8px 4px',
    fontSize: tokens.fontSizeBase200,
    color: tokens.colorNeutralForeground3,
  },
  item: {
    display: 'flex',
    alignItems: 'center',
    gap: '12px',
    minHeight: '28px',
    padding: '0 8px',
    borderRadius: tokens.borderRadiusMedium,
    cursor: 'pointer',
  },
  active: {
    backgroundColor: tokens.colorNeutralBackground1Selected,
    color: tokens.colorNeutralForeground1Selected,
    // What is quiet beside it would vanish in high contrast.
    '& > *': { color: 'inherit' },
  },
  detail: {
    color: tokens.colorNeutralForeground3,
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    whiteSpace: 'nowrap',
  },
  keys: { marginLeft: 'auto', color: tokens.colorNeutralForeground3, whiteSpace: 'nowrap' },
  empty: { padding: '16px 8px', color: tokens.colorNeutralForeground3 },
});

/** Everything that can be done or found, by typing a part of its name. */
export function Palette({
  open,
  onClose,
}: {
  readonly open: boolean;
  readonly onClose: () => void;
}) {
  const styles = useStyles();
  useFocusReturn(open);
  return (
    <Dialog open={open} onOpenChange={(_event, data) => !data.open && onClose()}>
      <DialogSurface className={styles.surface} aria-label={strings.palette}>
        <DialogBody className={styles.body}>
          <DialogContent>{open && <PaletteList onClose={onClose} />}</DialogContent>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}

function PaletteList({ onClose }: { readonly onClose: () => void }) {
  const styles = useStyles();
  const commands = useCommandList();
  const [text, setText] = useState('');
  const [active, setActive] = useState(0);
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const found = useMemo(() => search(commands, text), [commands, text]);
  const current = found[Math.min(active, found.length - 1)];

  useEffect(() => {
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
  });

  const run = (command: Command) => {
    onClose();
    // After the dialog has given the focus back.
    setTimeout(command.run, 0);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 };
    const step = steps[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setActive(Math.max(0, Math.min(found.length - 1, active + step)));
    } else if (event.key === 'Enter' && current) {
      event.preventDefault();
      run(current);
    }
  };
  return (
    <>
      <Input
        autoFocus
        style={{ width: '100%' }}
        placeholder={strings.palettePlaceholder}
        value={text}
        onChange={(_event, { value }) => {
          setText(value);
          setActive(0);
        }}
        onKeyDown={onKeyDown}
        role="combobox"
        aria-label={strings.search}
        aria-expanded
        aria-controls={`${id}-list`}
        aria-activedescendant={current && `${id}-${current.id}`}
      />
      <div
        ref={list}
        id={`${id}-list`}
        role="listbox"
        aria-label={strings.palette}
        className={styles.list}
      >
        {found.length === 0 && <div className={styles.empty}>{strings.paletteEmpty}</div>}
        {found.map((command, index) => (
          <div key={command.id} role="presentation">
            {command.group !== found[index - 1]?.group && (
              <div className={styles.group} role="presentation">
                {command.group}
              </div>
            )}
            {/* biome-ignore lint/a11y/useKeyWithClickEvents: the input has the keys */}
            <div
              id={`${id}-${command.id}`}
              role="option"
              tabIndex={-1}
              aria-selected={command === current}
              className={mergeClasses(styles.item, command === current && styles.active)}
              onMouseMove={() => setActive(index)}
              onClick={() => run(command)}
            >
              <span>{command.title}</span>
              {command.detail && <span className={styles.detail}>{command.detail}</span>}
              {command.keys && <kbd className={styles.keys}>{command.keys}</kbd>}
            </div>
          </div>
        ))}
      </div>
    </>
  );
}

/** Commands whose name has all the words, those first whose name begins with the first; groups stay together. */
function search(commands: readonly Command[], text: string): Command[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const scored = commands
    .filter(({ id }) => id !== 'palette')
    .map((command) => {
      const title = command.title.toLowerCase();
      const all = `${title} ${command.detail?.toLowerCase() ?? ''}`;
      if (!words.every((word) => all.includes(word))) return { command, score: -1 };
      const first = words[0] ?? '';
      return { command, score: title.startsWith(first) ? 2 : title.includes(first) ? 1 : 0 };
    })
    .filter(({ score }) => score >= 0);
  const best = new Map<string, number>();
  for (const { command, score } of scored) {
    best.set(command.group, Math.max(best.get(command.group) ?? 0, score));
  }
  const rank = [...best].sort(([, a], [, b]) => b - a).map(([group]) => group);
  return scored
    .sort(
      (a, b) => rank.indexOf(a.command.group) - rank.indexOf(b.command.group) || b.score - a.score,
    )
    .slice(0, maxShown)
    .map(({ command }) => command);
}

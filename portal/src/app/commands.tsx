import {
  createContext,
  type ReactNode,
  use,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { isTyping, matchesKeys, useKeySequence } from './keys.js';

/** Something that can be done: by the palette, by keys, by both. */
export interface Command {
  readonly id: string;
  readonly title: string;
  /** A heading of the palette and of the key sheet. */
  readonly group: string;
  /** `Ctrl+Shift+E`, or two keys after each other: `g h`. */
  readonly keys?: string;
  /** Says more in the palette. */
  readonly detail?: string;
  readonly run: () => void;
  /** Whether its keys mean it now; absent: always. */
  readonly when?: () => boolean;
}

interface Registry {
  readonly commands: readonly Command[];
  readonly register: (commands: readonly Command[]) => () => void;
}

const RegistryContext = createContext<Registry>({
  commands: [],
  register: () => () => undefined,
});

/** Holds the commands of everything that is on the page, and listens to their keys. */
export function CommandRegistry({ children }: { readonly children: ReactNode }) {
  const [groups, setGroups] = useState<readonly (readonly Command[])[]>([]);
  const register = useCallback((commands: readonly Command[]) => {
    setGroups((before) => [...before, commands]);
    return () => setGroups((before) => before.filter((group) => group !== commands));
  }, []);
  const commands = useMemo(() => groups.flat(), [groups]);
  const registry = useMemo(() => ({ commands, register }), [commands, register]);

  const latest = useRef(commands);
  latest.current = commands;
  const sequence = useKeySequence();
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      const typing = isTyping(event);
      const pressed = typing ? undefined : sequence(event);
      for (const command of latest.current) {
        if (!command.keys || command.when?.() === false) continue;
        if (typing && command.keys.length === 1) continue;
        const found = command.keys.includes(' ')
          ? command.keys === pressed
          : matchesKeys(event, command.keys);
        if (!found) continue;
        event.preventDefault();
        event.stopPropagation();
        command.run();
        return;
      }
    };
    // Before the editor, which has commands of its own under some of the same keys.
    window.addEventListener('keydown', listen, { capture: true });
    return () => window.removeEventListener('keydown', listen, { capture: true });
  }, [sequence]);

  return <RegistryContext value={registry}>{children}</RegistryContext>;
}

export function useCommandList(): readonly Command[] {
  return use(RegistryContext).commands;
}

/** Commands that exist as long as the component does. The list should be memoised. */
export function useCommands(commands: readonly Command[]): void {
  const { register } = use(RegistryContext);
  useEffect(() => register(commands), [register, commands]);
}

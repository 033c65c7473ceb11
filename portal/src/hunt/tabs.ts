import { setStatusText } from '../app/status-text.js';
import { strings } from './strings.js';
import { defaultRange, type TimeRange } from './time-range.js';

/** A query being worked on. It is kept in this browser: the text, never rows. */
export interface HuntTab {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  readonly range: TimeRange;
  /** Values of the query's parameters, by name. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The saved query that it is a version of, and the text as it was saved. */
  readonly saved?: { readonly id: string; readonly text: string } | undefined;
}

export interface Tabs {
  readonly tabs: readonly HuntTab[];
  readonly active: string;
  /** Closed ones, the last first. */
  readonly closed: readonly HuntTab[];
}

const maxClosed = 20;
const saveMs = 300;

export function newTab(content: Partial<Omit<HuntTab, 'id'>> = {}): HuntTab {
  return {
    id: crypto.randomUUID(),
    title: 'New query',
    text: '',
    range: defaultRange,
    parameters: {},
    ...content,
  };
}

/** The tabs of one user, kept across reloads, crashes and signing out. */
export class TabStore {
  readonly #key: string;
  readonly #listeners = new Set<() => void>();
  /** Tabs that this window has, or has had; and those of them that it has written in. */
  readonly #known: Set<string>;
  readonly #changed = new Set<string>();
  #state: Tabs;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param initial the tabs of someone who has none yet */
  constructor(owner: string, initial: () => readonly HuntTab[]) {
    this.#key = `quarry.tabs.${owner}`;
    this.#state = read(this.#key) ?? starting(initial());
    this.#known = new Set(this.#state.tabs.map(({ id }) => id));
    window.addEventListener('pagehide', () => this.#write());
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly get = (): Tabs => this.#state;

  active(): HuntTab {
    const { tabs, active } = this.#state;
    const tab = tabs.find(({ id }) => id === active) ?? tabs[0];
    if (!tab) throw new Error('There is always a tab.');
    return tab;
  }

  open(content: Partial<Omit<HuntTab, 'id'>> = {}): HuntTab {
    const tab = newTab(content);
    this.#own(tab.id);
    const { tabs, active } = this.#state;
    const at = tabs.findIndex(({ id }) => id === active) + 1;
    this.#set({ tabs: tabs.toSpliced(at, 0, tab), active: tab.id });
    return tab;
  }

  activate(id: string): void {
    this.#set({ active: id });
  }

  /** @param step 1: the next one, -1: the one before, around the ends */
  step(step: number): void {
    const { tabs, active } = this.#state;
    const at = tabs.findIndex(({ id }) => id === active);
    const next = tabs[(at + step + tabs.length) % tabs.length];
    if (next) this.activate(next.id);
  }

  change(id: string, change: Partial<Omit<HuntTab, 'id'>>): void {
    this.#own(id);
    const tabs = this.#state.tabs.map((tab) => (tab.id === id ? { ...tab, ...change } : tab));
    this.#set({ tabs });
  }

  close(id: string): void {
    const { tabs, active, closed } = this.#state;
    const at = tabs.findIndex((tab) => tab.id === id);
    const tab = tabs[at];
    if (!tab) return;
    const left = tabs.toSpliced(at, 1);
    if (left.length === 0) left.push(newTab());
    const next = id === active ? (left[Math.min(at, left.length - 1)]?.id ?? active) : active;
    const kept = tab.text.trim() === '' ? closed : [tab, ...closed].slice(0, maxClosed);
    this.#set({ tabs: left, active: next, closed: kept });
  }

  reopen(): void {
    const [tab, ...closed] = this.#state.closed;
    if (!tab) return;
    this.#own(tab.id);
    this.#set({ tabs: [...this.#state.tabs, tab], active: tab.id, closed });
  }

  #own(id: string): void {
    this.#known.add(id);
    this.#changed.add(id);
  }

  #set(change: Partial<Tabs>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#write(), saveMs);
  }

  #write(): void {
    clearTimeout(this.#timer);
    try {
      localStorage.setItem(this.#key, JSON.stringify(this.#merged()));
    } catch {
      setStatusText(strings.tabsNotKept);
    }
  }

  /** Another window of the browser keeps its tabs in the same place: what it has written there stays. */
  #merged(): Tabs {
    const saved = read(this.#key);
    if (!saved) return this.#state;
    const theirs = new Map(saved.tabs.map((tab) => [tab.id, tab]));
    const closedThere = new Set(saved.closed.map(({ id }) => id));
    const own = this.#state.tabs.flatMap((tab) => {
      if (this.#changed.has(tab.id)) return [tab];
      return closedThere.has(tab.id) ? [] : [theirs.get(tab.id) ?? tab];
    });
    const tabs = [...own, ...saved.tabs.filter(({ id }) => !this.#known.has(id))];
    if (tabs.length === 0) return this.#state;
    const open = new Set(tabs.map(({ id }) => id));
    const closed = new Map(
      [...this.#state.closed, ...saved.closed].map((tab) => [tab.id, tab] as const),
    );
    return {
      tabs,
      active: this.#state.active,
      closed: [...closed.values()].filter(({ id }) => !open.has(id)).slice(0, maxClosed),
    };
  }
}

function read(key: string): Tabs | undefined {
  try {
    const state = JSON.parse(localStorage.getItem(key) ?? 'null') as Tabs | null;
    return state && state.tabs.length > 0 ? state : undefined;
  } catch {
    return undefined;
  }
}

function starting(initial: readonly HuntTab[]): Tabs {
  const tabs = initial.length > 0 ? initial : [newTab()];
  return { tabs, active: tabs[0]?.id ?? '', closed: [] };
}

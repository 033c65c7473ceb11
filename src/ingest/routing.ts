import type { Connector } from './connector.js';

/**
 * The connector that a name of an index, data stream or sourcetype stands for; undefined: the events
 * themselves have to tell. `zeek-json`, `zeek_json-2026.01.05` and `logs-zeek_json-default` name one.
 */
export function connectorNamed(name: string, connectors: readonly Connector[]): string | undefined {
  const plain = normal(name);
  const [named] = connectors
    .filter((connector) => {
      const own = normal(connector.name);
      return [own, `logs-${own}`].some((each) => startsWithWord(plain, each));
    })
    .sort((left, right) => right.name.length - left.name.length);
  return named?.name;
}

function normal(name: string): string {
  return name.toLowerCase().replaceAll('_', '-');
}

function startsWithWord(text: string, word: string): boolean {
  return text === word || text.startsWith(`${word}-`);
}

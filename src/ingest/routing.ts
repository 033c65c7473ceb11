import type { Connector } from './connector.js';
import { customPrefix } from './custom/table-connector.js';

/**
 * Which connector a name of an index, data stream or sourcetype stands for; undefined: the events
 * themselves have to tell. `zeek-json`, `zeek_json-2026.01.05` and `logs-zeek_json-default` name one, and
 * `firewall-2026.01.05` that of a table Firewall of one's own.
 */
export function connectorNames(
  connectors: readonly Connector[],
): (name: string) => string | undefined {
  const words = connectors
    .flatMap((connector) => {
      const own = normal(connector.name);
      return [own, own.replace(customPrefix, '')].map((word) => ({ connector, word }));
    })
    .sort((left, right) => right.word.length - left.word.length);
  return (name) => {
    const plain = normal(name);
    const named = words.find(({ word }) =>
      [word, `logs-${word}`].some((each) => startsWithWord(plain, each)),
    );
    return named?.connector.name;
  };
}

export function connectorNamed(name: string, connectors: readonly Connector[]): string | undefined {
  return connectorNames(connectors)(name);
}

function normal(name: string): string {
  return name.toLowerCase().replaceAll('_', '-');
}

function startsWithWord(text: string, word: string): boolean {
  return text === word || text.startsWith(`${word}-`);
}

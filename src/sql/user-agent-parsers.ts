import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parse } from 'yaml';

/** One expression of the ua-parser project, and what it tells of the user agents that it matches. */
export interface UserAgentParser {
  readonly pattern: string;
  /** A text for each field of the answer, in which `$1` stands for the first group. */
  readonly fields: readonly string[];
}

/** A part of the answer: the first parser in the list that matches gives its fields. */
export interface UserAgentPart {
  readonly name: string;
  readonly fields: readonly string[];
  readonly parsers: readonly UserAgentParser[];
}

interface PartSource {
  readonly name: string;
  readonly list: string;
  /** The fields, what overrules each in the list, and what each is otherwise. */
  readonly fields: readonly (readonly [name: string, overruledBy: string, otherwise: string])[];
}

const sources: Readonly<Record<string, PartSource>> = {
  browser: {
    name: 'Browser',
    list: 'user_agent_parsers',
    fields: [
      ['Family', 'family_replacement', '$1'],
      ['MajorVersion', 'v1_replacement', '$2'],
      ['MinorVersion', 'v2_replacement', '$3'],
      ['Patch', 'v3_replacement', '$4'],
    ],
  },
  os: {
    name: 'OperatingSystem',
    list: 'os_parsers',
    fields: [
      ['Family', 'os_replacement', '$1'],
      ['MajorVersion', 'os_v1_replacement', '$2'],
      ['MinorVersion', 'os_v2_replacement', '$3'],
      ['Patch', 'os_v3_replacement', '$4'],
      ['PatchMinor', 'os_v4_replacement', '$5'],
    ],
  },
  device: {
    name: 'Device',
    list: 'device_parsers',
    fields: [
      ['Family', 'device_replacement', '$1'],
      ['Brand', 'brand_replacement', ''],
      ['Model', 'model_replacement', '$1'],
    ],
  },
};

/** What `parse_user_agent` can look for. */
export const userAgentParts: readonly string[] = Object.keys(sources);

type Lists = Readonly<Record<string, readonly Readonly<Record<string, string>>[]>>;

let lists: Lists | undefined;

/** The lists take most of a second to read, so that is left to the first query that wants them. */
function readLists(): Lists {
  const file = createRequire(import.meta.url).resolve('uap-core/regexes.yaml');
  const options = { schema: 'failsafe', prettyErrors: false, uniqueKeys: false } as const;
  return parse(readFileSync(file, 'utf8'), options) as Lists;
}

export function userAgentPart(part: string): UserAgentPart | undefined {
  const source = Object.hasOwn(sources, part) ? sources[part] : undefined;
  if (!source) return undefined;
  lists ??= readLists();
  const parsers = (lists[source.list] ?? []).map((entry): UserAgentParser => {
    const flag = entry['regex_flag'] === 'i' ? '(?i)' : '';
    return {
      pattern: `${flag}${entry['regex'] ?? ''}`,
      fields: source.fields.map(([, name, otherwise]) => entry[name] ?? otherwise),
    };
  });
  return { name: source.name, fields: source.fields.map(([name]) => name), parsers };
}

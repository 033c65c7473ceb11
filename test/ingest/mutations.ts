/** Park and Miller's generator: the same mutations in every run. */
export function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

type Random = (below: number) => number;

const odd = [
  ...['"', '\\', '{', '}', '[', ']', ',', ':', '\u0000', '\t', '\r', '\ud800', '\ufeff', 'é', '😀'],
  ...['null', 'true', '-1', '1e999', '99999999999999999999', '0.1', '""', '{}', '[]'],
  ...['"0001-01-01"', '\\u0000', '\\ud800', '\\udc00x', '\\n', '"Timestamp":', '<', '>', '&lt;'],
  ...['</Data>', '<Event>', '<!DOCTYPE x>', '&#x110000;', '=', "'", '|', ';', '%%', '\\x09'],
];

/** Changes a few places of a text, whatever it says there. */
export function mutatedText(text: string, next: Random): string {
  let result = text;
  for (let change = next(3); change >= 0; change--) {
    const at = next(result.length + 1);
    const insert = odd[next(odd.length)] ?? '';
    const cut = next(4) === 0 ? next(30) : next(3);
    result = result.slice(0, at) + insert + result.slice(at + cut);
  }
  // One record a line, so that records can be counted.
  return result.replaceAll(/[\r\n]/g, ' ');
}

function deep(depth: number, list: boolean): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = list ? [value] : { a: value };
  return value;
}

const values: readonly unknown[] = [
  ...[null, true, false, 0, -1, 0.5, 1e300, -1e300, 2 ** 53, '', '-', ' ', 'x', '0', '-1', '0x'],
  ...['0xffffffffffffffffff', '99999999999999999999', 'NaN', '1e5', '%%1842', '{}', '[]', 'null'],
  ...['9999-12-31T23:59:59.9999999Z', '0000-00-00', '1/1/1', '/Date(1)/', '2026-02-30T25:61:61Z'],
  ...['\\', '\\\\?\\', 'C:', ':', '\\Device\\HarddiskVolume1\\', 'HKLM', 'HKU\\', '\ud800', '\0'],
  ...[
    'a\nb',
    '<',
    '&amp;',
    '<Event',
    '::',
    '::ffff:1.2.3.4',
    '1.2.3.4.5',
    'fe80::1%eth0',
    '@',
    '\\@',
  ],
  ...[
    [],
    {},
    [null],
    [[]],
    { a: null },
    ['a', 1, null, {}],
    { '': '' },
    { length: 5 },
    [{ a: [{}] }],
  ],
  ...[deep(150, true), deep(150, false), deep(30, false), 'x'.repeat(20_000), 'a.'.repeat(200)],
];

const names = [
  ...[
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'length',
    '',
    '.',
    '..',
    'a.b',
    '$x',
  ],
  ...[
    'Timestamp',
    'Type',
    'records',
    'properties',
    '_source',
    'EventData',
    'event',
    'host',
    'time',
  ],
];

type Holder = Record<string, unknown> | unknown[];

/** All objects and lists in a value. */
function holders(value: unknown, found: Holder[] = []): Holder[] {
  if (typeof value === 'object' && value !== null) {
    found.push(value as Holder);
    for (const member of Object.values(value)) holders(member, found);
  }
  return found;
}

/** Changes a few members of a document: their values, their names, whether they are there. */
export function mutatedDocument(document: object, next: Random): object {
  const result = structuredClone(document) as object;
  for (let change = next(4); change >= 0; change--) {
    const all = holders(result).filter((holder) => Object.keys(holder).length > 0);
    const holder = all[next(all.length)] as Record<string, unknown> | undefined;
    if (holder === undefined) break;
    const keys = Object.keys(holder);
    const key = keys[next(keys.length)] ?? '';
    const kind = next(6);
    if (kind === 0) delete holder[key];
    else if (kind === 1) define(holder, names[next(names.length)] ?? '', holder[key]);
    else if (kind === 2) define(holder, key, holder[keys[next(keys.length)] ?? '']);
    else if (kind === 3) define(holder, key, [holder[key]]);
    else define(holder, key, structuredClone(values[next(values.length)]));
  }
  return result;
}

/** As `JSON.parse` sets members, `__proto__` too. */
function define(holder: object, name: string, value: unknown): void {
  if (Array.isArray(holder) && name === 'length') return;
  Object.defineProperty(holder, name, {
    value: value === holder ? 1 : structuredClone(value),
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

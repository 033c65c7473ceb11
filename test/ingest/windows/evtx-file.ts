/** Files in the binary form of Windows' event log (MS-EVEN6 3.1.4.7, and the layout of chunks), for tests. */

/** A value of an event as the log stores it. */
export type BinaryValue =
  | { readonly type: 'none' }
  | { readonly type: 'string' | 'guid' | 'sid'; readonly value: string }
  | {
      readonly type: 'uint8' | 'uint16' | 'uint32' | 'boolean' | 'hex32' | 'int32';
      readonly value: number;
    }
  | { readonly type: 'uint64' | 'hex64' | 'filetime'; readonly value: bigint }
  | { readonly type: 'strings'; readonly value: readonly string[] };

export interface BinaryEvent {
  readonly provider: string;
  readonly id: number;
  readonly channel: string;
  readonly computer: string;
  /** Since 1601, 100 ns. */
  readonly time: bigint;
  readonly pid: number;
  readonly record: number;
  /** The values by their names; names that are empty have none. */
  readonly data: readonly (readonly [name: string, value: BinaryValue])[];
  /** The element of `UserData` that has the values. */
  readonly userData?: string;
  /** The values, which are texts, are written as such, without a template. */
  readonly isPlain?: true;
}

const codes = {
  ...{ none: 0x00, string: 0x01, uint8: 0x04, uint16: 0x06, int32: 0x07, uint32: 0x08 },
  ...{ uint64: 0x0a, boolean: 0x0d, guid: 0x0f, filetime: 0x11, sid: 0x13, hex32: 0x14 },
  ...{ hex64: 0x15, strings: 0x81 },
} as const;
const binaryXml = 0x21;

const token = {
  ...{ end: 0x00, open: 0x01, closeStart: 0x02, closeEmpty: 0x03, endElement: 0x04, text: 0x05 },
  ...{ attribute: 0x06, template: 0x0c, value: 0x0d, optionalValue: 0x0e, fragment: 0x0f },
} as const;
const more = 0x40;

const utf16 = (text: string) => Buffer.from(text, 'utf16le');
const u16 = (value: number) => Buffer.from(Uint16Array.of(value).buffer);
const u32 = (value: number) => Buffer.from(Uint32Array.of(value).buffer);
const u64 = (value: bigint) => Buffer.from(BigUint64Array.of(value).buffer);

function guidBytes(text: string): Buffer {
  const hex = Buffer.from(text.replace(/[{}-]/g, ''), 'hex');
  return Buffer.concat([
    hex.subarray(0, 4).reverse(),
    hex.subarray(4, 6).reverse(),
    hex.subarray(6, 8).reverse(),
    hex.subarray(8),
  ]);
}

function sidBytes(text: string): Buffer {
  const [revision = 1, authority = 0, ...parts] = text.slice(2).split('-').map(Number);
  return Buffer.concat([
    Buffer.from([revision, parts.length, 0, 0, 0, 0, 0, authority]),
    ...parts.map(u32),
  ]);
}

function bytesOf(value: BinaryValue): Buffer {
  switch (value.type) {
    case 'none':
      return Buffer.alloc(0);
    case 'string':
      return utf16(value.value);
    case 'guid':
      return guidBytes(value.value);
    case 'sid':
      return sidBytes(value.value);
    case 'uint8':
      return Buffer.from([value.value]);
    case 'uint16':
      return u16(value.value);
    case 'uint64':
    case 'hex64':
    case 'filetime':
      return u64(value.value);
    case 'strings':
      return Buffer.concat(value.value.map((each) => utf16(`${each}\0`)));
    default:
      return u32(value.value >>> 0);
  }
}

interface Value {
  readonly code: number;
  readonly bytes: Buffer;
}

/** Where one of the values of the template's use stands. */
interface Slot {
  readonly slot: number;
  readonly code: number;
}

type Content = Slot | string | readonly (Element | Slot)[];

interface Element {
  readonly name: string;
  readonly attributes?: Readonly<Record<string, Content>>;
  readonly content?: Content;
}

/** A chunk's bytes, written one after another: names and templates are known by where they stand. */
class Chunk {
  readonly #parts: Buffer[] = [];
  size: number;

  constructor(size: number) {
    this.size = size;
  }

  write(...parts: readonly Buffer[]): void {
    for (const part of parts) {
      this.#parts.push(part);
      this.size += part.length;
    }
  }

  /** Written with its size before it, which is known afterwards. */
  sized(write: () => void): void {
    const size = Buffer.alloc(4);
    this.write(size);
    const start = this.size;
    write();
    size.writeUInt32LE(this.size - start);
  }

  name(name: string): void {
    this.write(u32(this.size + 4), u32(0), u16(0), u16(name.length), utf16(`${name}\0`));
  }

  content(content: Content, isPlain = false): void {
    if (typeof content === 'string') {
      this.write(Buffer.from([token.text, codes.string]), u16(content.length), utf16(content));
    } else if ('slot' in content) {
      const { slot, code } = content;
      this.write(Buffer.from([token.optionalValue]), u16(slot), Buffer.from([code]));
    } else {
      for (const each of content) {
        if ('slot' in each) {
          this.content(each);
        } else {
          this.element(each, isPlain);
        }
      }
    }
  }

  /** @param isPlain of a value: what it depends on is of templates alone */
  element({ name, attributes = {}, content }: Element, isPlain = false): void {
    const all = Object.entries(attributes);
    this.write(Buffer.from([token.open | (all.length > 0 ? more : 0)]));
    this.write(isPlain ? Buffer.alloc(0) : u16(0xffff));
    this.sized(() => {
      this.name(name);
      if (all.length > 0) {
        this.sized(() => {
          all.forEach(([attribute, value], index) => {
            const isLast = index === all.length - 1;
            this.write(Buffer.from([token.attribute | (isLast ? 0 : more)]));
            this.name(attribute);
            this.content(value);
          });
        });
      }
      if (content === undefined) {
        this.write(Buffer.from([token.closeEmpty]));
      } else {
        this.write(Buffer.from([token.closeStart]));
        this.content(content, isPlain);
        this.write(Buffer.from([token.endElement]));
      }
    });
  }

  /** A template, defined where it is used, and its values. */
  instance(root: Element, values: () => readonly Value[]): void {
    this.write(Buffer.from([token.fragment, 1, 1, 0, token.template, 1]), u32(7));
    this.write(u32(this.size + 4), u32(0), Buffer.alloc(16, 7));
    this.sized(() => {
      this.write(Buffer.from([token.fragment, 1, 1, 0]));
      this.element(root);
      this.write(Buffer.from([token.end]));
    });
    const given = values();
    this.write(u32(given.length));
    this.write(
      ...given.map(({ bytes, code }) => Buffer.concat([u16(bytes.length), Buffer.from([code, 0])])),
    );
    this.write(...given.map(({ bytes }) => bytes));
  }

  /** A part that is written before what is in front of it, at a place that is known. */
  static part(place: number, write: (chunk: Chunk) => void): Buffer {
    const chunk = new Chunk(place);
    write(chunk);
    return chunk.bytes();
  }

  bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }
}

const stored = (value: BinaryValue): Value => ({ code: codes[value.type], bytes: bytesOf(value) });

function writeEvent(chunk: Chunk, event: BinaryEvent): void {
  const { data, userData, isPlain } = event;
  const fields = data.map(([name, value], slot): Element => {
    const content =
      isPlain && value.type === 'string' ? value.value : { slot, code: codes[value.type] };
    if (userData !== undefined) {
      return { name, content };
    }
    return name === ''
      ? { name: 'Data', content }
      : { name: 'Data', attributes: { Name: name }, content };
  });
  const inner: Element =
    userData === undefined
      ? { name: 'EventData', content: fields }
      : {
          name: 'UserData',
          content: [{ name: userData, attributes: { xmlns: 'urn:data' }, content: fields }],
        };
  const slot = (number: number, type: keyof typeof codes) => ({ slot: number, code: codes[type] });
  const system: Element = {
    name: 'System',
    content: [
      { name: 'Provider', attributes: { Name: event.provider, Guid: slot(3, 'guid') } },
      {
        name: 'EventID',
        attributes: { Qualifiers: slot(4, 'uint16') },
        content: slot(0, 'uint16'),
      },
      { name: 'Version', content: slot(5, 'uint8') },
      { name: 'TimeCreated', attributes: { SystemTime: slot(1, 'filetime') } },
      { name: 'EventRecordID', content: slot(2, 'uint64') },
      { name: 'Correlation', attributes: { ActivityID: slot(4, 'guid') } },
      {
        name: 'Execution',
        attributes: { ProcessID: slot(6, 'uint32'), ThreadID: slot(6, 'uint32') },
      },
      { name: 'Channel', content: event.channel },
      { name: 'Computer', content: event.computer },
      { name: 'Security', attributes: { UserID: slot(7, 'sid') } },
    ],
  };
  const root: Element = {
    name: 'Event',
    attributes: { xmlns: 'http://schemas.microsoft.com/win/2004/08/events/event' },
    content: [system, { slot: 8, code: binaryXml }],
  };
  const headed: readonly Value[] = [
    stored({ type: 'uint16', value: event.id }),
    stored({ type: 'filetime', value: event.time }),
    stored({ type: 'uint64', value: BigInt(event.record) }),
    stored({ type: 'guid', value: '{54849625-5478-4994-a5ba-3e3b0328c30d}' }),
    stored({ type: 'none' }),
    stored({ type: 'uint8', value: 2 }),
    stored({ type: 'uint32', value: event.pid }),
    stored({ type: 'sid', value: 'S-1-5-18' }),
  ];
  chunk.instance(root, () => {
    const count = headed.length + 1;
    const before = headed.reduce((sum, { bytes }) => sum + bytes.length, 4 + count * 4);
    const bytes = Chunk.part(chunk.size + before, (inside) => {
      if (isPlain) {
        inside.write(Buffer.from([token.fragment, 1, 1, 0]));
        inside.element(inner, true);
      } else {
        inside.instance(inner, () => data.map(([, value]) => stored(value)));
      }
      inside.write(Buffer.from([token.end]));
    });
    return [...headed, { code: binaryXml, bytes }];
  });
  chunk.write(Buffer.from([token.end]));
}

/** A file of one chunk. */
export function evtxFile(events: readonly BinaryEvent[]): Buffer {
  const chunk = new Chunk(512);
  for (const event of events) {
    const body = Chunk.part(chunk.size + 24, (inside) => writeEvent(inside, event));
    const size = u32(body.length + 28);
    chunk.write(u32(0x2a2a), size, u64(BigInt(event.record)), u64(event.time), body, size);
  }
  const header = Buffer.alloc(512);
  header.write('ElfChnk\0', 'latin1');
  header.writeBigUInt64LE(1n, 8);
  header.writeBigUInt64LE(BigInt(events.length), 16);
  header.writeBigUInt64LE(1n, 24);
  header.writeBigUInt64LE(BigInt(events.length), 32);
  header.writeUInt32LE(128, 40);
  header.writeUInt32LE(chunk.size, 48);
  const file = Buffer.alloc(4096);
  file.write('ElfFile\0', 'latin1');
  file.writeBigUInt64LE(BigInt(events.length + 1), 24);
  file.writeUInt32LE(128, 32);
  file.writeUInt16LE(1, 36);
  file.writeUInt16LE(3, 38);
  file.writeUInt16LE(4096, 40);
  file.writeUInt16LE(1, 42);
  return Buffer.concat([file, header, chunk.bytes()], 4096 + 64 * 1024);
}

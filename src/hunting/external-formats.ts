import { parse as parseCsv } from 'csv-parse/sync';
import { HuntError } from '../errors.js';
import type { ExternalFormat, ExternalSource } from '../plan/external-data.js';

type Rows = Record<string, unknown>[];

const delimiters: Partial<Record<ExternalFormat, string>> = {
  csv: ',',
  tsv: '\t',
  psv: '|',
  scsv: ';',
};

/**
 * The rows of a file, by the source's columns: by place in delimited text, by name in JSON and Parquet.
 * Values are texts; the query converts them to the columns' types.
 * @throws HuntError `kql.unsupported` where the file is not of its format
 */
export async function parseExternal(body: Buffer, source: ExternalSource): Promise<Rows> {
  try {
    return await parsers[source.format](body, source);
  } catch (error) {
    const what = 'This externaldata';
    const because = `its file cannot be read as ${source.format}`;
    throw new HuntError('kql.unsupported', { what, because }, { span: source.span, cause: error });
  }
}

type Parser = (body: Buffer, source: ExternalSource) => Rows | Promise<Rows>;

const parsers: Readonly<Record<ExternalFormat, Parser>> = {
  csv: delimited,
  tsv: delimited,
  psv: delimited,
  scsv: delimited,
  txt: lines,
  raw: (body, source) => [byPlace([body.toString('utf8')], source)],
  json: jsonLines,
  multijson: jsonDocuments,
  parquet,
};

function delimited(body: Buffer, source: ExternalSource): Rows {
  const records: string[][] = parseCsv(body, {
    bom: true,
    delimiter: delimiters[source.format] ?? ',',
    from: source.ignoreFirstRecord ? 2 : 1,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
  });
  return records.map((record) => byPlace(record, source));
}

function lines(body: Buffer, source: ExternalSource): Rows {
  const all = body
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .split(/\r\n|\n|\r/);
  const records = source.ignoreFirstRecord ? all.slice(1) : all;
  return records.filter((line) => line !== '').map((line) => byPlace([line], source));
}

function byPlace(record: readonly string[], source: ExternalSource): Record<string, unknown> {
  return bySource(source, (_name, index) => record[index] ?? '');
}

/** Each column's value: where a mapping says, or else what `unmapped` gives for its name and place. */
function bySource(
  { columns, mapping }: ExternalSource,
  unmapped: (name: string, index: number) => string,
  atPath: (path: readonly string[]) => string = () => '',
): Record<string, unknown> {
  return Object.fromEntries(
    columns.map(({ name }, index) => {
      const place = mapping?.get(name);
      if (!place) return [name, mapping ? '' : unmapped(name, index)];
      if ('constant' in place) return [name, place.constant];
      return [name, 'path' in place ? atPath(place.path) : unmapped(name, place.ordinal)];
    }),
  );
}

function jsonLines(body: Buffer, source: ExternalSource): Rows {
  const text = body.toString('utf8').replace(/^\ufeff/, '');
  if (/^\s*\[/.test(text)) return jsonDocuments(body, source);
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => byName(JSON.parse(line), source));
}

/** One array, one object, or objects one after another, over as many lines as they like. */
function jsonDocuments(body: Buffer, source: ExternalSource): Rows {
  const text = body
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trim();
  const documents: unknown = text.startsWith('[')
    ? JSON.parse(text)
    : JSON.parse(`[${text.replace(/\}\s*(?:,\s*)?\{/g, '},{')}]`);
  return (Array.isArray(documents) ? documents : [documents]).map((each) => byName(each, source));
}

function byName(document: unknown, source: ExternalSource): Record<string, unknown> {
  const fields = (typeof document === 'object' && document !== null ? document : {}) as Record<
    string,
    unknown
  >;
  return bySource(
    source,
    (name) => asText(fields[name]),
    (path) => asText(path.reduce(memberOf, document)),
  );
}

function memberOf(value: unknown, name: string): unknown {
  const isHolder = typeof value === 'object' && value !== null && Object.hasOwn(value, name);
  return isHolder ? (value as Record<string, unknown>)[name] : undefined;
}

function asText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' ? JSON.stringify(value, bigIntText) : String(value);
}

function bigIntText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}

async function parquet(body: Buffer, source: ExternalSource): Promise<Rows> {
  // Loaded when first needed: few hunts read Parquet.
  const [{ parquetReadObjects }, { compressors }] = await Promise.all([
    import('hyparquet'),
    import('hyparquet-compressors'),
  ]);
  const file = body.buffer.slice(body.byteOffset, body.byteOffset + body.byteLength) as ArrayBuffer;
  const records = await parquetReadObjects({ file, compressors });
  return records.map((record) => byName(record, source));
}

import { lookup as resolve } from 'node:dns';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import ipaddr from 'ipaddr.js';
import { fromBufferPromise } from 'yauzl';
import { HuntError } from '../errors.js';
import type { ExternalSource } from '../plan/external-data.js';
import { parseExternal } from './external-formats.js';

/** A place that hunts may read, named by the operator. */
export interface AllowedHost {
  /** A host name, or `*.name` for all below one. */
  readonly host: string;
  /** It may be in a private network; without this, only public addresses are reached. */
  readonly private?: boolean | undefined;
}

export interface ExternalDataOptions {
  readonly allow: readonly AllowedHost[];
  readonly maxBytes: number;
  readonly timeoutMs: number;
}

/** @param signal aborted where nobody waits for the rows any more */
export type FetchExternal = (
  source: ExternalSource,
  signal?: AbortSignal,
) => Promise<Record<string, unknown>[]>;

interface Reading extends ExternalDataOptions {
  readonly signal?: AbortSignal | undefined;
}

const maxRedirects = 5;
/** Values go into the query's text, which is bounded. */
const maxRows = 100_000;

/** Reads the files of `externaldata`: http(s) only, from hosts that the operator names, never unnoticed from a private network. */
export function externalDataReader(options: ExternalDataOptions): FetchExternal {
  return async (source, signal) => {
    const rows: Record<string, unknown>[] = [];
    for (const url of source.urls) {
      const body = await fetchBounded(url, source, { ...options, signal }, maxRedirects);
      for (const file of isZip(body) ? await unzipped(body, source, options) : [body]) {
        rows.push(...(await parseExternal(file, source)));
        if (rows.length > maxRows) throw refused(source, `it has more than ${maxRows} rows`);
      }
    }
    return rows;
  };
}

function refused(source: ExternalSource, because: string): HuntError {
  return new HuntError(
    'kql.unsupported',
    { what: 'This externaldata', because },
    { span: source.span },
  );
}

async function fetchBounded(
  address: string,
  source: ExternalSource,
  options: Reading,
  redirects: number,
): Promise<Buffer> {
  const url = parsedUrl(address, source);
  const host = options.allow.find((allowed) => matches(allowed.host, url.hostname));
  if (!host) {
    throw refused(source, `${url.hostname} is not among the hosts that the operator allows`);
  }
  const response = await get(url, host.private === true, source, options);
  const { statusCode = 0, headers } = response;
  if (statusCode >= 300 && statusCode < 400 && headers.location !== undefined) {
    response.resume();
    if (redirects === 0) throw refused(source, 'its address leads from one to another without end');
    return fetchBounded(new URL(headers.location, url).href, source, options, redirects - 1);
  }
  if (statusCode !== 200) {
    response.resume();
    throw refused(source, `${url.hostname} answered with status ${statusCode}`);
  }
  const isGzip = headers['content-encoding'] === 'gzip' || url.pathname.endsWith('.gz');
  const stream = isGzip ? response.pipe(createGunzip()) : response;
  return await bounded(stream, source, options);
}

/** All of a stream, as long as that together with `before` is not too much. */
async function bounded(
  stream: Readable,
  source: ExternalSource,
  { maxBytes }: ExternalDataOptions,
  before = 0,
): Promise<Buffer> {
  let size = before;
  stream.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > maxBytes) stream.destroy(refused(source, `it is larger than ${maxBytes} bytes`));
  });
  return await buffer(stream).catch((error: unknown) => {
    throw error instanceof HuntError ? error : refused(source, 'reading it failed');
  });
}

function isZip(body: Buffer): boolean {
  return body.subarray(0, 4).equals(Buffer.from('PK\u0003\u0004'));
}

/** The files in a zip archive, which together are bounded as one is. */
async function unzipped(
  archive: Buffer,
  source: ExternalSource,
  options: ExternalDataOptions,
): Promise<Buffer[]> {
  const files: Buffer[] = [];
  let size = 0;
  try {
    const zip = await fromBufferPromise(archive);
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName.endsWith('/')) continue;
      const file = await bounded(await zip.openReadStreamPromise(entry), source, options, size);
      size += file.length;
      files.push(file);
    }
  } catch (error) {
    throw error instanceof HuntError ? error : refused(source, 'it is not a zip archive');
  }
  return files;
}

function parsedUrl(address: string, source: ExternalSource): URL {
  // Kusto's addresses may carry a secret behind a semicolon.
  const url = URL.parse(address.split(';')[0] ?? '');
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw refused(source, 'an address has to be http or https');
  }
  if (url.username !== '' || url.password !== '')
    throw refused(source, 'an address carries no credentials');
  return url;
}

function matches(pattern: string, host: string): boolean {
  const [wanted, given] = [pattern.toLowerCase(), host.toLowerCase()];
  return wanted.startsWith('*.') ? given.endsWith(wanted.slice(1)) : wanted === given;
}

/** The address that is connected to is the one that was judged: names are resolved here, once. */
function guardedLookup(mayBePrivate: boolean): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '', 4);
      const [first] = addresses;
      const isRefused = addresses.some(({ address }) => !mayBePrivate && !isPublic(address));
      if (!first || isRefused) return callback(new Error('private address'), '', 4);
      if (options.all) return callback(null, addresses);
      return callback(null, first.address, first.family);
    });
  };
}

function isPublic(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'unicast';
}

function get(
  url: URL,
  mayBePrivate: boolean,
  source: ExternalSource,
  { timeoutMs, signal }: Reading,
): Promise<import('node:http').IncomingMessage> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (ipaddr.isValid(host) && !mayBePrivate && !isPublic(host)) {
    throw refused(source, 'its address is a private one');
  }
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((fulfil, reject) => {
    const call = request(
      url,
      {
        lookup: guardedLookup(mayBePrivate),
        headers: { 'accept-encoding': 'gzip', 'user-agent': 'Quarry' },
        signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])]),
      },
      fulfil,
    );
    call.on('error', (error) => {
      const because =
        error.message === 'private address'
          ? `${url.hostname} is in a private network`
          : `${url.hostname} could not be reached`;
      reject(refused(source, because));
    });
    call.end();
  });
}

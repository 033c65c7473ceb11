import { constants, mkdirSync, statSync } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
import { parse as parseYaml, YAMLParseError } from 'yaml';
import { z } from 'zod';
import { HuntError } from './errors.js';
import { generationNames, type Profile, profilePresets } from './hunting/profiles.js';

const days = /^(\d{1,5})d$/;

/**
 * Days of events that are kept and hunted in; null: for ever.
 * @throws HuntError `configuration.invalid`
 */
export function parseRetention(text: string): number | null {
  if (text === 'forever' || text === 'unlimited') return null;
  const count = Number(days.exec(text)?.[1]);
  if (count >= 1 && count <= 36_500) return count;
  throw new HuntError('configuration.invalid', {
    message: `retention is a number of days, as in 30d, or forever; not ${text}`,
  });
}

const megabyte = 2 ** 20;

/** A whole number; text as well, which environment variables and flags are. Its default is one of the input. */
function whole(least: number, most: number, unit = '') {
  const error = `must be a whole number ${unit}from ${least} to ${most}`;
  return z.union([z.number(), z.string()], { error }).transform((value, context) => {
    const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
    if (typeof number === 'number' && Number.isInteger(number)) {
      if (number >= least && number <= most) return number;
    }
    context.addIssue(`${error}; not ${value}`);
    return z.NEVER;
  });
}

/** Their name says it, so that the value has no unit of its own. */
const megabytes = (least: number, most: number) =>
  whole(least, most, 'of megabytes, without a unit, ');

const definedProfile = z
  .strictObject({
    like: z.string().default('generous').describe('The profile that it starts from'),
    wallSeconds: z
      .number()
      .positive()
      .max(86_400)
      .optional()
      .describe('Longest time of a hunt, in seconds'),
    rows: z.number().int().positive().max(10_000_000).optional().describe('Most rows of an answer'),
    resultMegabytes: z
      .number()
      .int()
      .positive()
      .optional()
      .describe('Largest answer, which waits on disk until it is read'),
    lookbackDays: z
      .number()
      .int()
      .positive()
      .nullable()
      .optional()
      .describe(
        'How far back a hunt looks that names no time span; null: as far as events are kept',
      ),
    quotaPer: z.enum(['tenant', 'application']).optional().describe('Who shares the quotas'),
    quotas: z
      .array(
        z.strictObject({
          kind: z.enum(['calls', 'runningTime', 'cpu']).describe('What is counted'),
          limit: z.number().positive().describe('Calls, or seconds'),
          windowSeconds: z
            .number()
            .int()
            .positive()
            .max(31 * 86_400)
            .describe('The time in which so much may be used'),
        }),
      )
      .optional()
      .describe('What hunts may use together'),
  })
  .transform(({ resultMegabytes, ...profile }) => ({
    ...profile,
    resultBytes: resultMegabytes === undefined ? undefined : resultMegabytes * megabyte,
  }));

const address = z.url({ protocol: /^https?$/ }).refine((url) => {
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}, 'must be https');

/** An OIDC issuer whose tokens are accepted: see `identity/external.ts`. */
const externalIssuer = z.strictObject({
  issuer: address.describe("Its address, as its tokens' `iss` has it"),
  alsoNamed: z.array(z.string().min(1)).default([]).describe("What else its tokens' `iss` may be"),
  tenant: z.string().default('default').describe('The tenant that it opens: an id or a name'),
  jwksUri: address.optional().describe('Where its keys are, where its metadata do not say so'),
  audiences: z
    .partialRecord(z.enum(['legacy', 'graph', 'kusto', 'quarry']), z.array(z.string().min(1)))
    .optional()
    .describe("For each API the audiences of its tokens; by default Microsoft's and this server"),
  rolesClaim: z.string().min(1).default('roles').describe('The claim that holds roles'),
  scopesClaim: z.string().min(1).default('scp').describe('The claim that holds scopes'),
});

const sourceCommon = {
  name: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('Tells it from others, in counters and logs; its positions are kept under it'),
  tenant: z.string().min(1).default('default').describe("The tenant's id or name"),
  source: z
    .string()
    .min(1)
    .optional()
    .describe("What its events are; by default each file's first records tell"),
};

const pollSeconds = (byDefault: number) =>
  z.number().positive().max(3_600).default(byDefault).describe('How often it is looked at');

/** A source of telemetry that the server reads by itself: see `ingest/sources/`. */
const sourceShape = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('folder').describe('Files of this machine'),
      ...sourceCommon,
      path: z.string().min(1).describe('A file, or a folder with all that is below it'),
      pattern: z.string().min(1).optional().describe('Names of files, with `*` and `?`'),
      pollSeconds: pollSeconds(1),
    }),
    z.strictObject({
      kind: z.literal('azure-storage').describe('Blobs of a storage account'),
      ...sourceCommon,
      connectionString: z
        .string()
        .min(1)
        .optional()
        .describe('Of the account, with a key or a shared access signature'),
      connectionStringFile: z.string().min(1).optional().describe('A file that holds it'),
      url: z
        .url({ protocol: /^https?$/ })
        .optional()
        .describe(
          'Instead: the address of the account or of a container, with a shared access signature',
        ),
      containers: z
        .string()
        .min(1)
        .optional()
        .describe(
          'Names of containers, with `*` and `?`, commas between; by default those of Defender and Entra ID, or of the one that `source` names',
        ),
      pollSeconds: pollSeconds(60),
    }),
  ])
  .transform((source) => ({
    ...source,
    name: source.name ?? (source.kind === 'folder' ? `folder ${source.path}` : source.kind),
  }));

const flag = z.union([z.stringbool(), z.boolean()], { error: 'must be true or false' });

/** A number without its unit is refused in the words for other text. */
const retention = z
  .union([z.string(), z.number()])
  .transform((value) => parseRetention(`${value}`));

/** What a server may take of its machine. */
const sizes = {
  engineMemoryMegabytes: megabytes(512, 16_777_216)
    .optional()
    .describe(
      "Most memory of the database engine; by default 60 % of the machine's, or of the container's",
    ),
  concurrentHunts: whole(1, 256)
    .optional()
    .describe(
      'Hunts that run at once, others wait for their turn; by default as many as there are cores, at least 2',
    ),
  waitingHunts: whole(0, 10_000)
    .prefault(400)
    .describe(
      'Hunts that may wait for their turn; beyond it, callers are told to come again. A tenant leaves half of these places to others, a caller three quarters',
    ),
  huntMemoryMegabytes: megabytes(1, 16_777_216)
    .prefault(4096)
    .describe(
      "Most memory of one hunt, if that is less than its share: three quarters of the engine's, divided by `concurrentHunts`",
    ),
  compileThreads: whole(3, 64)
    .prefault(4)
    .describe(
      'Threads that read the texts of hunts: one, and so many while texts wait; neither a caller nor a tenant has all',
    ),
  compileMemoryMegabytes: megabytes(256, 16_384)
    .prefault(1024)
    .describe('Most memory of each of these threads; a text that needs more is refused'),
  compileSeconds: whole(1, 3600, 'of seconds, without a unit, ')
    .prefault(20)
    .describe("Most time of a processor that a hunt's text may take; a longer one is refused"),
  telemetryRequestMegabytes: megabytes(1, 256)
    .prefault(64)
    .describe(
      'Largest request of Elasticsearch, Splunk and OpenTelemetry clients, unpacked; other telemetry may have any size',
    ),
  telemetryMemoryMegabytes: megabytes(16, 65_536)
    .prefault(256)
    .describe(
      'Memory of all requests of telemetry under way; beyond it, senders are told to come again',
    ),
  recordMegabytes: megabytes(1, 64)
    .prefault(4)
    .describe('Largest record of telemetry; a larger one goes to `QuarryIngestErrors`'),
  spoolMegabytes: megabytes(1, 1_048_576)
    .prefault(256)
    .describe(
      'Telemetry on disk that waits for the engine; beyond it, senders are told to come again, and sources wait',
    ),
};

/** Every setting: `npm run docs` makes its reference of what is described here. */
export const configurationShape = z.strictObject({
  data: z.string().min(1).describe('The data directory; nothing starts without one'),
  host: z.string().min(1).default('127.0.0.1').describe('The address to listen on'),
  port: whole(0, 65_535).prefault(8080).describe('The port to listen on; 0: any free one'),
  publicUrl: z
    .url({ protocol: /^https?$/ })
    .transform((url) => url.replace(/\/+$/, ''))
    .optional()
    .describe('The address that clients reach the server by, where it is another one'),
  hostNames: z
    .array(z.string().regex(/^[\w.-]+(:\d+)?$/))
    .default([])
    .describe('Further host names by which clients ask for tokens'),
  tls: z
    .strictObject({
      certificate: z.string().min(1).describe('A file with the certificate chain, in PEM'),
      key: z.string().min(1).describe('A file with its key, in PEM'),
    })
    .optional()
    .describe('A certificate; without one the server speaks plain HTTP'),
  corsOrigins: z
    .array(z.url({ protocol: /^https?$/ }))
    .default([])
    .describe('Origins whose pages may call the API from a browser'),
  store: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must be a postgres:// address')
    .optional()
    .describe('`postgres://…` of a shared metadata store; by default a file in the data directory'),
  retention: retention
    .optional()
    .describe('What the default tenant keeps: `30d`, `forever`; by default what it kept before'),
  auditRetention: retention
    .prefault('365d')
    .describe('How long the record of who did what is kept: `365d`, `forever`'),
  tolerantBodies: flag
    .prefault(true)
    .describe(
      "Whether the first generations' paths accept raw line breaks in JSON, as their documentation has them",
    ),
  logLevel: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('How much is logged, as JSON lines on standard output'),
  tracesUrl: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Where traces are sent, in OTLP over HTTP: `http://localhost:4318/v1/traces`'),
  embeddedIssuer: flag.prefault(true).describe('Whether Quarry issues tokens itself'),
  issuers: z.array(externalIssuer).default([]).describe('Other issuers whose tokens are accepted'),
  portal: z
    .strictObject({
      signIn: z
        .strictObject({
          issuer: address.describe('One of `issuers`'),
          clientId: z
            .string()
            .min(1)
            .max(256)
            .describe('The client that is registered for the portal there, a public one'),
          scope: z.string().min(1).max(1024).describe('What it asks for'),
        })
        .optional()
        .describe('Where its users sign in, where not with the embedded issuer'),
    })
    .default({})
    .describe('The pages in the browser'),
  clockSkewSeconds: whole(0, 600)
    .prefault(60)
    .describe('How much the clocks of issuers may differ from ours'),
  geoDatabase: z
    .string()
    .min(1)
    .optional()
    .describe(
      'A MaxMind DB file with the places of IP addresses, instead of the countries that come with Quarry',
    ),
  externalData: z
    .strictObject({
      allow: z
        .array(
          z.strictObject({
            host: z
              .string()
              .regex(/^(\*\.)?[\w.-]+$/)
              .describe('A host name, or `*.name` for all below one'),
            private: z.boolean().optional().describe('It may be in a private network'),
          }),
        )
        .default([])
        .describe('The hosts; by default none'),
      maxMegabytes: z.number().int().positive().max(1024).default(16).describe('Largest file'),
      timeoutSeconds: z
        .number()
        .positive()
        .max(600)
        .default(30)
        .describe('How long a file may take'),
    })
    .prefault({})
    .describe('What `externaldata` may read'),
  extensions: flag
    .prefault(false)
    .describe(
      'Whether events that Defender has no row for have one: raw disk access, WMI filters, files on the wire',
    ),
  sources: z
    .array(sourceShape)
    .default([])
    .refine((sources) => new Set(sources.map(({ name }) => name)).size === sources.length, {
      message: 'two have the same name',
    })
    .describe('Where telemetry is fetched from'),
  elasticsearch: z
    .strictObject({
      host: z.string().min(1).default('127.0.0.1').describe('The address to listen on'),
      port: z.number().int().min(0).max(65_535).default(9200).describe('The port to listen on'),
    })
    .optional()
    .describe(
      "An address of its own for shippers that know Elasticsearch's paths at the root alone",
    ),
  ...sizes,
  profiles: z
    .strictObject({
      default: z.string().default('generous').describe('Where nothing below says otherwise'),
      generations: z
        .partialRecord(z.enum(generationNames), z.string())
        .default({})
        .describe('By the family of paths'),
      tenants: z.record(z.string(), z.string()).default({}).describe("By the tenant's id"),
      applications: z.record(z.string(), z.string()).default({}).describe('By client id'),
      define: z.record(z.string(), definedProfile).default({}).describe('Own profiles, by name'),
    })
    .prefault({})
    .transform(({ define, ...choice }, context) => {
      const profiles: Record<string, Profile> = { ...profilePresets };
      for (const [name, { like, ...changes }] of Object.entries(define)) {
        const base = profiles[like];
        if (!base) context.addIssue(`${name} is like ${like}, which does not exist`);
        else profiles[name] = { ...base, ...withoutUndefined(changes) };
      }
      const { generations, tenants, applications } = choice;
      const named = [
        choice.default,
        ...[generations, tenants, applications].flatMap(Object.values),
      ];
      for (const name of named) {
        if (!Object.hasOwn(profiles, name)) context.addIssue(`there is no profile ${name}`);
      }
      return { ...choice, profiles };
    })
    .describe('Which limits and quotas hunts have, by name: presets, and own ones'),
});

export type ConfigurationInput = z.input<typeof configurationShape>;
export type Configuration = z.output<typeof configurationShape>;

/** Settings that have members, which the file alone can set. */
const structured = [
  'tls',
  'issuers',
  'portal',
  'externalData',
  'sources',
  'elasticsearch',
  'profiles',
];
/** In the environment, separated by commas. */
const lists = ['hostNames', 'corsOrigins'];

/** The environment variable of a setting: `QUARRY_PUBLIC_URL` of `publicUrl`. */
export function variableOf(setting: string): string | undefined {
  if (structured.includes(setting)) return undefined;
  return `QUARRY_${setting.replace(/[A-Z]/g, '_$&').toUpperCase()}`;
}

/**
 * The configuration from flags, environment and one YAML file, in this order of precedence.
 * @throws HuntError `configuration.invalid`
 */
export async function loadConfiguration(sources: {
  readonly flags?: Partial<ConfigurationInput>;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Path of the YAML file; `QUARRY_CONFIG` where it is absent. */
  readonly file?: string | undefined;
}): Promise<Configuration> {
  const variables = sources.environment ?? {};
  const file = sources.file ?? variables['QUARRY_CONFIG'];
  return checkConfiguration({
    ...(file ? await readYaml(file) : {}),
    ...fromEnvironment(variables),
    ...withoutUndefined(sources.flags ?? {}),
  });
}

/** @throws HuntError `configuration.invalid` naming the first setting that is wrong */
export function checkConfiguration(input: unknown): Configuration {
  const result = configurationShape.safeParse(input, { error: wordsOf });
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = issue?.path.map(String).join('.');
  throw invalid(`${where ? `${where}: ` : ''}${issue?.message}`);
}

/** What is wrong with a setting that is absent or of another type; undefined: the shape's own words. */
function wordsOf(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code !== 'invalid_type') return undefined;
  return issue.input === undefined ? 'is missing' : `must be of type ${issue.expected}`;
}

/**
 * The certificate chain and the key that the server shows itself with, as PEM.
 * @throws HuntError `configuration.invalid`
 */
export async function readCertificate({
  certificate,
  key,
}: NonNullable<Configuration['tls']>): Promise<{ cert: string; key: string }> {
  await checkReadable('tls.certificate', certificate);
  await checkReadable('tls.key', key);
  const pair = { cert: await readFile(certificate, 'utf8'), key: await readFile(key, 'utf8') };
  try {
    createSecureContext(pair);
  } catch (cause) {
    const why = (cause as Error).message;
    throw invalid(`tls: ${certificate} and ${key} are no certificate and its key: ${why}`, cause);
  }
  return pair;
}

/** @throws HuntError `configuration.invalid` with the setting that names the file */
export async function checkReadable(setting: string, file: string): Promise<void> {
  try {
    await access(file, constants.R_OK);
  } catch (cause) {
    throw invalid(`${setting}: ${file} cannot be read`, cause);
  }
}

/**
 * Makes a data directory, and those above it, where it does not exist.
 * @throws HuntError `configuration.invalid` where none can be
 */
export function makeDataDirectory(directory: string): void {
  const missing: string[] = [];
  let nearest = resolve(directory);
  for (; !isDirectory(nearest); nearest = dirname(nearest)) missing.unshift(nearest);
  // Node's own way to make several at once tries for ever below /proc.
  for (const each of missing) {
    try {
      mkdirSync(each, { mode: 0o700 });
    } catch (cause) {
      const { code, message } = cause as NodeJS.ErrnoException;
      if (code === 'EEXIST' && isDirectory(each)) continue;
      throw unusableData(`${each} cannot be made in ${dirname(each)}: ${message}`, cause);
    }
  }
}

/** @throws HuntError `configuration.invalid` where something else has the name, or nobody may look */
function isDirectory(place: string): boolean {
  try {
    if (statSync(place).isDirectory()) return true;
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return false;
    throw unusableData(message, cause);
  }
  throw unusableData(`${place} is no directory`);
}

/** What is said of a data directory that cannot be one. */
export function unusableData(message: string, cause?: unknown): HuntError {
  return invalid(`data: ${message}`, cause);
}

async function readYaml(file: string): Promise<object> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw invalid(`${file} cannot be read`, cause);
  }
  try {
    const value: unknown = parseYaml(text) ?? {};
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch (cause) {
    if (!(cause instanceof YAMLParseError)) throw cause;
    throw invalid(`${file}: ${cause.message}`, cause);
  }
  throw invalid(`${file} does not hold settings by name`);
}

function fromEnvironment(variables: Readonly<Record<string, string | undefined>>): object {
  const settings: Record<string, unknown> = {};
  for (const setting of Object.keys(configurationShape.shape)) {
    const value = variables[variableOf(setting) ?? ''];
    if (value === undefined || value === '') continue;
    settings[setting] = lists.includes(setting)
      ? value.split(',').map((name) => name.trim())
      : value;
  }
  return settings;
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function withoutUndefined<T extends object>(values: T): Defined<T> {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Defined<T>;
}

function invalid(message: string, cause?: unknown): HuntError {
  return new HuntError('configuration.invalid', { message }, { cause });
}

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

const definedProfile = z
  .strictObject({
    /** The profile that it starts from. */
    like: z.string().default('generous'),
    wallSeconds: z.number().positive().max(86_400).optional(),
    rows: z.number().int().positive().max(10_000_000).optional(),
    resultMegabytes: z.number().int().positive().optional(),
    lookbackDays: z.number().int().positive().nullable().optional(),
    quotaPer: z.enum(['tenant', 'application']).optional(),
    quotas: z
      .array(
        z.strictObject({
          kind: z.enum(['calls', 'runningTime', 'cpu']),
          limit: z.number().positive(),
          windowSeconds: z
            .number()
            .int()
            .positive()
            .max(31 * 86_400),
        }),
      )
      .optional(),
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
  issuer: address,
  alsoNamed: z.array(z.string().min(1)).default([]),
  tenant: z.string().default('default'),
  jwksUri: address.optional(),
  audiences: z
    .partialRecord(z.enum(['legacy', 'graph', 'kusto', 'quarry']), z.array(z.string().min(1)))
    .optional(),
  rolesClaim: z.string().min(1).default('roles'),
  scopesClaim: z.string().min(1).default('scp'),
});

const sourceCommon = {
  /** Tells it from others, in counters and logs; its positions are kept under it. */
  name: z.string().min(1).max(200).optional(),
  /** A tenant's id or name. */
  tenant: z.string().min(1).default('default'),
  /** What its events are; by default each file's first records tell. */
  source: z.string().min(1).optional(),
};

/** A source of telemetry that the server reads by itself: see `ingest/sources/`. */
const sourceShape = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('folder'),
      ...sourceCommon,
      /** A file, or a folder with all that is below it. */
      path: z.string().min(1),
      /** Names of files, with `*` and `?`. */
      pattern: z.string().min(1).optional(),
      pollSeconds: z.number().positive().max(3_600).default(1),
    }),
    z.strictObject({
      kind: z.literal('azure-storage'),
      ...sourceCommon,
      /** Of the account, with a key or a shared access signature. */
      connectionString: z.string().min(1).optional(),
      /** A file that holds it. */
      connectionStringFile: z.string().min(1).optional(),
      /** Instead: the address of the account or of a container, with a shared access signature. */
      url: z.url({ protocol: /^https?$/ }).optional(),
      /** Names of containers, with `*` and `?`; those of the Streaming API by default. */
      containers: z.string().min(1).optional(),
      pollSeconds: z.number().positive().max(3_600).default(60),
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

const configurationShape = z.strictObject({
  /** The data directory. */
  data: z.string().min(1),
  host: z.string().min(1).default('127.0.0.1'),
  /** 0: any free port. */
  port: z.coerce.number().int().min(0).max(65_535).default(8080),
  /** The address that clients reach the server by, where it is not the one it listens on. */
  publicUrl: z
    .url({ protocol: /^https?$/ })
    .transform((url) => url.replace(/\/+$/, ''))
    .optional(),
  /** Further host names by which clients ask for tokens. */
  hostNames: z.array(z.string().regex(/^[\w.-]+(:\d+)?$/)).default([]),
  /** Paths of a certificate chain and its key, in PEM; without them the server speaks plain HTTP. */
  tls: z.strictObject({ certificate: z.string().min(1), key: z.string().min(1) }).optional(),
  /** Origins whose pages may call the API from a browser. */
  corsOrigins: z.array(z.url({ protocol: /^https?$/ })).default([]),
  /** `postgres://…` of a shared metadata store; by default a file in the data directory. */
  store: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must be a postgres:// address')
    .optional(),
  /** What the default tenant keeps: `30d`, `forever`; by default what it kept before. */
  retention: retention.optional(),
  /** How long the record of who did what is kept. */
  auditRetention: retention.default(365),
  /** Whether the first generations' paths accept raw line breaks in JSON, as their documentation has them. */
  tolerantBodies: flag.default(true),
  logLevel: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  /** Where traces are sent, in OTLP over HTTP: `http://localhost:4318/v1/traces`. Off by default. */
  tracesUrl: z.url({ protocol: /^https?$/ }).optional(),
  /** Whether Quarry issues tokens itself. */
  embeddedIssuer: flag.default(true),
  /** Other issuers whose tokens are accepted. */
  issuers: z.array(externalIssuer).default([]),
  /** The pages in the browser. */
  portal: z
    .strictObject({
      /** Where its users sign in, where not with the embedded issuer: one of `issuers`. */
      signIn: z
        .strictObject({
          issuer: address,
          /** The client that is registered for the portal there, a public one. */
          clientId: z.string().min(1).max(256),
          scope: z.string().min(1).max(1024),
        })
        .optional(),
    })
    .default({}),
  /** How much the clocks of issuers may differ from ours. */
  clockSkewSeconds: z.coerce.number().int().min(0).max(600).default(60),
  /** Path of a MaxMind DB file with the places of IP addresses, instead of the countries that come with Quarry. */
  geoDatabase: z.string().min(1).optional(),
  /** What `externaldata` may read: nothing, unless hosts are named. */
  externalData: z
    .strictObject({
      allow: z
        .array(
          z.strictObject({
            /** A host name, or `*.name` for all below one. */
            host: z.string().regex(/^(\*\.)?[\w.-]+$/),
            /** It may be in a private network. */
            private: z.boolean().optional(),
          }),
        )
        .default([]),
      maxMegabytes: z.number().int().positive().max(1024).default(16),
      timeoutSeconds: z.number().positive().max(600).default(30),
    })
    .prefault({}),
  /** Whether events that Defender has no row for have one: raw disk access, WMI filters, files on the wire. */
  extensions: flag.default(false),
  /** Where telemetry is fetched from. */
  sources: z
    .array(sourceShape)
    .default([])
    .refine((sources) => new Set(sources.map(({ name }) => name)).size === sources.length, {
      message: 'two have the same name',
    }),
  /** An address of its own for shippers that know Elasticsearch's paths at the root alone. */
  elasticsearch: z
    .strictObject({
      host: z.string().min(1).default('127.0.0.1'),
      port: z.number().int().min(0).max(65_535).default(9200),
    })
    .optional(),
  /** Most memory of one hunt. */
  huntMemoryMegabytes: z.coerce.number().int().positive().default(4096),
  /** Which limits and quotas hunts have, by name: the presets of `hunting/profiles.ts`, and own ones. */
  profiles: z
    .strictObject({
      default: z.string().default('generous'),
      generations: z.partialRecord(z.enum(generationNames), z.string()).default({}),
      tenants: z.record(z.string(), z.string()).default({}),
      /** By client id. */
      applications: z.record(z.string(), z.string()).default({}),
      define: z.record(z.string(), definedProfile).default({}),
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
    }),
});

export type ConfigurationInput = z.input<typeof configurationShape>;
export type Configuration = z.output<typeof configurationShape>;

/** Environment variables, and what they set. Lists are separated by commas. */
const environment: Readonly<Record<string, keyof ConfigurationInput>> = {
  QUARRY_DATA: 'data',
  QUARRY_HOST: 'host',
  QUARRY_PORT: 'port',
  QUARRY_PUBLIC_URL: 'publicUrl',
  QUARRY_HOST_NAMES: 'hostNames',
  QUARRY_STORE: 'store',
  QUARRY_RETENTION: 'retention',
  QUARRY_TOLERANT_BODIES: 'tolerantBodies',
  QUARRY_EXTENSIONS: 'extensions',
  QUARRY_EMBEDDED_ISSUER: 'embeddedIssuer',
  QUARRY_TRACES_URL: 'tracesUrl',
  QUARRY_LOG_LEVEL: 'logLevel',
  QUARRY_CLOCK_SKEW_SECONDS: 'clockSkewSeconds',
};

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
  for (const [variable, setting] of Object.entries(environment)) {
    const value = variables[variable];
    if (value === undefined || value === '') continue;
    settings[setting] =
      setting === 'hostNames' ? value.split(',').map((name) => name.trim()) : value;
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

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { identifier, join, literal, type Sql, sql } from '../sql/sql.js';
import type { Engine } from './engine.js';
import { networksOf } from './geo-networks.js';

const database = 'quarry_geo';

/** The dictionary that `geo_info_from_ip_address()` looks up. */
export const geoDictionary = `${database}.places`;

/** Rows of one INSERT: about a megabyte of text. */
const batchRows = 20_000;

/**
 * The places of IP addresses: a MaxMind DB file that the operator names, or the country database that
 * comes with Quarry (public domain). It is loaded into the engine when a hunt first asks, and again when
 * the file is another one.
 */
export class GeoDatabase {
  readonly #engine: Engine;
  readonly #file: string;
  #loaded: Promise<string> | undefined;

  constructor(engine: Engine, file: string | undefined) {
    this.#engine = engine;
    this.#file = file ?? bundledFile();
  }

  /** Resolves to the dictionary's name when it is there. */
  dictionary(): Promise<string> {
    this.#loaded ??= this.#load().catch((error: unknown) => {
      this.#loaded = undefined;
      throw error;
    });
    return this.#loaded;
  }

  async #load(): Promise<string> {
    const file = await readFile(this.#file);
    const version = createHash('sha256').update(file).digest('hex');
    if ((await this.#storedVersion()) !== version) await this.#replace(file, version);
    return geoDictionary;
  }

  async #storedVersion(): Promise<string | undefined> {
    const rows = await this.#engine.select<{ comment: string }>(
      sql`SELECT comment FROM system.tables WHERE database = ${literal(database)} AND name = 'networks'`
        .text,
    );
    return rows[0]?.comment;
  }

  async #replace(file: Buffer, version: string): Promise<void> {
    const name = (table: string) => sql`${identifier(database)}.${identifier(table)}`;
    const run = (statement: Sql) => this.#engine.command(statement.text);
    await run(sql`CREATE DATABASE IF NOT EXISTS ${identifier(database)}`);
    await run(sql`DROP DICTIONARY IF EXISTS ${name('places')}`);
    await run(sql`DROP TABLE IF EXISTS ${name('networks')}`);
    await run(
      sql`CREATE TABLE ${name('networks')} (prefix String, place LowCardinality(String)) ENGINE = MergeTree ORDER BY tuple()`,
    );
    let batch: Sql[] = [];
    const flush = async () => {
      if (batch.length > 0) await run(sql`INSERT INTO ${name('networks')} VALUES ${join(batch)}`);
      batch = [];
    };
    for (const { prefix, place } of networksOf(file)) {
      batch.push(sql`(${literal(prefix)}, ${literal(place)})`);
      if (batch.length >= batchRows) await flush();
    }
    await flush();
    await run(
      sql`CREATE DICTIONARY ${name('places')} (prefix String, place String) PRIMARY KEY prefix
        SOURCE(CLICKHOUSE(DB ${literal(database)} TABLE 'networks')) LAYOUT(IP_TRIE) LIFETIME(0)`,
    );
    // Last, so that a load that was cut short is made again.
    await run(sql`ALTER TABLE ${name('networks')} MODIFY COMMENT ${literal(version)}`);
  }
}

function bundledFile(): string {
  return createRequire(import.meta.url).resolve(
    '@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb',
  );
}

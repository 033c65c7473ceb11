import pg from 'pg';
import { HuntError } from '../errors.js';

/** So long a new connection is waited for. */
const connectMs = 10_000;
/** So long a statement may take: a connection that has been lost without a word is not heard of otherwise. */
const statementMs = 60_000;
const bigintOid = 20;

type Client = Pick<pg.PoolClient, 'query'> & { release(discard: boolean): void };

/**
 * Connections to PostgreSQL. A server that cannot be reached is told apart from a statement that is refused, and
 * what was connected to it is not used again.
 */
export function postgresPool(url: string) {
  const pool = new pg.Pool({
    query_timeout: statementMs,
    connectionString: url,
    connectionTimeoutMillis: connectMs,
    keepAlive: true,
    types: {
      // Times and counters are `bigint` and stay below 2^53.
      getTypeParser: (oid, format) =>
        oid === bigintOid ? Number : pg.types.getTypeParser(oid, format),
    },
  });
  // The server has ended a connection that nobody was using; the next use makes a new one.
  pool.on('error', () => undefined);
  return {
    async connect(): Promise<Client> {
      try {
        return telling(await pool.connect());
      } catch (cause) {
        throw new HuntError('store.unavailable', {}, { cause });
      }
    },
    end: () => pool.end(),
  };
}

function telling(client: pg.PoolClient): Client {
  let lost: HuntError | undefined;
  // The server has ended it while it was used.
  const onError = () => undefined;
  client.on('error', onError);
  const query = async (text: string, values?: unknown[]) => {
    // Nothing that follows is waited for: a connection that does not answer is not heard by taking back, either.
    if (lost) throw lost;
    try {
      return await client.query(text, values);
    } catch (cause) {
      if (!isLost(cause)) throw cause;
      lost = new HuntError('store.unavailable', {}, { cause });
      throw lost;
    }
  };
  return {
    query: query as Client['query'],
    release(discard) {
      client.off('error', onError);
      client.release(discard || lost !== undefined);
    },
  };
}

/** Whether no answer came, or one of a server that takes no statements at the moment. */
function isLost(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return unavailable.test(error.code ?? '');
  const { code, message } = error as NodeJS.ErrnoException;
  return code !== undefined || /^(Connection|Client|Query read)/.test(message);
}

/** Lost connections, too many of them, a shutdown or start, and a standby that only reads. */
const unavailable = /^(08|57P|53300|25006)/;

import { join, literal, longestSql, type Sql, sql } from '../sql/sql.js';
import type { EngineLimits } from './engine.js';

export type Settings = Readonly<Record<string, number | string>>;

const mebibyte = 1024 * 1024;

/** How nice ingest is to hunts; inserts and merges where the process may say so (CAP_SYS_NICE on Linux). */
export const behindHunts = 10;

/** The whole engine process, in its configuration file. */
export function processSettings(host: {
  memoryBytes: number;
  temporaryDirectory: string;
}): Settings {
  return {
    max_server_memory_usage: host.memoryBytes,
    mark_cache_size: Math.min(256 * mebibyte, Math.floor(host.memoryBytes / 8)),
    background_pool_size: 2,
    os_threads_nice_value_merge_mutate: behindHunts,
    tmp_path: host.temporaryDirectory,
  };
}

/** Every session: what the parser needs to know before it meets a statement's own SETTINGS. */
export const sessionSettings: Settings = {
  // Statements of our own read numbers in JavaScript; hunts say otherwise.
  output_format_json_quote_64bit_integers: 1,
  max_query_size: longestSql,
  // Lists of tens of thousands of literals, and pipelines of a hundred stages.
  max_ast_elements: 1_000_000,
  max_expanded_ast_elements: 5_000_000,
  max_ast_depth: 5_000,
  max_parser_depth: 5_000,
  max_parser_backtracks: 50_000_000,
  max_subquery_depth: 1_000,
};

/** What makes a SELECT give KQL's answers, and what makes it use the indexes. */
const dialect: Settings = {
  session_timezone: 'UTC',
  prefer_column_name_to_alias: 1,
  join_use_nulls: 1,
  enable_extended_results_for_datetime_functions: 1,
  enable_materialized_cte: 1,
  date_time_output_format: 'iso',
  // It fails where the other operand is NULL: sum(x * NULL).
  optimize_arithmetic_operations_in_aggregate_functions: 0,
  output_format_json_quote_64bit_integers: 0,
  output_format_json_quote_denormals: 1,
  output_format_json_escape_forward_slashes: 0,
  // A text that looks like a date is a text.
  input_format_try_infer_dates: 0,
  input_format_try_infer_datetimes: 0,
  use_text_index_like_evaluation_by_dictionary_scan: 0,
  use_query_condition_cache: 1,
  // A table that a hunt reads twice has the same rows both times, whatever comes in meanwhile.
  enable_shared_storage_snapshot_in_query: 1,
};

/** The rows as they are, and a last line: rows, rows read, bytes read, seconds. */
const resultFormat: Settings = {
  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: ClickHouse's own placeholders
  format_template_row_format: '${row:Raw}',
  format_template_rows_between_delimiter: ',\n',
  format_template_resultset_format:
    '${data}\n${rows:Raw} ${rows_read:Raw} ${bytes_read:Raw} ${time:Raw}\n',
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: ClickHouse's own placeholders
};

/** Characters of a hunt over every column of every table (`search "text"`), of which others stay far below. */
const hugeHunt = 500_000;

/** One hunt; `length` is that of its SQL. */
export function huntSettings(
  tag: string,
  length: number,
  limits: EngineLimits,
  host: { cores: number; huntMemoryBytes: number },
): Settings {
  const memoryBytes = Math.min(limits.memoryBytes, host.huntMemoryBytes);
  return {
    readonly: 1,
    log_comment: tag,
    max_execution_time: limits.wallSeconds,
    max_threads: host.cores,
    max_memory_usage: memoryBytes,
    max_bytes_before_external_group_by: Math.floor(memoryBytes * 0.35),
    max_bytes_before_external_sort: Math.floor(memoryBytes * 0.35),
    max_temporary_data_on_disk_size_for_query: memoryBytes * 4,
    max_result_rows: limits.rows + 1,
    max_result_bytes: limits.resultBytes,
    result_overflow_mode: 'throw',
    // Moving what stands above a union into each of its parts copies it that often: for hundreds of columns
    // and dozens of tables the plan takes the longer part of a minute, where the hunt takes a second.
    query_plan_lift_up_union: length > hugeHunt ? 0 : 1,
    ...dialect,
    ...resultFormat,
  };
}

/** One segment's insert; without a token it is not one that the engine has had before. */
export function insertSettings(token: string | undefined): Settings {
  return {
    ...(token === undefined ? { insert_deduplicate: 0 } : { insert_deduplication_token: token }),
    os_threads_nice_value_query: behindHunts,
    // A backfill touches as many days as it touches.
    max_partitions_per_insert_block: 0,
    // Blocks are numbered under the token: a retry must cut the same file into the same blocks.
    max_insert_threads: 1,
    // Those of several tables run side by side: each on its own takes less of the processors in all.
    input_format_parallel_parsing: 0,
    date_time_input_format: 'best_effort',
    input_format_null_as_default: 1,
    input_format_try_infer_dates: 0,
    input_format_try_infer_datetimes: 0,
  };
}

/** `name = value, …` for the end of a statement. */
export function settingsClause(settings: Settings): Sql {
  return join(
    Object.entries(settings).map(
      ([name, value]) => sql`${{ text: name }} = ${settingValue(value)}`,
    ),
  );
}

function settingValue(value: number | string): Sql {
  return typeof value === 'number' ? { text: String(value) } : literal(value);
}

/** `--name=value` for the start of a session. */
export function settingsArguments(settings: Settings): string[] {
  return Object.entries(settings).map(([name, value]) => `--${name}=${value}`);
}

/** The engine's configuration file. */
export function settingsFile(settings: Settings): string {
  const elements = Object.entries(settings).map(
    ([name, value]) => `  <${name}>${xmlText(String(value))}</${name}>\n`,
  );
  return `<clickhouse>\n${elements.join('')}</clickhouse>\n`;
}

function xmlText(text: string): string {
  return text.replace(/[&<>]/g, (c) => `&#${c.charCodeAt(0)};`);
}

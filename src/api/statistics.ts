import type { HuntAnswer } from '../hunting/hunt.js';

type Stats = HuntAnswer['stats'];

/** What an answer cost, in the words of Kusto and of the hunting APIs before Graph. */
export function statisticsOf(stats: Stats, tables: readonly Stats[] = [stats]) {
  const { userCpuSeconds: user, kernelCpuSeconds: kernel } = stats;
  const cache = ({ hits, misses }: { hits: number; misses: number }) => ({
    hits,
    misses,
    total: hits + misses,
  });
  return {
    ExecutionTime: stats.elapsedSeconds,
    resource_usage: {
      cache: { memory: cache(stats.memoryCache), disk: cache(stats.diskCache) },
      cpu: {
        user: timespanText(user),
        kernel: timespanText(kernel),
        'total cpu': timespanText(user + kernel),
      },
      memory: { peak_per_node: stats.peakMemoryBytes },
    },
    dataset_statistics: tables.map(({ resultRows, resultBytes }) => ({
      table_row_count: resultRows,
      table_size: resultBytes,
    })),
  };
}

const ticksPerSecond = 10_000_000;

/** A duration as .NET's constant format writes it: `[d.]hh:mm:ss[.fffffff]`. */
function timespanText(seconds: number): string {
  const ticks = Math.round(seconds * ticksPerSecond);
  const whole = Math.floor(ticks / ticksPerSecond);
  const days = Math.floor(whole / 86_400);
  const clock = [Math.floor(whole / 3600) % 24, Math.floor(whole / 60) % 60, whole % 60]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
  const fraction = ticks % ticksPerSecond;
  return (
    (days > 0 ? `${days}.` : '') +
    clock +
    (fraction > 0 ? `.${String(fraction).padStart(7, '0')}` : '')
  );
}

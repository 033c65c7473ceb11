/** What the engine says went wrong: ClickHouse's error code, where there is one, and its full text. */
export interface EngineFault {
  readonly code: number | undefined;
  readonly message: string;
}

/** What one hunt used, as far as the engine process can see (see `chdb-usage.ts`). */
export interface Usage {
  readonly userCpuSeconds: number;
  readonly kernelCpuSeconds: number;
  readonly peakMemoryBytes: number;
  readonly memoryCache: { readonly hits: number; readonly misses: number };
  readonly diskCache: { readonly hits: number; readonly misses: number };
}

/** The engine process's only argument, as JSON. */
export interface ChildConfiguration {
  readonly engineDirectory: string;
  readonly connectionArguments: readonly string[];
  readonly cores: number;
}

export type ToChild =
  | { readonly kind: 'hunt'; readonly id: number; readonly tag: string; readonly sql: string }
  | {
      readonly kind: 'statement';
      readonly id: number;
      readonly sql: string;
      readonly format: string;
    }
  | { readonly kind: 'kill'; readonly tag: string }
  | { readonly kind: 'progress'; readonly id: number; readonly tag: string }
  | { readonly kind: 'ping'; readonly id: number }
  | { readonly kind: 'stop' };

export type FromChild =
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly fault: EngineFault }
  | { readonly kind: 'done'; readonly id: number; readonly text: string; readonly usage?: Usage }
  | { readonly kind: 'error'; readonly id: number; readonly fault: EngineFault };

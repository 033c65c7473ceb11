/** What `GET /api/quarry/usage` says of one family of paths. */
export interface GenerationUsage {
  readonly generation: string;
  readonly limits: { readonly rows: number; readonly seconds: number };
  readonly quotas: readonly QuotaUse[];
}

interface QuotaUse {
  readonly kind: 'calls' | 'runningTime' | 'cpu';
  readonly limit: number;
  readonly used: number;
  readonly windowSeconds: number;
}

const kinds = { calls: 'calls', runningTime: 's running', cpu: 's CPU' } as const;

/** The quota of the portal's hunts that is nearest to its end: `12 of 45 calls in 1 min`. */
export function quotaUse(usage: readonly GenerationUsage[]): string | undefined {
  const portal = usage.find(({ generation }) => generation === 'portal');
  const share = ({ used, limit }: QuotaUse) => used / limit;
  const [nearest] = [...(portal?.quotas ?? [])].sort((a, b) => share(b) - share(a));
  if (!nearest) return undefined;
  const { used, limit, kind, windowSeconds } = nearest;
  return `${round(used)} of ${round(limit)} ${kinds[kind]} in ${span(windowSeconds)}`;
}

function round(value: number): string {
  return (value < 10 ? Math.round(value * 10) / 10 : Math.round(value)).toLocaleString('en');
}

function span(seconds: number): string {
  if (seconds % 86_400 === 0) return `${seconds / 86_400} d`;
  if (seconds % 3600 === 0) return `${seconds / 3600} h`;
  return `${Math.round(seconds / 60)} min`;
}

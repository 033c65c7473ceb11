import { text as textOf } from 'node:stream/consumers';
import type { Engine } from '../engine/engine.js';
import type { DeviceGroup } from '../identity/device-groups.js';
import type { Compiler } from './compiler.js';
import { hunt } from './hunt.js';
import type { TenantContexts } from './tenants.js';

/** A device, by its last inventory. */
export interface PreviewedDevice {
  readonly id: string;
  readonly name: string;
  readonly os: string;
  /** ISO 8601. */
  readonly lastSeen: string;
}

/** Devices that are shown; more are counted. */
const shown = 200;

/** The devices that somebody would see who is limited to a group: asked for as hunts of theirs would be. */
export async function previewDevices(
  tenant: string,
  { name, conditions }: DeviceGroup,
  {
    engine,
    compiler,
    tenants,
  }: {
    readonly engine: Engine;
    readonly compiler: Compiler;
    readonly tenants: TenantContexts;
  },
): Promise<{ readonly devices: readonly PreviewedDevice[]; readonly count: number }> {
  const context = await tenants.of(tenant);
  const ask = async (text: string): Promise<unknown[]> => {
    const { rows } = await hunt(
      {
        principal: {
          tenant,
          id: 'preview',
          name: 'preview',
          kind: 'user',
          roles: [],
          scopes: [],
          viewsData: true,
          deviceGroups: conditions.length === 0 ? [name] : [],
          deviceRules: conditions.length === 0 ? [] : [conditions],
        },
        text,
        limits: { wallSeconds: 30, memoryBytes: 2 ** 30, rows: shown, resultBytes: 2 ** 22 },
      },
      { engine, compiler, tenant: () => context },
    );
    return JSON.parse(`[${await textOf(rows)}]`) as unknown[];
  };
  const [counted] = (await ask('DeviceInfo | summarize Count = dcount(DeviceId, 4)')) as {
    Count: number;
  }[];
  const devices = await ask(
    `DeviceInfo | summarize arg_max(Timestamp, DeviceName, OSPlatform) by DeviceId
    | project id = DeviceId, name = DeviceName, os = OSPlatform, lastSeen = Timestamp
    | top ${shown} by name asc`,
  );
  return { devices: devices as PreviewedDevice[], count: counted?.Count ?? 0 };
}

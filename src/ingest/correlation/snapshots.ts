import { builtinCatalog, findTable } from '../../catalog/catalog.js';
import type { DefenderEvent } from '../connector.js';
import { momentOfDate } from '../datetime.js';
import type { JsonValue } from '../json.js';
import { addressType } from '../windows/values.js';
import type { Device } from './devices.js';

const hourMs = 60 * 60 * 1000;
/** Addresses that are of no device in particular. */
const sharedAddress =
  /^(?:127\.|0\.0\.0\.0$|255\.255\.255\.255$|2(?:2[4-9]|3\d)\.|::1?$|ff[\da-f]{2}:)/i;

interface Sighting {
  readonly device: Device['latest'];
  readonly hours: Set<number>;
}

/** Devices that events have been seen of, by the hour; of any number, so that it keeps no more than their names. */
export class Sighted {
  readonly #byName = new Map<string, Sighting>();

  /** @param address one of its own, where the event has one */
  add(device: Device, ms: number, address?: JsonValue | undefined): void {
    let sighting = this.#byName.get(device.name);
    if (sighting === undefined) {
      sighting = { device: device.latest, hours: new Set() };
      this.#byName.set(device.name, sighting);
    }
    sighting.hours.add(Math.floor(ms / hourMs));
    if (typeof address === 'string' && address !== '' && !sharedAddress.test(address)) {
      device.sawAddress(address, ms);
    }
  }

  *[Symbol.iterator](): Generator<readonly [Device, ms: number]> {
    for (const { device, hours } of this.#byName.values()) {
      for (const hour of hours) {
        yield [device(), hour * hourMs];
      }
    }
  }
}

/** Rows of DeviceInfo and DeviceNetworkInfo: one an hour for each device, as Defender has them. */
export function* deviceSnapshots(sighted: Sighted): Generator<DefenderEvent> {
  for (const [device, ms] of sighted) {
    // Times that cannot be have been rejected with their events.
    if (!(ms >= 0 && ms <= Date.now() + hourMs)) {
      continue;
    }
    const hour = momentOfDate(new Date(ms)).text;
    const common = {
      Timestamp: hour,
      DeviceId: device.id,
      DeviceName: device.name,
      ReportId: ms / hourMs,
      OnboardingStatus: 'Onboarded',
    };
    const identity = `snapshot\n${device.name}`;
    yield {
      table: 'DeviceInfo',
      identity,
      columns: {
        ...common,
        OSPlatform: device.platform,
        DeviceCategory: 'Endpoint',
        SensorHealthState: 'Active',
        LoggedOnUsers: [...device.users.values()].map((user) => ({ ...user })),
        ...aboutIn(device, 'DeviceInfo'),
      },
    };
    if (device.addresses.size > 0) {
      yield {
        table: 'DeviceNetworkInfo',
        identity,
        columns: {
          ...common,
          NetworkAdapterStatus: 'Up',
          IPAddresses: [...device.addresses.keys()].map((address) => ({
            IPAddress: address,
            AddressType: addressType(address) ?? '',
          })),
          ...aboutIn(device, 'DeviceNetworkInfo'),
        },
      };
    }
  }
}

/** What is known of the device that the table has a column for. */
function aboutIn(device: Device, table: string): Record<string, JsonValue> {
  const names = new Set(findTable(builtinCatalog, table)?.columns.map(({ name }) => name));
  return Object.fromEntries([...device.about].filter(([name]) => names.has(name)));
}

import { addressType } from '../windows/values.js';
import type { ZeekFields } from './fields.js';

/** One end of a connection. */
export interface End {
  /** Empty where the record has none. */
  readonly ip: string;
  /** `Private`, `Public`, …; undefined where the address is none. */
  readonly type: string | undefined;
  readonly port: string | undefined;
}

export interface Ends {
  readonly direction: 'In' | 'Out';
  readonly local: End;
  readonly remote: End;
}

const privateTypes: ReadonlySet<string> = new Set(['Private', 'LinkLocal', 'Loopback']);

/** The two ends: orig is local when Zeek says that it alone is, or its address is private; else resp is. */
export function endsOf(fields: ZeekFields): Ends {
  // Notices that are of no single connection have the addresses alone, signatures other names for them.
  const orig = endOf(
    fields.get('id.orig_h') ?? fields.get('src') ?? fields.get('src_addr'),
    fields.get('id.orig_p') ?? fields.get('src_port'),
  );
  const resp = endOf(
    fields.get('id.resp_h') ?? fields.get('dst') ?? fields.get('dst_addr'),
    fields.get('id.resp_p') ?? fields.get('p') ?? fields.get('dst_port'),
  );
  const [origin, answer] = [fields.get('local_orig'), fields.get('local_resp')];
  const isOutbound =
    origin !== undefined && answer !== undefined && origin !== answer
      ? origin === 'true'
      : privateTypes.has(orig.type ?? '');
  return isOutbound
    ? { direction: 'Out', local: orig, remote: resp }
    : { direction: 'In', local: resp, remote: orig };
}

function endOf(ip = '', port: string | undefined): End {
  return { ip, type: ip === '' ? undefined : typeOf(ip), port };
}

const mostTypes = 10_000;
const longestAddress = 45;
/** Of addresses, which come again and again. */
const types = new Map<string, string>();

function typeOf(ip: string): string | undefined {
  const known = types.get(ip);
  if (known !== undefined) {
    return known;
  }
  const type = addressType(ip);
  if (type !== undefined && ip.length <= longestAddress) {
    if (types.size >= mostTypes) {
      types.clear();
    }
    // A copy: a piece of a record would keep the whole of it.
    types.set(Buffer.from(ip).toString(), type);
  }
  return type;
}

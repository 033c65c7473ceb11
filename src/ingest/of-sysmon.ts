/** How much of the (unpacked) start is looked at. */
export const lookedAtBytes = 256 * 1024;
const sysmon = /Microsoft-Windows-Sysmon|Linux-Sysmon/i;

interface Named {
  readonly name: string;
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** Whether the first of what is to be read together is a log of Sysmon, by its name or its start. */
export async function isOfSysmon(contents: AsyncIterable<Named>): Promise<boolean> {
  for await (const { name, chunks } of contents) {
    return sysmon.test(name) || sysmon.test(await startOf(chunks));
  }
  return false;
}

/** As text: names in UTF-16, which the logs' own files have, without their zeros. */
async function startOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  let text = '';
  for await (const chunk of chunks) {
    text += Buffer.from(chunk).toString('latin1').replaceAll('\0', '');
    if (text.length >= lookedAtBytes) {
      break;
    }
  }
  return text;
}

import { send } from '../api/client.js';
import { download } from '../results/download.js';

interface FilePicker {
  readonly showSaveFilePicker?: (options: {
    suggestedName: string;
  }) => Promise<{ createWritable(): Promise<WritableStream<Uint8Array>> }>;
}

/**
 * Saves a tenant's events into a file: straight to the disk where the browser can, else by way of memory.
 * Returns its size; undefined when nobody wanted to save it.
 */
export async function exportTenant(
  tenant: string,
  onProgress: (bytes: number) => void,
): Promise<number | undefined> {
  const name = `${tenant}.ndjson`;
  const { showSaveFilePicker } = window as FilePicker;
  let target: WritableStream<Uint8Array> | undefined;
  if (showSaveFilePicker) {
    try {
      target = await (await showSaveFilePicker({ suggestedName: name })).createWritable();
    } catch (error) {
      if ((error as Error).name === 'AbortError') return undefined;
      // The browser does not let the page write there: by way of memory it can be saved all the same.
    }
  }
  const response = await send('GET', `/api/quarry/tenants/${encodeURIComponent(tenant)}/export`);
  if (!response.body) return 0;
  let bytes = 0;
  const counted = response.body.pipeThrough(
    new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(chunk, controller) {
        bytes += chunk.length;
        onProgress(bytes);
        controller.enqueue(chunk);
      },
    }),
  );
  if (target) {
    await counted.pipeTo(target);
    return bytes;
  }
  download(await new Response(counted).blob(), name);
  return bytes;
}

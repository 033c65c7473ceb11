import { ApiError } from '../api/client.js';
import { accessToken } from '../api/session.js';
import type { FileSummary } from './model.js';

type Problem = ConstructorParameters<typeof ApiError>[1];

/** As the server has it. */
export const maxUploadBytes = 1024 ** 3;

/** Sends a file, and says how much of it has gone. `fetch` tells nothing of that. */
export async function uploadFile(
  file: File,
  onSent: (share: number) => void,
  signal: AbortSignal,
): Promise<FileSummary> {
  const token = await accessToken();
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', `/api/quarry/ingest/file?name=${encodeURIComponent(file.name)}`);
    request.setRequestHeader('authorization', `Bearer ${token ?? ''}`);
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.upload.onprogress = ({ loaded, total }) => onSent(total > 0 ? loaded / total : 1);
    request.upload.onload = () => onSent(1);
    request.onload = () => {
      if (request.status === 200) resolve(JSON.parse(request.responseText) as FileSummary);
      else reject(new ApiError(request.status, problemOf(request)));
    };
    request.onerror = () =>
      reject(new ApiError(0, { code: 'portal.unreachable', message: 'The connection was lost.' }));
    request.onabort = () => reject(new ApiError(0, { code: 'portal.stopped', message: '' }));
    signal.addEventListener('abort', () => request.abort(), { once: true });
    request.send(file);
  });
}

function problemOf({ status, responseText }: XMLHttpRequest): Problem {
  try {
    const { error } = JSON.parse(responseText) as { error?: Problem };
    if (error) return error;
  } catch {
    // Whatever stood between us and the server has answered in its own way.
  }
  return { code: `http.${status}`, message: `The server answers ${status}.` };
}

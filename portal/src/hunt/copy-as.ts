import type { HuntRequest } from '../api/types.js';
import { strings } from './strings.js';

/** The call of the public API that gives the same rows, for other programs; the token is theirs to get. */
export const copyKinds = {
  curl: {
    title: 'curl',
    text: (url: string, body: string) =>
      [
        `curl -s ${shell(url)} \\`,
        `  -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \\`,
        `  --data-binary ${shell(body)}`,
      ].join('\n'),
  },
  powershell: {
    title: 'PowerShell',
    text: (url: string, body: string) =>
      [
        `$body = @'`,
        body,
        `'@`,
        `Invoke-RestMethod -Method Post -Uri '${url}' -ContentType 'application/json; charset=utf-8' \``,
        `  -Headers @{ Authorization = "Bearer $token" } -Body $body`,
      ].join('\n'),
  },
  python: {
    title: 'Python',
    text: (url: string, body: string) =>
      [
        'import json, os, urllib.request',
        '',
        'request = urllib.request.Request(',
        `    ${JSON.stringify(url)},`,
        `    data=json.dumps(json.loads(${JSON.stringify(body)})).encode(),`,
        '    headers={',
        '        "Authorization": "Bearer " + os.environ["TOKEN"],',
        '        "Content-Type": "application/json",',
        '    },',
        ')',
        'rows = json.load(urllib.request.urlopen(request))["results"]',
      ].join('\n'),
  },
  cli: {
    title: 'command line',
    text: (_url: string, _body: string, query: string, origin: string) =>
      `quarry query --url ${origin} --token "$TOKEN" ${shell(query)}`,
  },
} as const;

export type CopyKind = keyof typeof copyKinds;

/**
 * What the copy cannot carry stands above it, in the comment that all of these have: other rows than those of
 * the page are no surprise then.
 * @param origin of the server, as in `https://quarry.example`
 */
export function copyAs(
  origin: string,
  kind: CopyKind,
  { query, timespan, parameters }: HuntRequest,
): string {
  const span = typeof timespan === 'object' ? `${timespan.start}/${timespan.end}` : timespan;
  const body = JSON.stringify({ Query: query, ...(span && { Timespan: span }) });
  const url = `${origin}/v1.0/security/runHuntingQuery`;
  const notes = [
    ...(kind === 'cli' && span ? [strings.copiedWithoutTime(span)] : []),
    ...(parameters ? [strings.copiedWithoutValues(Object.keys(parameters).join(', '))] : []),
  ];
  return [...notes.map((note) => `# ${note}`), copyKinds[kind].text(url, body, query, origin)].join(
    '\n',
  );
}

function shell(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A kind of program that ships logs, and what it has to be told. */
export interface Collector {
  readonly id: string;
  readonly title: string;
  readonly path: string;
  readonly config: (at: Endpoint) => string;
}

export interface Endpoint {
  /** `https://quarry.contoso.example` */
  readonly origin: string;
  /** Of the application that sends. */
  readonly clientId: string;
  readonly secret: string;
}

/** What stands for the application's id and secret until there are some. */
export const placeholder = { clientId: 'CLIENT_ID', secret: 'SECRET' } as const;

/** An address with its port: Beats take 9200 where none is written. */
function withPort(origin: string): string {
  const { protocol, hostname, port } = new URL(origin);
  return `${protocol}//${hostname}:${port || defaultPorts[protocol]}`;
}

const defaultPorts: Readonly<Record<string, string>> = { 'https:': '443', 'http:': '80' };

export const collectors: readonly Collector[] = [
  {
    id: 'winlogbeat',
    title: 'Winlogbeat, Filebeat, Auditbeat (Elastic)',
    path: '/elasticsearch',
    config: ({ origin, clientId, secret }) => `output.elasticsearch:
  hosts: ["${withPort(origin)}/elasticsearch"]
  username: "${clientId}"
  password: "${secret}"
  allow_older_versions: true
setup.template.enabled: false
setup.ilm.enabled: false
`,
  },
  {
    id: 'otel',
    title: 'OpenTelemetry Collector (OTLP)',
    path: '/v1/logs',
    config: ({ origin, clientId, secret }) => `extensions:
  basicauth/quarry:
    client_auth:
      username: "${clientId}"
      password: "${secret}"
exporters:
  otlphttp/quarry:
    logs_endpoint: ${origin}/v1/logs
    auth:
      authenticator: basicauth/quarry
service:
  extensions: [basicauth/quarry]
  pipelines:
    logs:
      exporters: [otlphttp/quarry]
`,
  },
  {
    id: 'fluentbit',
    title: 'Fluent Bit (Splunk HEC)',
    path: '/services/collector',
    config: ({ origin, clientId, secret }) => {
      const { hostname, port, protocol } = new URL(origin);
      const isTls = protocol === 'https:';
      return `[OUTPUT]
    Name          splunk
    Match         *
    Host          ${hostname}
    Port          ${port || defaultPorts[protocol]}
    TLS           ${isTls ? 'On' : 'Off'}
    Splunk_Token  ${clientId}:${secret}
`;
    },
  },
  {
    id: 'vector',
    title: 'Vector (Elasticsearch bulk)',
    path: '/elasticsearch',
    config: ({ origin, clientId, secret }) => `sinks:
  quarry:
    type: elasticsearch
    inputs: ["*"]
    endpoints: ["${origin}/elasticsearch"]
    api_version: v8
    auth:
      strategy: basic
      user: "${clientId}"
      password: "${secret}"
`,
  },
  {
    id: 'defender',
    title: 'Defender Streaming API (a forwarder of your own)',
    path: '/api/ingest/streaming-api',
    config: ({ origin, clientId, secret }) => `curl ${origin}/api/ingest/streaming-api \\
  -u '${clientId}:${secret}' \\
  -H 'Content-Type: application/x-ndjson' \\
  --data-binary @events.ndjson
`,
  },
  {
    id: 'curl',
    title: 'curl: any source, found out by its records',
    path: '/api/ingest/auto',
    config: ({ origin, clientId, secret }) => `curl ${origin}/api/ingest/auto \\
  -u '${clientId}:${secret}' \\
  --data-binary @events.json
`,
  },
];

const row = (status: number, code: number, text: string) => ({ status, body: { text, code } });

/** Splunk's answers, by what they are for. */
export const splunkAnswers = {
  success: row(200, 0, 'Success'),
  tokenRequired: row(401, 2, 'Token is required'),
  invalidAuthorization: row(401, 3, 'Invalid authorization'),
  invalidToken: row(403, 4, 'Invalid token'),
  noData: row(400, 5, 'No data'),
  invalidFormat: row(400, 6, 'Invalid data format'),
  internal: row(500, 8, 'Internal server error'),
  busy: row(503, 9, 'Server is busy'),
  channelMissing: row(400, 10, 'Data channel is missing'),
  channelInvalid: row(400, 11, 'Invalid data channel'),
  eventRequired: row(400, 12, 'Event field is required'),
  eventBlank: row(400, 13, 'Event field cannot be blank'),
  queryAuthorization: row(400, 16, 'Query string authorization is not enabled'),
  tooLarge: row(413, 27, 'Request entity too large'),
  notFound: row(404, 404, 'The requested URL was not found on this server.'),
  healthy: row(200, 17, 'HEC is healthy'),
  unhealthy: row(503, 18, 'HEC is unhealthy, queues are full'),
} as const;

/** A failure in Splunk's own words. */
export class SplunkError extends Error {
  readonly kind: keyof typeof splunkAnswers;
  readonly details: object;

  constructor(kind: keyof typeof splunkAnswers, details: object = {}) {
    super(splunkAnswers[kind].body.text);
    this.name = 'SplunkError';
    this.kind = kind;
    this.details = details;
  }
}

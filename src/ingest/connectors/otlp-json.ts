import type { Connector } from '../connector.js';
import { isObject } from '../json.js';

/**
 * Requests of OTLP's logs, as the OpenTelemetry collector writes them into files. The parser takes the events out of
 * them, each for the connector that it is of; what is no request is none of these.
 */
export const otlpJson: Connector = {
  name: 'otlp-json',
  summary: 'Files of the OpenTelemetry collector: each event is taken for what it is.',
  format: 'json',
  detect: (sample) =>
    sample.some(({ value }) => isObject(value) && Array.isArray(value['resourceLogs'])) ? 1 : 0,
  open: () => ({
    convert: () => [{ rejected: 'record.shape', detail: 'no resourceLogs at its start' }],
  }),
};

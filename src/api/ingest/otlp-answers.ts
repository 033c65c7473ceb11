import protobuf from 'protobufjs/light.js';

const field = (id: number, type: string) => ({ id, type });

// Of opentelemetry-proto's logs service, and google.rpc.
const messages = protobuf.Root.fromJSON({
  nested: {
    Answer: { fields: { partialSuccess: field(1, 'PartialSuccess') } },
    PartialSuccess: {
      fields: { rejectedLogRecords: field(1, 'int64'), errorMessage: field(2, 'string') },
    },
    Status: { fields: { code: field(1, 'int32'), message: field(2, 'string') } },
  },
});

const answerType = messages.lookupType('Answer');
const statusType = messages.lookupType('Status');

/** The answer to a request, some of whose records may have been rejected. */
export function encodeLogsAnswer(
  partial: { readonly rejected: number; readonly message: string } | undefined,
  isProtobuf: boolean,
): Uint8Array | string {
  const partialSuccess = partial && {
    rejectedLogRecords: isProtobuf ? partial.rejected : String(partial.rejected),
    errorMessage: partial.message,
  };
  const answer = partialSuccess ? { partialSuccess } : {};
  return isProtobuf
    ? Buffer.from(answerType.encode(answerType.fromObject(answer)).finish())
    : JSON.stringify(answer);
}

/** A failure, as OTLP has it. */
export function encodeStatus(
  status: { readonly code: number; readonly message: string },
  isProtobuf: boolean,
): Uint8Array | string {
  return isProtobuf
    ? Buffer.from(statusType.encode(statusType.fromObject(status)).finish())
    : JSON.stringify(status);
}

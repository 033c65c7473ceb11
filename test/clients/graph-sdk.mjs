// Microsoft's generated Graph SDK for TypeScript, on the path and with the models that it generates.
import { HttpMethod, RequestInformation } from '@microsoft/kiota-abstractions';
import { GraphRequestAdapter } from '@microsoft/msgraph-sdk';
import { createODataErrorFromDiscriminatorValue } from '@microsoft/msgraph-sdk/models/oDataErrors/index.js';
import { createHuntingQueryResultsFromDiscriminatorValue } from '@microsoft/msgraph-sdk/models/security/index.js';

const { BASE, TOKEN, QUERY } = process.env;
const adapter = new GraphRequestAdapter({
  authenticateRequest: async (request) => {
    request.headers.add('Authorization', `Bearer ${TOKEN}`);
  },
});
adapter.baseUrl = `${BASE}/v1.0`;

function hunt(query) {
  const request = new RequestInformation(
    HttpMethod.POST,
    '{+baseurl}/security/microsoft.graph.security.runHuntingQuery',
    { baseurl: adapter.baseUrl },
  );
  request.addRequestHeaders({ 'Content-Type': ['application/json'], Accept: ['application/json'] });
  request.content = new TextEncoder().encode(JSON.stringify({ query, timespan: 'P7D' }));
  return adapter.send(request, createHuntingQueryResultsFromDiscriminatorValue, {
    XXX: createODataErrorFromDiscriminatorValue,
  });
}

const answer = await hunt(QUERY);
const error = await hunt('NoSuchTable | take 1').catch((caught) => caught);
console.log(
  JSON.stringify({
    schema: answer.schema.map(({ name, type }) => ({ name, type })),
    results: answer.results.map(({ additionalData }) => additionalData),
    error: {
      statusCode: error.responseStatusCode,
      code: error.errorEscaped.code,
      message: error.errorEscaped.message,
      requestId: error.errorEscaped.innerError.requestId,
    },
  }),
);

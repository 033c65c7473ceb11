// Microsoft's Graph client for JavaScript, with Azure's credential of an application.
import { ClientSecretCredential } from '@azure/identity';
import { Client } from '@microsoft/microsoft-graph-client';
import { TokenCredentialAuthenticationProvider } from '@microsoft/microsoft-graph-client/authProviders/azureTokenCredentials/index.js';

const { BASE, TENANT, CLIENT_ID, CLIENT_SECRET } = process.env;
const credential = new ClientSecretCredential(TENANT, CLIENT_ID, CLIENT_SECRET, {
  authorityHost: BASE,
  disableInstanceDiscovery: true,
});
const client = Client.initWithMiddleware({
  baseUrl: `${BASE}/`,
  customHosts: new Set([new URL(BASE).hostname]),
  authProvider: new TokenCredentialAuthenticationProvider(credential, {
    scopes: ['https://graph.microsoft.com/.default'],
  }),
});
const hunt = (body) => client.api('/security/runHuntingQuery').post(body);
const answer = await hunt({ Query: process.env.QUERY, Timespan: 'P7D' });
const error = await hunt({ Query: 'NoSuchTable | take 1' }).catch((caught) => caught);
console.log(
  JSON.stringify({
    schema: answer.schema,
    results: answer.results,
    error: {
      statusCode: error.statusCode,
      code: error.code,
      message: error.message,
      requestId: error.requestId,
    },
  }),
);

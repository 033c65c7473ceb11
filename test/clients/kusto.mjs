// Microsoft's Kusto client for JavaScript: a query, one of the earlier version, a command, and a mistake.
import { Client, ClientRequestProperties, KustoConnectionStringBuilder } from 'azure-kusto-data';

const { BASE, CLIENT_ID, CLIENT_SECRET, TENANT, TOKEN, QUERY } = process.env;
const kusto = new Client(KustoConnectionStringBuilder.withAccessToken(BASE, TOKEN));
const rowsOf = ({ primaryResults: [first] }) => first.toJSON().data;

const properties = new ClientRequestProperties({}, {}, 'hunt-17');
properties.setOption('query_take_max_records', 2);
properties.setTimeout(60_000);
properties.setParameter('limit', '7');
const limited = await kusto.execute(
  'NetDefaultDB',
  'declare query_parameters(limit: long); range x from 1 to limit step 1',
  properties,
);
const metadata = await (await fetch(`${BASE}/v1/rest/auth/metadata`)).json();
const form = new URLSearchParams({
  grant_type: 'client_credentials',
  client_id: CLIENT_ID,
  client_secret: CLIENT_SECRET,
  scope: `${metadata.AzureAD.KustoServiceResourceId}/.default`,
});
const url = `${metadata.AzureAD.LoginEndpoint}/${TENANT}/oauth2/v2.0/token`;
const { access_token } = await (await fetch(url, { method: 'POST', body: form })).json();
const signedIn = new Client(KustoConnectionStringBuilder.withAccessToken(BASE, access_token));

console.log(
  JSON.stringify({
    rows: rowsOf(await kusto.execute('NetDefaultDB', QUERY)),
    earlier: rowsOf(await kusto.executeQueryV1('NetDefaultDB', QUERY)),
    tables: rowsOf(await kusto.execute('NetDefaultDB', '.show tables')).map(
      ({ TableName }) => TableName,
    ),
    limited: rowsOf(limited),
    warnings: limited.getWarnings().length,
    signedIn: rowsOf(await signedIn.execute('NetDefaultDB', 'print x = 1')),
    error: await kusto.execute('NetDefaultDB', 'NoSuchTable | take 1').catch(({ response }) => ({
      status: response.status,
      message: response.data.error['@message'],
    })),
  }),
);

// Microsoft's authentication library for Node.
import { ConfidentialClientApplication } from '@azure/msal-node';

const { BASE, TENANT, CLIENT_ID, CLIENT_SECRET, SCOPE } = process.env;
const application = new ConfidentialClientApplication({
  auth: {
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    authority: `${BASE}/${TENANT}`,
    knownAuthorities: [new URL(BASE).host],
  },
});
const { accessToken, tokenType, expiresOn } = await application.acquireTokenByClientCredential({
  scopes: [SCOPE],
});
console.log(JSON.stringify({ accessToken, tokenType, expiresOn }));

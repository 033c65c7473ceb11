import { transform } from '../../windows/expression.js';
import { words } from '../../words.js';

/** Types of AWS identities, as Defender has kinds of accounts. */
const accountTypes = words({
  root: 'Admin',
  iamuser: 'Regular',
  identitycenteruser: 'Regular',
  samluser: 'Regular',
  webidentityuser: 'Regular',
  federateduser: 'Regular',
  directory: 'Regular',
  assumedrole: 'Application',
  role: 'Application',
  awsaccount: 'Application',
  awsservice: 'System',
});

/** Of an AWS identity; others as they are. */
export const accountType = transform(
  'accountType',
  (type) =>
    accountTypes[type.toLowerCase()] ?? (type.toLowerCase() === 'unknown' ? undefined : type),
);

/** Of two that say who it was, the ARN and the other. */
export const arnAlone = transform('arn', (text) => (text.startsWith('arn:') ? text : undefined));
export const notArn = transform('id', (text) => (text.startsWith('arn:') ? undefined : text));

/** What an ARN names, without its kind: `bob` of `arn:aws:iam::111122223333:user/bob`. */
export const nameInArn = transform('arnName', (arn) => {
  const [start, , service, , , ...rest] = arn.split(':');
  const name = rest.join(':');
  if (start !== 'arn' || name === '') {
    return undefined;
  }
  // Buckets have no kind before their names, and keys may have slashes.
  return service === 's3' ? name : name.replace(/^[\w-]+[/:](?=.)/, '');
});

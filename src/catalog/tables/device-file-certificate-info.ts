import { columnsOf } from '../shared-columns.js';
import type { Table } from '../types.js';

export const deviceFileCertificateInfo: Table = {
  name: 'DeviceFileCertificateInfo',
  category: 'Devices',
  summary: 'Code-signing certificate details gathered when endpoints verify files.',
  timeColumn: 'Timestamp',
  deviceScoped: true,
  aliases: ['DeviceFileCertificateInfoBeta'],
  columns: columnsOf(
    'Timestamp',
    'DeviceId',
    'DeviceName',
    'SHA1',
    { name: 'IsSigned', type: 'bool', summary: 'File carries a signature' },
    { name: 'SignatureType', type: 'string', summary: 'Embedded or catalog signature' },
    { name: 'Signer', type: 'string', summary: 'Signer' },
    { name: 'SignerHash', type: 'string', summary: 'Signer hash' },
    { name: 'Issuer', type: 'string', summary: 'Issuing CA' },
    { name: 'IssuerHash', type: 'string', summary: 'Issuing CA hash' },
    { name: 'CertificateSerialNumber', type: 'string', summary: 'Certificate serial number' },
    {
      name: 'CrlDistributionPointUrls',
      type: 'string',
      summary: 'CRL locations, JSON array text',
      jsonText: true,
    },
    { name: 'CertificateCreationTime', type: 'datetime', summary: 'Certificate valid from' },
    { name: 'CertificateExpirationTime', type: 'datetime', summary: 'Certificate valid to' },
    { name: 'CertificateCountersignatureTime', type: 'datetime', summary: 'Countersignature time' },
    { name: 'IsTrusted', type: 'bool', summary: 'Trust check passed' },
    { name: 'IsRootSignerMicrosoft', type: 'bool', summary: 'Root signer is Microsoft' },
    {
      name: 'ReportId',
      type: 'long',
      summary: 'Repeating event counter; unique only together with device and time',
    },
  ),
};

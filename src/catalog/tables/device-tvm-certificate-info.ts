import { columnsOf } from '../shared-columns.js';
import type { Table } from '../types.js';

export const deviceTvmCertificateInfo: Table = {
  name: 'DeviceTvmCertificateInfo',
  category: 'Vulnerability management',
  summary: 'Certificates found on devices by vulnerability management.',
  timeColumn: null,
  deviceScoped: true,
  columns: columnsOf(
    'DeviceId',
    { name: 'Thumbprint', type: 'string', summary: 'Certificate thumbprint' },
    { name: 'Path', type: 'string', summary: 'Certificate location' },
    { name: 'SerialNumber', type: 'string', summary: 'Certificate serial number' },
    { name: 'IssuedTo', type: 'dynamic', summary: 'Subject' },
    { name: 'IssuedBy', type: 'dynamic', summary: 'Issuer' },
    { name: 'FriendlyName', type: 'string', summary: 'Friendly name' },
    { name: 'SignatureAlgorithm', type: 'string', summary: 'Signature algorithm' },
    { name: 'KeySize', type: 'string', summary: 'Key size' },
    { name: 'ExpirationDate', type: 'string', readAs: 'datetime', summary: 'Valid to' },
    { name: 'IssueDate', type: 'string', readAs: 'datetime', summary: 'Valid from' },
    { name: 'SubjectType', type: 'string', summary: 'CA or end entity' },
    { name: 'KeyUsage', type: 'string', summary: 'Allowed key uses' },
    { name: 'ExtendedKeyUsage', type: 'string', summary: 'Extended key uses' },
  ),
};

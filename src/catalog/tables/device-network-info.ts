import { columnsOf } from '../shared-columns.js';
import type { Table } from '../types.js';

export const deviceNetworkInfo: Table = {
  name: 'DeviceNetworkInfo',
  category: 'Devices',
  summary:
    'Network adapter snapshots per device: addresses, gateways, DNS servers and connected networks.',
  timeColumn: 'Timestamp',
  deviceScoped: true,
  columns: columnsOf(
    { name: 'Timestamp', type: 'datetime', summary: 'When the snapshot was recorded' },
    'DeviceId',
    'DeviceName',
    { name: 'NetworkAdapterName', type: 'string', summary: 'Adapter name' },
    { name: 'MacAddress', type: 'string', summary: 'Adapter MAC address' },
    { name: 'NetworkAdapterType', type: 'string', summary: 'Adapter kind' },
    { name: 'NetworkAdapterStatus', type: 'string', summary: 'Adapter operational state' },
    { name: 'TunnelType', type: 'string', summary: 'Tunnel protocol if any' },
    {
      name: 'ConnectedNetworks',
      type: 'string',
      summary: 'Networks joined by the adapter, JSON array text',
      jsonText: true,
    },
    {
      name: 'DnsAddresses',
      type: 'string',
      summary: 'DNS servers, JSON array text',
      jsonText: true,
    },
    { name: 'IPv4Dhcp', type: 'string', summary: 'DHCP server, IPv4' },
    { name: 'IPv6Dhcp', type: 'string', summary: 'DHCP server, IPv6' },
    {
      name: 'DefaultGateways',
      type: 'string',
      summary: 'Gateways, JSON array text',
      jsonText: true,
    },
    {
      name: 'IPAddresses',
      type: 'string',
      summary: 'Assigned addresses with prefix and scope, JSON array text',
      jsonText: true,
    },
    {
      name: 'ReportId',
      type: 'long',
      summary: 'Repeating event counter; unique only together with device and time',
    },
    { name: 'NetworkAdapterVendor', type: 'string', summary: 'Adapter manufacturer' },
    'OnboardingStatus',
    { name: 'NetworkAdapterDnsSuffix', type: 'string', summary: 'Adapter DNS suffix' },
  ),
};

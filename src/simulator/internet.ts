import { Random } from './random.js';

/** Where a connection goes. */
export interface Destination {
  readonly name: string | null;
  readonly address: string;
  readonly port: number;
}

/** The ranges that documentation may use: no address of the simulation belongs to anyone. */
const documentationRanges = ['192.0.2', '198.51.100', '203.0.113'];

const addresses = new Map<string, string>();

/** A public address for a name; one name can have several, and always the same ones. */
export function publicAddress(name: string, variant = 0): string {
  const key = `address ${name} ${variant}`;
  let address = addresses.get(key);
  if (address === undefined) {
    const random = new Random(key);
    address = `${random.pick(documentationRanges)}.${random.integer(20, 249)}`;
    addresses.set(key, address);
  }
  return address;
}

/** Names that offices and their software talk to all day, by what makes them do it. */
export const sites = {
  web: [
    'www.bing.com',
    'www.google.com',
    'fonts.gstatic.com',
    'www.wikipedia.org',
    'news.harbourtimes.example',
    'shop.industrial-parts.example',
    'www.trainline.example',
    'maps.example.org',
    'forum.metrology.example',
    'cdn.jsdelivr.example',
    'www.weather.example',
    'static.xx.social.example',
    'accounts.google.com',
    'www.linkedin.com',
    'stackoverflow.com',
    'docs.python.org',
    'learn.microsoft.com',
    'intranet.corp.brackwater.example',
    'bank.northsea.example',
    'tickets.service.example',
  ],
  mail: ['outlook.office365.com', 'outlook.office.com', 'autodiscover-s.outlook.com'],
  office: [
    'login.microsoftonline.com',
    'graph.microsoft.com',
    'config.office.com',
    'nexusrules.officeapps.live.com',
    'brackwater.sharepoint.com',
  ],
  teams: ['teams.microsoft.com', 'statics.teams.cdn.office.net', 'presence.teams.microsoft.com'],
  drive: [
    'brackwater-my.sharepoint.com',
    'skydrive.wns.windows.com',
    'mobile.pipe.aria.microsoft.com',
  ],
  update: [
    'fe3cr.delivery.mp.microsoft.com',
    'sls.update.microsoft.com',
    'ctldl.windowsupdate.com',
    'settings-win.data.microsoft.com',
    'v10.events.data.microsoft.com',
  ],
  defender: ['wdcp.microsoft.com', 'go.microsoft.com', 'definitionupdates.microsoft.com'],
  development: [
    'github.com',
    'api.github.com',
    'api.nuget.org',
    'pypi.org',
    'files.pythonhosted.org',
    'repo.maven.apache.org',
  ],
  apple: ['swscan.apple.com', 'gdmf.apple.com', 'configuration.apple.com'],
  linux: ['deb.debian.org', 'security.debian.org', 'archive.ubuntu.com', 'ntp.ubuntu.com'],
  backup: ['eu-west.objects.northvault.example', 'license.northvault.example'],
} as const;

export type SiteKind = keyof typeof sites;

/** One of the sites of a kind, over HTTPS. */
export function destination(random: Random, kind: SiteKind): Destination {
  const name = random.pick<string>(sites[kind]);
  return { name, address: publicAddress(name, random.integer(0, 3)), port: 443 };
}

/** How Defender classifies an address. */
export function addressType(address: string): 'Public' | 'Private' | 'Loopback' {
  if (address.startsWith('10.')) return 'Private';
  return address.startsWith('127.') ? 'Loopback' : 'Public';
}

/** Numbers of classes by their names, as schema.ocsf.io has them. */
const classes: readonly (readonly [name: string, uid: number])[] = [
  ['File System Activity', 1001],
  ['Kernel Extension Activity', 1002],
  ['Kernel Activity', 1003],
  ['Memory Activity', 1004],
  ['Module Activity', 1005],
  ['Scheduled Job Activity', 1006],
  ['Process Activity', 1007],
  ['Event Log Activity', 1008],
  ['Script Activity', 1009],
  ['Security Finding', 2001],
  ['Vulnerability Finding', 2002],
  ['Compliance Finding', 2003],
  ['Detection Finding', 2004],
  ['Incident Finding', 2005],
  ['Data Security Finding', 2006],
  ['Account Change', 3001],
  ['Authentication', 3002],
  ['Authorize Session', 3003],
  ['Entity Management', 3004],
  ['User Access Management', 3005],
  ['Group Management', 3006],
  ['Network Activity', 4001],
  ['HTTP Activity', 4002],
  ['DNS Activity', 4003],
  ['DHCP Activity', 4004],
  ['RDP Activity', 4005],
  ['SMB Activity', 4006],
  ['SSH Activity', 4007],
  ['FTP Activity', 4008],
  ['Email Activity', 4009],
  ['Network File Activity', 4010],
  ['Email File Activity', 4011],
  ['Email URL Activity', 4012],
  ['NTP Activity', 4013],
  ['Tunnel Activity', 4014],
  ['Device Inventory Info', 5001],
  ['Device Config State', 5002],
  ['Web Resources Activity', 6001],
  ['Application Lifecycle', 6002],
  ['API Activity', 6003],
  ['Web Resource Access Activity', 6004],
  ['Datastore Activity', 6005],
  ['File Hosting Activity', 6006],
  ['Scan Activity', 6007],
  ['Registry Key Activity', 201001],
  ['Registry Value Activity', 201002],
  ['Windows Resource Activity', 201003],
  ['Windows Service Activity', 201004],
];

/** Some write `process_activity`. */
const plain = (name: string) => name.toLowerCase().replace(/[\s_-]+/g, '');

const byName: ReadonlyMap<string, number> = new Map(
  classes.map(([name, uid]) => [plain(name), uid]),
);

const longestName = 100;

export function classNamed(name: string | undefined): number | undefined {
  return name === undefined || name.length > longestName ? undefined : byName.get(plain(name));
}

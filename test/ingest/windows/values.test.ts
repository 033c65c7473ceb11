import { describe, expect, it } from 'vitest';
import * as values from '../../../src/ingest/windows/values.js';

describe('a path', () => {
  it.each([
    ['\\??\\C:\\Temp\\a.exe', 'C:\\Temp\\a.exe'],
    ['\\Device\\HarddiskVolume3\\a.exe', 'C:\\a.exe'],
    ['\\SystemRoot\\System32\\a.sys', 'C:\\Windows\\System32\\a.sys'],
    ['\\Device\\Mup\\srv\\C$\\a.exe', '\\\\srv\\C$\\a.exe'],
    [
      '\\device\\mup\\;LanmanRedirector\\;Z:00000000000a\\srv\\share\\a.exe',
      '\\\\srv\\share\\a.exe',
    ],
    ['\\Device\\LanmanRedirector\\;Z:0\\srv\\share\\a.exe', '\\\\srv\\share\\a.exe'],
    ['\\??\\UNC\\srv\\share\\a.exe', '\\\\srv\\share\\a.exe'],
    ['\\\\?\\UNC\\srv\\share\\a.exe', '\\\\srv\\share\\a.exe'],
    ['\\\\srv\\share\\a.exe', '\\\\srv\\share\\a.exe'],
    ['\\\\?\\GLOBALROOT\\Device\\HarddiskVolume3\\a.exe', 'C:\\a.exe'],
    [
      '\\\\?\\GLOBALROOT\\Device\\HarddiskVolumeShadowCopy1\\a',
      '\\Device\\HarddiskVolumeShadowCopy1\\a',
    ],
    ['\\Device\\CdRom0\\setup.exe', '\\Device\\CdRom0\\setup.exe'],
    ['/usr/bin/id', '/usr/bin/id'],
  ])('%s', (path, plain) => {
    expect(values.plainPath(path)).toBe(plain);
  });
});

describe('an account that every Windows has, by the name that its language has for it', () => {
  it.each([
    ['NT AUTHORITY\\SYSTEM', 'S-1-5-18'],
    ['NT-AUTORITÄT\\SYSTEM', 'S-1-5-18'],
    ['AUTORITE NT\\Système', 'S-1-5-18'],
    ['AUTORIDADE NT\\SISTEMA', 'S-1-5-18'],
    ['NT AUTHORITY\\СИСТЕМА', 'S-1-5-18'],
    ['NT-AUTORITÄT\\Lokaler Dienst', 'S-1-5-19'],
    ['AUTORITE NT\\SERVICE LOCAL', 'S-1-5-19'],
    ['NT-AUTORITÄT\\NETZWERKDIENST', 'S-1-5-20'],
    ['AUTORITE NT\\SERVICE RÉSEAU', 'S-1-5-20'],
    ['NT AUTHORITY\\SERVIZIO DI RETE', 'S-1-5-20'],
    ['Font Driver Host\\UMFD-12', 'S-1-5-96-0-12'],
    ['Window Manager\\DWM-1', 'S-1-5-90-0-1'],
    ['CONTOSO\\SYSTEM', undefined],
  ])('%s', (name, sid) => {
    expect(values.wellKnownSid(name)).toBe(sid);
  });
});

describe('the kind of a service and its start, in the words of the system', () => {
  it.each([
    ['user mode service', 'demand start', 16, 3],
    ['Benutzermodusdienst', 'Manuell starten', 16, 3],
    ['Kernelmodustreiber', 'Automatisch starten', 1, 2],
    ['service en mode utilisateur', 'Démarrage à la demande', 16, 3],
    ['pilote en mode noyau', 'démarrage automatique', 1, 2],
    ['servicio de modo usuario', 'inicio automático', 16, 2],
    ['controlador en modo kernel', 'inicio por petición', 1, 3],
    ['servizio modalità utente', 'avvio su richiesta', 16, 3],
    ['servizio modalità utente', 'avvio manuale', 16, 3],
    ['driver modalità kernel', 'disabilitato', 1, 4],
    ['serviço do modo de usuário', 'início automático', 16, 2],
    ['service in gebruikersmodus', 'automatisch starten', 16, 2],
    ['драйвер режима ядра', 'Вручную', 1, 3],
    ['служба режима пользователя', 'Автоматически', 16, 2],
    ['file system driver', 'boot start', 2, 0],
    ['user mode share process', 'system start', 32, 1],
    ['0x10', '4', 16, 4],
    ['другое', '', 'другое', ''],
  ])('%s, %s', (type, start, typeNumber, startNumber) => {
    expect([values.serviceType(type), values.serviceStart(start)]).toEqual([
      typeNumber,
      startNumber,
    ]);
  });
});

describe('the executable of a service', () => {
  it.each([
    ['"C:\\a b\\x.exe" -s', 'C:\\a b\\x.exe'],
    [
      'C:\\Program Files\\Some App\\svc host.exe -k run',
      'C:\\Program Files\\Some App\\svc host.exe',
    ],
    ['\\??\\C:\\Temp\\a.sys', '\\??\\C:\\Temp\\a.sys'],
    ['\\\\10.0.0.9\\drop\\evil.exe', '\\\\10.0.0.9\\drop\\evil.exe'],
    ['powershell.exe -nop -enc AAAA', 'powershell.exe'],
    ['cmd /c powershell.exe -nop', 'cmd'],
    ['C:\\Windows\\System32\\cmd /c C:\\Temp\\a.exe', 'C:\\Windows\\System32\\cmd'],
    ['%COMSPEC% /Q /c echo a > %TEMP%\\b.bat', 'C:\\Windows\\System32\\cmd.exe'],
    ['System32\\drivers\\a.sys', 'C:\\Windows\\System32\\drivers\\a.sys'],
    ['%ProgramFiles%\\A b\\c.exe -k', 'C:\\Program Files\\A b\\c.exe'],
    ['"%ProgramFiles(x86)%\\a.exe" -k', 'C:\\Program Files (x86)\\a.exe'],
    ['%programdata%\\a -k', 'C:\\ProgramData\\a'],
    ['%SystemDrive%\\a.exe', 'C:\\a.exe'],
    ['%windir%\\system32\\svchost.exe -k b', 'C:\\Windows\\system32\\svchost.exe'],
    ['%TEMP%\\a.exe', '%TEMP%\\a.exe'],
  ])('%s', (command, image) => {
    expect(values.serviceImage(command)).toBe(image);
  });
});

describe('the name of a registry value', () => {
  const key = 'HKLM\\SOFTWARE\\Key';
  it.each([
    [key, 'Name'],
    [key, '(Default)'],
    [key, 'http://a/b'],
    [key, 'C:\\Temp'],
    [key, 'C:\\'],
    [key, '%windir%\\Temp'],
    [key, '@%SystemRoot%\\System32\\shell32.dll,-1'],
    [key, '\\\\srv\\share\\a'],
    [key, '\\??\\Volume{0}'],
    ['HKLM\\System\\bam\\State\\UserSettings\\S-1-5-18', '\\Device\\HarddiskVolume3\\a.exe'],
    ['HKLM\\System\\FirewallPolicy\\FirewallRules', 'TCP Query User{0}C:\\temp\\a.exe'],
    ['HKU\\S-1\\Explorer\\UserAssist\\{0}\\Count', '{1}\\a.rkr'],
    ['HKU\\S-1\\Explorer\\FeatureUsage\\AppSwitched', '{1}\\a.exe'],
  ])('%s: %s', (parent, name) => {
    const object = `${parent}\\${name}`;
    expect([values.registryParent(object), values.registryValueName(object)]).toEqual([
      parent,
      name,
    ]);
  });

  it('is the last part of what has each backslash twice', () => {
    expect(values.registryValueName('HKLM\\\\SOFTWARE\\\\Key\\\\Name')).toBe('Name');
  });
});

it.each([
  ['3', 'Network'],
  [' 10 ', 'RemoteInteractive'],
  ['0x3', 'Network'],
  ['3 - Network', 'Network'],
  ['Remote Interactive', 'RemoteInteractive'],
  ['networkCleartext', 'NetworkCleartext'],
  ['0', 'Unknown'],
  ['33', 'Unknown'],
  ['-', 'Unknown'],
])('logon type %s is %s', (text, wanted) => {
  expect(values.logonType(text)).toBe(wanted);
});

it.each([
  ['0xc000006d', '0xC000006A', 'InvalidUserNameOrPassword'],
  ['C000006D', '0x0', 'InvalidUserNameOrPassword'],
  ['-1073741714', '-1073741710', 'AccountDisabled'],
  ['3221226036', '0', 'AccountLockedOut'],
  ['0xc000006e', '0xc000006f', 'C000006F'],
  ['0x0', '-', undefined],
])('failure %s, %s is %s', (status, subStatus, wanted) => {
  expect(values.failureReason(status, subStatus)).toBe(wanted);
});

it.each([
  [undefined, undefined, '%%2313', 'InvalidUserNameOrPassword'],
  ['0x0', '0x0', '%%2307', 'AccountLockedOut'],
  ['-', '-', 'Account currently disabled.', 'AccountDisabled'],
  ['Unknown user name or bad password.', '-', undefined, 'InvalidUserNameOrPassword'],
  ['0xC0000413', '0x0', '%%2304', 'C0000413'],
  [undefined, undefined, '%%2304', '%%2304'],
  [undefined, undefined, '-', undefined],
  ['0xC000006D', '0xC0000072', '%%2313', 'AccountDisabled'],
])('the reason of %s, %s and %s is %s', (status, subStatus, stated, wanted) => {
  expect(values.failureReason(status, subStatus, stated)).toBe(wanted);
});

it.each([
  ['\\evil', '\\Device\\NamedPipe\\evil'],
  ['evil', '\\Device\\NamedPipe\\evil'],
  ['\\\\.\\pipe\\evil', '\\Device\\NamedPipe\\evil'],
  ['\\??\\pipe\\evil', '\\Device\\NamedPipe\\evil'],
  ['\\Device\\NamedPipe\\evil', '\\Device\\NamedPipe\\evil'],
  ['<Anonymous Pipe>', '<Anonymous Pipe>'],
  ['&lt;Anonymous Pipe&gt;', '<Anonymous Pipe>'],
])('pipe %s is %s', (name, wanted) => {
  expect(values.pipeName(name)).toBe(wanted);
});

it.each([
  ['0:0:0:0:0:0:0:1', '::1'],
  ['2001:0DB8:0:0:0:0:0:1', '2001:db8::1'],
  ['fe80::1234:5678%5', 'fe80::1234:5678'],
  ['::FFFF:10.0.0.1', '::ffff:10.0.0.1'],
  ['0:0:0:0:0:ffff:a00:1', '::ffff:10.0.0.1'],
  ['10.0.0.1', '10.0.0.1'],
  ['LOCAL', 'LOCAL'],
])('address %s is %s', (text, wanted) => {
  expect(values.shortAddress(text)).toBe(wanted);
});

/** What records of the audit system become, for the reference; `auditd.ts` makes the rows. */
export const auditRows: readonly {
  readonly event: string;
  readonly table: string;
  readonly actionType: string;
  readonly columns: string;
}[] = [
  {
    event: 'execve, execveat, where they succeeded',
    table: 'DeviceProcessEvents',
    actionType: 'ProcessCreated',
    columns:
      '*actor*: ppid; FolderPath = exe; FileName = fileName(exe); ProcessId = pid; ProcessCommandLine = arguments of EXECVE or proctitle; ProcessCreationTime = time of the record; AccountName = user of uid; LogonId = ses; AdditionalFields.ProcessCurrentWorkingDirectory = cwd',
  },
  {
    event: 'connect, to IPv4 and IPv6',
    table: 'DeviceNetworkEvents',
    actionType: 'ConnectionSuccess if success or under way, ConnectionFailed else',
    columns: '*actor*: pid, exe, user of uid; RemoteIP, RemotePort = saddr; RemoteIPType',
  },
  {
    event: 'unlink, rename, open for writing, creat, truncate and their variants',
    table: 'DeviceFileEvents',
    actionType: 'FileDeleted, FileRenamed, FileCreated, FileModified, by nametype',
    columns:
      '*actor*: pid, exe, user of uid; FolderPath = cwd and name; FileName = fileName(name); PreviousFolderPath, PreviousFileName of a rename',
  },
  {
    event: 'USER_LOGIN, USER_AUTH',
    table: 'DeviceLogonEvents',
    actionType: 'LogonSuccess, LogonFailed, by res',
    columns:
      '*actor*: pid, exe; AccountName = acct; RemoteIP = addr; RemoteIPType; RemoteDeviceName = hostname',
  },
  {
    event: 'ADD_USER, DEL_USER',
    table: 'DeviceEvents',
    actionType: 'UserAccountCreated, UserAccountDeleted',
    columns: '*actor*: pid, exe; AccountName = acct',
  },
];

/** What records of the audit system become, for the reference; `audit-calls.ts` and `audit-users.ts` make the rows. */
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
    event: 'accept, accept4, from IPv4 and IPv6, where they succeeded',
    table: 'DeviceNetworkEvents',
    actionType: 'InboundConnectionAccepted',
    columns: '*actor*: pid, exe, user of uid; RemoteIP, RemotePort = saddr; RemoteIPType',
  },
  {
    event: 'bind, to a port of IPv4 and IPv6, where it succeeded',
    table: 'DeviceNetworkEvents',
    actionType: 'ListeningConnectionCreated',
    columns: '*actor*: pid, exe, user of uid; LocalIP, LocalPort = saddr; LocalIPType',
  },
  {
    event: 'unlink, rename, open for writing, creat, truncate and their variants',
    table: 'DeviceFileEvents',
    actionType: 'FileDeleted, FileRenamed, FileCreated, FileModified, by nametype',
    columns:
      '*actor*: pid, exe, user of uid; FolderPath = cwd and name; FileName = fileName(name); PreviousFolderPath, PreviousFileName of a rename',
  },
  {
    event: 'ptrace, to attach to a process or to write to it, where it succeeded',
    table: 'DeviceEvents',
    actionType: 'PTraceDetected',
    columns: '*actor*: pid, exe, user of uid; ProcessId = opid; FileName = ocomm',
  },
  {
    event: 'USER_LOGIN, USER_AUTH',
    table: 'DeviceLogonEvents',
    actionType: 'LogonSuccess, LogonFailed, by res',
    columns:
      '*actor*: pid, exe; AccountName = acct, or the name of id; LogonId = ses; RemoteIP = addr; RemoteIPType; RemoteDeviceName = hostname. The row of a USER_LOGIN takes the place of its USER_AUTH’s: of one that failed, of all that succeeded',
  },
  {
    event: 'ADD_USER, DEL_USER, USER_MGMT, USER_CHAUTHTOK, ACCT_LOCK, ACCT_UNLOCK',
    table: 'DeviceEvents',
    actionType:
      'UserAccountCreated, UserAccountDeleted, UserAccountModified, PasswordChangeAttempt, UserAccountAddedToLocalGroup, UserAccountRemovedFromLocalGroup, by type and op',
    columns:
      '*actor*: pid, exe; AccountName = acct, or the name of id; AdditionalFields.GroupName = grp',
  },
  {
    event: 'ADD_GROUP, DEL_GROUP',
    table: 'DeviceEvents',
    actionType: 'SecurityGroupCreated, SecurityGroupDeleted',
    columns: '*actor*: pid, exe; AdditionalFields.GroupName = acct, grp, or the name of id',
  },
];

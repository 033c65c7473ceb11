/** A query that teaches something. */
export interface Example {
  readonly title: string;
  readonly teaches: string;
  readonly text: string;
}

/** The first tab of someone who has none. */
export const startHere: Example = {
  title: 'Start here',
  teaches: 'What runs where: a table, a summary, a chart.',
  text: `// Shift+Enter runs the query that the cursor is in. This one counts processes by the hour.
DeviceProcessEvents
| summarize Processes = count(), Devices = dcount(DeviceName) by bin(Timestamp, 1h)
| render timechart

// A blank line ends a query. Put the cursor here for the next one: the newest processes.
DeviceProcessEvents
| project Timestamp, DeviceName, AccountName, FileName, ProcessCommandLine, InitiatingProcessFileName
| top 500 by Timestamp
`,
};

/** Those of the demo's company: each finds a part of one of its attacks, or shows one thing of the tool. */
export const demoExamples: readonly Example[] = [
  {
    title: 'A document that starts a shell',
    teaches: 'Filter by parent and child. Open a record: the whole command line is in the pane.',
    text: `// Office starts no shells of its own accord. Which document did?
DeviceProcessEvents
| where InitiatingProcessFileName in~ ("winword.exe", "excel.exe", "outlook.exe")
| where FileName in~ ("powershell.exe", "cmd.exe", "wscript.exe", "mshta.exe")
| project Timestamp, DeviceName, AccountName, FileName, ProcessCommandLine, InitiatingProcessCommandLine
| order by Timestamp asc
`,
  },
  {
    title: 'Guessed passwords',
    teaches: 'Summarize twice over the same rows: many failures, then a success, from one address.',
    text: `// Who logged on from an address that had failed many times before?
DeviceLogonEvents
| where isnotempty(RemoteIP)
| summarize Failed = countif(ActionType == "LogonFailed"),
    Succeeded = countif(ActionType == "LogonSuccess"),
    Accounts = make_set(AccountName, 5),
    First = min(Timestamp), Last = max(Timestamp) by RemoteIP, RemoteIPType, DeviceName
| where Failed > 10
| order by Failed desc
`,
  },
  {
    title: 'Files renamed by the hundred',
    teaches: 'Count by minute and draw it: an attack is a spike, and the spike has a device.',
    text: `// Ransomware renames faster than people do.
DeviceFileEvents
| where ActionType == "FileRenamed"
| summarize Renamed = count() by DeviceName, bin(Timestamp, 10m)
| render timechart
`,
  },
  {
    title: 'Where servers talk to',
    teaches: 'Join two tables, and keep what is rare: names that one server alone asks for.',
    text: `// Names that few devices connect to, by servers: updates are everyone's, a mining pool is not.
let servers = DeviceInfo | where OSPlatform contains "Server" or OSPlatform == "Linux" | distinct DeviceId;
DeviceNetworkEvents
| where DeviceId in (servers) and isnotempty(RemoteUrl)
| summarize Connections = count(), Devices = make_set(DeviceName, 5), First = min(Timestamp) by RemoteUrl, RemotePort
| order by array_length(Devices) asc, Connections desc
`,
  },
  {
    title: 'One device, all that it did',
    teaches: 'A parameter becomes an input above the editor; several tables become one timeline.',
    text: `// Change the device above the editor. The tab Timeline draws what comes back.
declare query_parameters(device:string = "bw-web01");
union withsource = Table DeviceProcessEvents, DeviceNetworkEvents, DeviceFileEvents, DeviceLogonEvents
| where DeviceName startswith device
| project Timestamp, Table, ActionType, DeviceName, FileName, ProcessCommandLine, RemoteIP, InitiatingProcessFileName
| top 2000 by Timestamp
`,
  },
  {
    title: 'Mail that was clicked',
    teaches: 'Follow one thing across tables: mail, its link, the click.',
    text: `// From a message to the click on its link.
EmailEvents
| join kind=inner (EmailUrlInfo | project NetworkMessageId, Url) on NetworkMessageId
| join kind=inner (UrlClickEvents | project ClickTime = Timestamp, ClickedBy = AccountUpn, Url, ClickAction = ActionType) on Url
| project Timestamp, ClickTime, SenderFromAddress, RecipientEmailAddress, Subject, Url, ClickedBy, ClickAction
| order by ClickTime desc
`,
  },
];

/** For an installation with events of its own. */
export const ownExamples: readonly Example[] = [
  {
    title: 'What has arrived',
    teaches: 'Every table with events, and how fresh each is.',
    text: `// Events by table in the time range, and the newest of each.
union withsource = Table *
| summarize Events = count(), Last = max(Timestamp) by Table
| order by Events desc
`,
  },
  {
    title: 'Programs seen once',
    teaches: 'What is rare is worth a look: one device, one time.',
    text: `// Programs that ran on one device only, a few times.
DeviceProcessEvents
| summarize Runs = count(), Devices = dcount(DeviceId), First = min(Timestamp), Where = take_any(DeviceName) by FileName, SHA256
| where Devices == 1 and Runs < 4
| order by First desc
`,
  },
  {
    title: 'Failed logons by the hour',
    teaches: 'A summary by time, drawn.',
    text: `// Failures by the hour and device.
DeviceLogonEvents
| where ActionType == "LogonFailed"
| summarize Failures = count() by bin(Timestamp, 1h), DeviceName
| render timechart
`,
  },
  {
    title: 'Shells of Office',
    teaches: 'A classic: parent and child that do not belong together.',
    text: `// Office starts no shells of its own accord.
DeviceProcessEvents
| where InitiatingProcessFileName in~ ("winword.exe", "excel.exe", "powerpnt.exe", "outlook.exe")
| where FileName in~ ("powershell.exe", "cmd.exe", "wscript.exe", "cscript.exe", "mshta.exe")
| project Timestamp, DeviceName, AccountName, FileName, ProcessCommandLine, InitiatingProcessCommandLine
`,
  },
];

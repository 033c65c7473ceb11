import type { StoredFunction } from './types.js';

/**
 * The functions that advanced hunting documents, over the tenant's own telemetry: what Microsoft knows
 * of the whole world is, here, what this tenant has seen.
 */
export const huntingFunctions: readonly StoredFunction[] = [
  {
    name: 'FileProfile',
    summary:
      'Adds what is known of a file by its hash: how many devices had it, when, and who signed it.',
    doc: 'advanced-hunting-fileprofile-function',
    columnParameters: true,
    parameters: 'Files: (*), HashColumn: string = "SHA1", MaxFiles: long = 100',
    body: `
      let Keyed = Files
        | extend FileProfileKey = tolower(tostring(column_ifexists(HashColumn, "")));
      let Keys = Keyed | where isnotempty(FileProfileKey) | distinct FileProfileKey | take MaxFiles;
      let Sightings = union
        (DeviceProcessEvents | project Timestamp, DeviceId, SHA1, SHA256, MD5, FileSize, IsExecutable = true,
          Publisher = ProcessVersionInfoCompanyName, SoftwareName = ProcessVersionInfoProductName, ThreatName = ""),
        (DeviceProcessEvents | project Timestamp, DeviceId, SHA1 = InitiatingProcessSHA1, SHA256 = InitiatingProcessSHA256,
          MD5 = InitiatingProcessMD5, FileSize = InitiatingProcessFileSize, IsExecutable = true,
          Publisher = InitiatingProcessVersionInfoCompanyName, SoftwareName = InitiatingProcessVersionInfoProductName, ThreatName = ""),
        (DeviceImageLoadEvents | project Timestamp, DeviceId, SHA1, SHA256, MD5, FileSize, IsExecutable = true,
          Publisher = "", SoftwareName = "", ThreatName = ""),
        (DeviceFileEvents | project Timestamp, DeviceId, SHA1, SHA256, MD5, FileSize,
          IsExecutable = FileName matches regex @"(?i)\\.(exe|dll|sys|ocx|scr|cpl|drv)$",
          Publisher = "", SoftwareName = "", ThreatName = ""),
        (DeviceEvents | where ActionType == "AntivirusDetection" | project Timestamp, DeviceId, SHA1, SHA256, MD5, FileSize,
          IsExecutable = false, Publisher = "", SoftwareName = "",
          ThreatName = tostring(parse_json(AdditionalFields).ThreatName));
      let Profiles = Sightings
        | extend FileProfileKey = tolower(case(HashColumn contains "256", SHA256, HashColumn contains "MD5", MD5, SHA1))
        | where FileProfileKey in (Keys)
        | summarize SHA1 = take_anyif(SHA1, isnotempty(SHA1)), SHA256 = take_anyif(SHA256, isnotempty(SHA256)),
            MD5 = take_anyif(MD5, isnotempty(MD5)), FileSize = max(FileSize), GlobalPrevalence = toint(dcount(DeviceId)),
            GlobalFirstSeen = min(Timestamp), GlobalLastSeen = max(Timestamp), IsExecutable = countif(IsExecutable) > 0,
            ThreatName = take_anyif(ThreatName, isnotempty(ThreatName)), Publisher = take_anyif(Publisher, isnotempty(Publisher)),
            SoftwareName = take_anyif(SoftwareName, isnotempty(SoftwareName)) by FileProfileKey
        | join kind=leftouter (
            DeviceFileCertificateInfo
            | where isnotempty(SHA1)
            | summarize arg_max(Timestamp, Signer, Issuer, SignerHash, IsSigned, IsTrusted, IsRootSignerMicrosoft) by SHA1
          ) on SHA1
        | project FileProfileKey, SHA1, SHA256, MD5, FileSize, GlobalPrevalence, GlobalFirstSeen, GlobalLastSeen,
            Signer, Issuer, SignerHash, IsCertificateValid = IsTrusted, IsRootSignerMicrosoft,
            SignatureState = case(isnull(IsSigned), "Unknown", not(IsSigned), "Unsigned", IsTrusted, "SignedValid", "SignedInvalid"),
            IsExecutable, ThreatName, Publisher, SoftwareName, ProfileAvailability = "Available";
      Keyed
      | join kind=leftouter Profiles on FileProfileKey
      | extend ProfileAvailability = iff(isempty(ProfileAvailability), "Missing", ProfileAvailability)
      | project-away FileProfileKey, FileProfileKey1`,
  },
  {
    name: 'DeviceFromIP',
    summary: 'Adds the device that a local IP address was last assigned to, up to a moment.',
    doc: 'advanced-hunting-devicefromip-function',
    columnParameters: true,
    parameters: 'Addresses: (*), AddressColumn: string = "IP", At: datetime = datetime(null)',
    body: `
      let Assigned = DeviceNetworkInfo
        | where isnull(At) or Timestamp <= At
        | mv-expand Address = todynamic(IPAddresses)
        | extend DeviceFromIPKey = tostring(Address.IPAddress)
        | where isnotempty(DeviceFromIPKey)
        | summarize arg_max(Timestamp, DeviceId) by DeviceFromIPKey
        | project DeviceFromIPKey, DeviceId;
      Addresses
      | extend DeviceFromIPKey = tostring(column_ifexists(AddressColumn, ""))
      | join kind=leftouter Assigned on DeviceFromIPKey
      | project-away DeviceFromIPKey, DeviceFromIPKey1`,
  },
  {
    name: 'AssignedIPAddresses',
    summary: 'The IP addresses that a device last had, up to a moment.',
    doc: 'advanced-hunting-assignedipaddresses-function',
    parameters: 'Device: string, At: datetime = datetime(null)',
    body: `
      DeviceNetworkInfo
      | where DeviceId == Device or DeviceName =~ Device
      | where isnull(At) or Timestamp <= At
      | summarize arg_max(Timestamp, IPAddresses, NetworkAdapterType, ConnectedNetworks) by NetworkAdapterName, MacAddress
      | mv-expand Address = todynamic(IPAddresses)
      | extend IPAddress = tostring(Address.IPAddress)
      | where isnotempty(IPAddress)
      | project Timestamp, IPAddress, IPType = tostring(Address.AddressType), NetworkAdapterType, ConnectedNetworks`,
  },
  {
    name: 'SeenBy',
    summary: 'Adds the devices whose network traffic met a device, as a list.',
    doc: 'advanced-hunting-seenby-function',
    columnParameters: true,
    parameters: 'Devices: (*), DeviceColumn: string = "DeviceId"',
    body: `
      let Keyed = Devices | extend SeenByKey = tostring(column_ifexists(DeviceColumn, ""));
      let Wanted = Keyed | distinct SeenByKey | take 1000;
      let Addresses = DeviceNetworkInfo
        | where DeviceId in (Wanted)
        | mv-expand Address = todynamic(IPAddresses)
        | distinct SeenByKey = DeviceId, RemoteIP = tostring(Address.IPAddress)
        | where isnotempty(RemoteIP);
      let Sightings = DeviceNetworkEvents
        | where RemoteIP in ((Addresses | project RemoteIP))
        | distinct RemoteIP, Seer = DeviceId
        | join kind=inner Addresses on RemoteIP
        | where Seer != SeenByKey
        | summarize SeenBy = make_set(Seer) by SeenByKey;
      Keyed
      | join kind=leftouter Sightings on SeenByKey
      | project-away SeenByKey, SeenByKey1`,
  },
];

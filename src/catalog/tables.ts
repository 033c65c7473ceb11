import { aadSignInEventsBeta } from './tables/aad-sign-in-events-beta.js';
import { aadSpnSignInEventsBeta } from './tables/aad-spn-sign-in-events-beta.js';
import { agentsInfo } from './tables/agents-info.js';
import { aiAgentsInfo } from './tables/ai-agents-info.js';
import { alertEvidence } from './tables/alert-evidence.js';
import { alertInfo } from './tables/alert-info.js';
import { behaviorEntities } from './tables/behavior-entities.js';
import { behaviorInfo } from './tables/behavior-info.js';
import { callActivityEvents } from './tables/call-activity-events.js';
import { campaignInfo } from './tables/campaign-info.js';
import { cloudAppEvents } from './tables/cloud-app-events.js';
import { cloudAuditEvents } from './tables/cloud-audit-events.js';
import { cloudDnsEvents } from './tables/cloud-dns-events.js';
import { cloudPolicyEnforcementEvents } from './tables/cloud-policy-enforcement-events.js';
import { cloudProcessEvents } from './tables/cloud-process-events.js';
import { cloudStorageAggregatedEvents } from './tables/cloud-storage-aggregated-events.js';
import { dataSecurityBehaviors } from './tables/data-security-behaviors.js';
import { dataSecurityEvents } from './tables/data-security-events.js';
import { deviceBaselineComplianceAssessment } from './tables/device-baseline-compliance-assessment.js';
import { deviceBaselineComplianceAssessmentKb } from './tables/device-baseline-compliance-assessment-kb.js';
import { deviceBaselineComplianceProfiles } from './tables/device-baseline-compliance-profiles.js';
import { deviceEvents } from './tables/device-events.js';
import { deviceFileCertificateInfo } from './tables/device-file-certificate-info.js';
import { deviceFileEvents } from './tables/device-file-events.js';
import { deviceImageLoadEvents } from './tables/device-image-load-events.js';
import { deviceInfo } from './tables/device-info.js';
import { deviceLogonEvents } from './tables/device-logon-events.js';
import { deviceNetworkEvents } from './tables/device-network-events.js';
import { deviceNetworkInfo } from './tables/device-network-info.js';
import { deviceProcessEvents } from './tables/device-process-events.js';
import { deviceRegistryEvents } from './tables/device-registry-events.js';
import { deviceTvmBrowserExtensions } from './tables/device-tvm-browser-extensions.js';
import { deviceTvmBrowserExtensionsKb } from './tables/device-tvm-browser-extensions-kb.js';
import { deviceTvmCertificateInfo } from './tables/device-tvm-certificate-info.js';
import { deviceTvmHardwareFirmware } from './tables/device-tvm-hardware-firmware.js';
import { deviceTvmInfoGathering } from './tables/device-tvm-info-gathering.js';
import { deviceTvmInfoGatheringKb } from './tables/device-tvm-info-gathering-kb.js';
import { deviceTvmSecureConfigurationAssessment } from './tables/device-tvm-secure-configuration-assessment.js';
import { deviceTvmSecureConfigurationAssessmentKb } from './tables/device-tvm-secure-configuration-assessment-kb.js';
import { deviceTvmSoftwareEvidenceBeta } from './tables/device-tvm-software-evidence-beta.js';
import { deviceTvmSoftwareInventory } from './tables/device-tvm-software-inventory.js';
import { deviceTvmSoftwareVulnerabilities } from './tables/device-tvm-software-vulnerabilities.js';
import { deviceTvmSoftwareVulnerabilitiesKb } from './tables/device-tvm-software-vulnerabilities-kb.js';
import { disruptionAndResponseEvents } from './tables/disruption-and-response-events.js';
import { emailAttachmentInfo } from './tables/email-attachment-info.js';
import { emailEvents } from './tables/email-events.js';
import { emailPostDeliveryEvents } from './tables/email-post-delivery-events.js';
import { emailUrlInfo } from './tables/email-url-info.js';
import { entraIdSignInEvents } from './tables/entra-id-sign-in-events.js';
import { entraIdSpnSignInEvents } from './tables/entra-id-spn-sign-in-events.js';
import { exposureGraphEdges } from './tables/exposure-graph-edges.js';
import { exposureGraphNodes } from './tables/exposure-graph-nodes.js';
import { fileMaliciousContentInfo } from './tables/file-malicious-content-info.js';
import { graphApiAuditEvents } from './tables/graph-api-audit-events.js';
import { identityAccountInfo } from './tables/identity-account-info.js';
import { identityDirectoryEvents } from './tables/identity-directory-events.js';
import { identityEvents } from './tables/identity-events.js';
import { identityInfo } from './tables/identity-info.js';
import { identityLogonEvents } from './tables/identity-logon-events.js';
import { identityQueryEvents } from './tables/identity-query-events.js';
import { messageContents } from './tables/message-contents.js';
import { messageEvents } from './tables/message-events.js';
import { messagePostDeliveryEvents } from './tables/message-post-delivery-events.js';
import { messageUrlInfo } from './tables/message-url-info.js';
import { oauthAppInfo } from './tables/oauth-app-info.js';
import { urlClickEvents } from './tables/url-click-events.js';
import type { Table } from './types.js';

/** The tables of the advanced hunting schema, in the order of its reference. */
export const documentedTables: readonly Table[] = [
  deviceInfo,
  deviceNetworkInfo,
  deviceProcessEvents,
  deviceNetworkEvents,
  deviceFileEvents,
  deviceRegistryEvents,
  deviceLogonEvents,
  deviceImageLoadEvents,
  deviceEvents,
  deviceFileCertificateInfo,
  deviceTvmSoftwareInventory,
  deviceTvmSoftwareVulnerabilities,
  deviceTvmSoftwareVulnerabilitiesKb,
  deviceTvmSecureConfigurationAssessment,
  deviceTvmSecureConfigurationAssessmentKb,
  deviceTvmSoftwareEvidenceBeta,
  deviceTvmInfoGathering,
  deviceTvmInfoGatheringKb,
  deviceTvmHardwareFirmware,
  deviceTvmBrowserExtensions,
  deviceTvmBrowserExtensionsKb,
  deviceTvmCertificateInfo,
  deviceBaselineComplianceAssessment,
  deviceBaselineComplianceAssessmentKb,
  deviceBaselineComplianceProfiles,
  alertInfo,
  alertEvidence,
  behaviorInfo,
  behaviorEntities,
  disruptionAndResponseEvents,
  identityInfo,
  identityAccountInfo,
  identityLogonEvents,
  identityQueryEvents,
  identityDirectoryEvents,
  identityEvents,
  entraIdSignInEvents,
  entraIdSpnSignInEvents,
  aadSignInEventsBeta,
  aadSpnSignInEventsBeta,
  emailEvents,
  emailAttachmentInfo,
  emailUrlInfo,
  emailPostDeliveryEvents,
  urlClickEvents,
  campaignInfo,
  fileMaliciousContentInfo,
  messageEvents,
  messagePostDeliveryEvents,
  messageUrlInfo,
  messageContents,
  callActivityEvents,
  cloudAppEvents,
  oauthAppInfo,
  graphApiAuditEvents,
  cloudAuditEvents,
  cloudProcessEvents,
  cloudDnsEvents,
  cloudPolicyEnforcementEvents,
  cloudStorageAggregatedEvents,
  dataSecurityEvents,
  dataSecurityBehaviors,
  exposureGraphNodes,
  exposureGraphEdges,
  agentsInfo,
  aiAgentsInfo,
];

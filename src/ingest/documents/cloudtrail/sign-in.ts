import { literal } from '../../windows/expression.js';
import { any, at, choose, firstOf, lists, when } from '../expression.js';
import type { DocumentParts, DocumentRule } from '../rule.js';
import * as to from '../transforms.js';

/** As Defender for Cloud Apps has it. */
export const amazonWebServices = {
  Application: literal('Amazon Web Services'),
  ApplicationId: literal(11_599),
};

const hasFailed = any(
  lists('responseElements.ConsoleLogin', 'Failure'),
  lists('errorMessage', 'Failed authentication'),
);

const signIn: DocumentRule = {
  event: 'ConsoleLogin: sign-in',
  table: 'IdentityLogonEvents',
  actionType: choose([hasFailed, 'LogonFailed'], [undefined, 'LogonSuccess']),
  columns: {
    ReportId: at('eventID'),
    Application: amazonWebServices.Application,
    LogonType: at('eventName'),
    FailureReason: when(hasFailed, at('errorMessage'), literal('')),
    AccountName: to.lower(
      firstOf(
        at('userIdentity.userName'),
        at('userIdentity.sessionContext.sessionIssuer.userName'),
      ),
    ),
    AccountObjectId: firstOf(at('userIdentity.principalId'), at('userIdentity.onBehalfOf.userId')),
    IPAddress: to.anyAddress(at('sourceIPAddress')),
  },
  additional: {
    MFAUsed: at('additionalEventData.MFAUsed'),
    LoginTo: at('additionalEventData.LoginTo'),
    UserAgent: at('userAgent'),
    AccountType: at('userIdentity.type'),
  },
};

/** The row of a sign-in beside that of the activity which it is. */
export const consoleSignIn: DocumentParts = {
  of: (document) => (document['eventName'] === 'ConsoleLogin' ? [document] : []),
  rules: [signIn],
};

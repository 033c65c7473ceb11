import { joined, transform } from './expression.js';
import type { ProcessFields } from './rule.js';
import { integer } from './values.js';

const subjectUser = joined('\\', 'SubjectDomainName', 'SubjectUserName');

/** Who asked, where the event does not say by which process. */
export const subject: ProcessFields = {
  user: subjectUser,
  sid: 'SubjectUserSid',
  logonId: 'SubjectLogonId',
};

/** 0 where the client is of another machine. */
const clientPid = transform('process id', (text) => (integer(text) === 0 ? undefined : text));

/** Who asked a service that says by which process it was asked. */
export const client: ProcessFields = { ...subject, pid: clientPid('ClientProcessId') };

import { any, at, choose, firstAt, firstOf, lists } from '../expression.js';
import type { DocumentRule } from '../rule.js';
import * as to from '../transforms.js';
import { actionText, category, eventId, hasFailed, type } from './event.js';

export const mail: DocumentRule = {
  event: 'email',
  table: 'EmailEvents',
  condition: category('email'),
  each: 'email.to.address',
  note: 'One row for each recipient.',
  columns: {
    ReportId: eventId(),
    NetworkMessageId: firstOf(at('email.local_id'), at('event.id'), at('email.message_id')),
    InternetMessageId: at('email.message_id'),
    SenderFromAddress: firstAt('email.from.address'),
    SenderMailFromAddress: firstOf(at('email.sender.address'), firstAt('email.from.address')),
    SenderFromDomain: to.mailDomain(firstAt('email.from.address')),
    SenderMailFromDomain: to.mailDomain(
      firstOf(at('email.sender.address'), firstAt('email.from.address')),
    ),
    SenderIPv4: to.ofFamily(at('source.ip'), 4),
    SenderIPv6: to.ofFamily(at('source.ip'), 6),
    RecipientEmailAddress: firstAt('email.to.address'),
    RecipientDomain: to.mailDomain(firstAt('email.to.address')),
    Cc: to.listText('email.cc.address'),
    Subject: at('email.subject'),
    EmailDirection: choose(
      [lists('email.direction', 'inbound', 'incoming'), 'Inbound'],
      [lists('email.direction', 'outbound', 'outgoing'), 'Outbound'],
      [lists('email.direction', 'internal'), 'Intra-org'],
    ),
    DeliveryAction: choose(
      [actionText(/block|reject|drop|quarantin|held|bounc/, 'has block'), 'Blocked'],
      [any(type('denied'), hasFailed), 'Blocked'],
      [actionText(/junk|spam/, 'has spam'), 'Junked'],
      [undefined, 'Delivered'],
    ),
    AttachmentCount: to.count('email.attachments'),
    EmailSize: to.integer(at('email.size')),
    ThreatNames: at('threat.indicator.name'),
  },
};

import { type Expression, match } from '../../windows/expression.js';
import { any, at, choose, firstAt, firstOf, lists, matches } from '../expression.js';
import * as to from '../transforms.js';
import { hasFailed, rule } from './event.js';
import { hashAt } from './objects.js';

const mailColumns: Readonly<Record<string, Expression>> = {
  ReportId: at('metadata.uid'),
  NetworkMessageId: firstOf(
    at('email_uid'),
    at('email.uid'),
    at('message_trace_uid'),
    at('metadata.uid'),
    at('email.message_uid'),
  ),
};

const sender = firstOf(firstAt('email.from'), at('email.smtp_from'));

const recipient = firstOf(firstAt('email.to'), firstAt('email.smtp_to'), firstAt('smtp_to'));

export const mail = rule('4009 email activity', 'EmailEvents', {
  each: ['email.to', 'email.smtp_to', 'smtp_to'],
  note: 'One row for each recipient.',
  columns: {
    ...mailColumns,
    InternetMessageId: at('email.message_uid'),
    SenderFromAddress: to.mailAddress(sender),
    SenderDisplayName: to.mailName(sender),
    SenderFromDomain: to.mailDomain(sender),
    SenderMailFromAddress: to.mailAddress(firstOf(at('email.smtp_from'), at('smtp_from'), sender)),
    SenderMailFromDomain: to.mailDomain(firstOf(at('email.smtp_from'), at('smtp_from'), sender)),
    SenderIPv4: to.ofFamily(firstOf(at('src_endpoint.ip'), at('email.x_originating_ip')), 4),
    SenderIPv6: to.ofFamily(firstOf(at('src_endpoint.ip'), at('email.x_originating_ip')), 6),
    RecipientEmailAddress: to.mailAddress(recipient),
    RecipientDomain: to.mailDomain(recipient),
    Cc: to.listText('email.cc'),
    Subject: at('email.subject'),
    EmailSize: to.integer(at('email.size')),
    EmailDirection: match(at('direction_id'), { 1: 'Inbound', 2: 'Outbound', 3: 'Intra-org' }, ''),
    DeliveryAction: choose(
      [matches('status', /spam|junk/, 'has spam'), 'Junked'],
      [
        any(
          lists('action_id', '2'),
          lists('disposition_id', '2', '3', '6'),
          hasFailed,
          matches('status', /quarantin|block|reject|fail/, 'has quarantine'),
        ),
        'Blocked',
      ],
      [undefined, 'Delivered'],
    ),
    AttachmentCount: to.count('email.files'),
    UrlCount: to.count('email.urls'),
    AuthenticationDetails: at('email_auth'),
  },
});

export const mailFile = rule('4011 email file activity', 'EmailAttachmentInfo', {
  columns: {
    ...mailColumns,
    SenderFromAddress: to.mailAddress(firstAt('email.from')),
    RecipientEmailAddress: to.mailAddress(firstAt('email.to')),
    FileName: at('file.name'),
    FileType: firstOf(at('file.ext'), at('file.mime_type'), at('file.type')),
    SHA256: to.hash(hashAt('file', 'SHA256')),
    FileSize: to.integer(at('file.size')),
  },
});

export const mailUrl = rule('4012 email URL activity', 'EmailUrlInfo', {
  columns: {
    ...mailColumns,
    Url: at('url.url_string'),
    UrlDomain: firstOf(at('url.hostname'), at('url.domain')),
  },
});

import type { JsonValue } from '../../json.js';
import { computed, type Expression } from '../../windows/expression.js';
import { listOf } from '../document.js';
import { all, any, at, choose, firstOf, isThere, not, rawAt } from '../expression.js';
import type { DocumentRule } from '../rule.js';
import * as to from '../transforms.js';
import { acting, actorDetails } from './actor.js';
import { action } from './event.js';
import { seen } from './inspection.js';
import { isOfSensor } from './sensors.js';

export const query: DocumentRule = {
  event: 'DNS',
  table: 'DeviceEvents',
  actionType: choose(
    [action('lookup_requested'), 'DnsQueryRequest'],
    [undefined, 'DnsQueryResponse'],
  ),
  // What a sensor in the network sees is a connection that it has looked into.
  condition: all(
    any(isThere('dns.question.name'), isThere('dns.query.name')),
    not(all(isOfSensor, seen('dns'))),
  ),
  actor: acting,
  columns: {
    ...actorDetails,
    LocalIP: to.address(at('source.ip')),
    LocalPort: to.integer(at('source.port')),
    RemoteIP: to.address(at('destination.ip')),
    RemotePort: to.integer(at('destination.port')),
  },
  additional: {
    // Security Onion has other names for it.
    DnsQueryString: to.domainName(firstOf(at('dns.question.name'), at('dns.query.name'))),
    DnsQueryResult: dnsAnswers(),
    DnsQueryType: firstOf(at('dns.question.type'), at('dns.query.type_name')),
    DnsResponseCode: firstOf(at('dns.response_code'), at('dns.response.code_name')),
  },
};

function dnsAnswers(): Expression {
  const list = to.renamed('dns.answers', { type: 'DnsQueryType', data: 'Result' });
  const addressesOf = rawAt('dns.resolved_ip');
  return computed(
    'dns.answers',
    (scope) => {
      const answers = list.read(scope) as readonly JsonValue[];
      const plain = listOf(addressesOf(scope));
      return answers.length > 0
        ? answers
        : plain.map((each) => ({
            DnsQueryType: String(each).includes(':') ? 'AAAA' : 'A',
            Result: each,
          }));
    },
    ['dns.answers'],
  );
}

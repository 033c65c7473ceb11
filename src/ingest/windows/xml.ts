import { XMLParser } from 'fast-xml-parser';
import type { JsonValue } from '../json.js';
import { parsePlainXml } from './plain-xml.js';
import { unescapeXml } from './values.js';

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  // Its own decoding honours entities that a document declares; those of XML itself are all we want.
  processEntities: false,
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  removeNSPrefix: true,
  alwaysCreateTextNode: false,
  tagValueProcessor: (_, text) => unescapeXml(text),
  attributeValueProcessor: (_, text) => unescapeXml(text),
});

const longestXml = 4 * 1024 * 1024;

/** XML as JSON: elements as members, attributes with `@`, text as `#text`; undefined where it is none. */
export function parseXml(text: string): { readonly [name: string]: JsonValue } | undefined {
  if (text.length > longestXml || /<!(?:DOCTYPE|ENTITY)/i.test(text)) {
    return undefined;
  }
  const plain = parsePlainXml(text, unescapeXml);
  if (plain) {
    return plain;
  }
  try {
    return parser.parse(text);
  } catch {
    return undefined;
  }
}

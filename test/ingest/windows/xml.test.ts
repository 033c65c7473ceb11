import { describe, expect, it } from 'vitest';
import { parsePlainXml } from '../../../src/ingest/windows/plain-xml.js';
import { unescapeXml } from '../../../src/ingest/windows/values.js';
import { parseXml } from '../../../src/ingest/windows/xml.js';

const plain = (text: string) => {
  const parsed = parsePlainXml(text, unescapeXml);
  return parsed && (JSON.parse(JSON.stringify(parsed)) as unknown);
};

describe('the XML of event logs', () => {
  it.each<[string, unknown]>([
    ['<a>x</a>', { a: 'x' }],
    ['<a/>', { a: '' }],
    ['<a></a>', { a: '' }],
    ['<a b=\'1\' c="2"/>', { a: { '@b': '1', '@c': '2' } }],
    ["<a xmlns='urn:x'><b>1</b></a>", { a: { b: '1' } }],
    ['<n:a><n:b n:c="1">x</n:b></n:a>', { a: { b: { '@c': '1', '#text': 'x' } } }],
    ['<a><b>1</b><b>2</b><b>3</b></a>', { a: { b: ['1', '2', '3'] } }],
    ['<a> <b> x </b>\n</a>', { a: { b: ' x ' } }],
    ['<a>&lt;&amp;&#65;&#x42;&quot;</a>', { a: '<&AB"' }],
    ['<?xml version="1.0" encoding="utf-8"?>\n<a>x</a>\n', { a: 'x' }],
    [
      "<a><Data Name='x'/><Data Name='y'>1 &gt; 0</Data></a>",
      { a: { Data: [{ '@Name': 'x' }, { '@Name': 'y', '#text': '1 > 0' }] } },
    ],
    ['<a  b = "1"\n c="2" ><Dat >x</Dat ></a >', { a: { '@b': '1', '@c': '2', Dat: 'x' } }],
    ['<a><b>1</b><bc>2</bc><b>3</b><n:b>4</n:b></a>', { a: { b: ['1', '3', '4'], bc: '2' } }],
    ['<a b="\'" c=\'"\' xmlns:n="urn:x"/>', { a: { '@b': "'", '@c': '"' } }],
  ])('%s', (text, wanted) => {
    expect(plain(text)).toEqual(wanted);
  });

  it.each([
    '',
    'x',
    '<a>',
    '<a></b>',
    '<a><b></a></b>',
    '<a b=1/>',
    '<a b="<"/>',
    '<a b="1"c="2"/>',
    '<1/>',
    'a/>',
    ' <a/>',
    '<a></ab>',
    '<a b="1',
    '<a><!-- x --></a>',
    '<a><![CDATA[x]]></a>',
    '<a/><b/>',
    '<a/>x',
    '<'.repeat(1000),
    '<a>'.repeat(1000),
    `<a ${'b="" '.repeat(2000)}`,
  ])('%s is left to the whole parser', (text) => {
    expect(plain(text)).toBeUndefined();
  });

  it('with comments and CDATA is understood, too; with a DOCTYPE it is not', () => {
    expect(parseXml('<a><!-- x --><b><![CDATA[<1>]]></b></a>')).toMatchObject({ a: { b: '<1>' } });
    expect(parseXml('<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>')).toBeUndefined();
  });

  it('names of members of every object are names', () => {
    const parsed = parsePlainXml(
      '<a><__proto__>x</__proto__><constructor>y</constructor></a>',
      unescapeXml,
    );
    expect(Object.keys(parsed?.['a'] as object)).toEqual(['__proto__', 'constructor']);
  });
});

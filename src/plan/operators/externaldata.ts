import {
  columnsOf,
  type Expression,
  elements,
  member,
  optionalMember,
  type SyntaxNode,
  spanOf,
} from '../../kql/syntax.js';
import { newColumn, noRow, type PlanContext, unsupported } from '../context.js';
import {
  ExternalDataNeeded,
  type ExternalFormat,
  externalFormats,
  externalMapping,
} from '../external-data.js';
import type { SourcePlanner } from '../operator.js';
import { columnReference, type PlanAssignment, stringLiteral } from '../plan.js';
import { constantText } from '../scalar.js';
import { converted } from '../scan.js';

/** `externaldata (Name: type, …) [addresses] with (format="csv", ignoreFirstRecord=true)` */
export const externalData: SourcePlanner = (node, context) => {
  const columns = columnsOf(node.ResultType);
  const urls = elements(node, 'URIs').map((part) => {
    const url = constantText(part, context, noRow);
    if (url === undefined)
      throw unsupported(part, 'an address that is no constant', 'it is fetched first');
    return url;
  });
  const properties = propertiesOf(node, context);
  const format = formatOf(properties.get('format'), urls, node);
  const mappingText = properties.get('ingestionmapping');
  const mapping = mappingText === undefined ? undefined : externalMapping(mappingText, format);
  if (mappingText !== undefined && !mapping) {
    throw unsupported(
      node,
      'this ingestionMapping',
      'it has to name columns with an Ordinal (of documents a plain Path) or a ConstValue',
    );
  }
  const ignoreFirstRecord = properties.get('ignorefirstrecord') === 'true';
  const key = JSON.stringify([urls, format, ignoreFirstRecord, columns, mappingText]);
  const rows = context.probes.get(key);
  if (!rows) {
    throw new ExternalDataNeeded({
      key,
      urls,
      format,
      ignoreFirstRecord,
      columns,
      mapping,
      span: spanOf(node),
    });
  }
  const texts = columns.map(({ name }) => newColumn(context, name, 'string'));
  const assignments = columns.map(({ name, type }, index): PlanAssignment => {
    const text = texts[index];
    if (!text) throw new Error('a column without a text');
    const read = columnReference(text);
    if (type === 'string') return { column: text, expression: read };
    return { column: newColumn(context, name, type), expression: converted(read, type) };
  });
  return {
    plan: {
      kind: 'project',
      input: {
        kind: 'values',
        columns: texts,
        rows: rows.map((row) => columns.map(({ name }) => stringLiteral(String(row[name] ?? '')))),
      },
      columns: assignments,
    },
    columns: assignments.map(({ column }) => column),
    order: [],
    ingestionTime: null,
  };
};

function propertiesOf(node: Expression, context: PlanContext): Map<string, string> {
  const clause = optionalMember<SyntaxNode>(node, 'WithClause');
  return new Map(
    elements<SyntaxNode>(clause, 'Properties').map((property) => [
      (member(property, 'Name').SimpleName ?? '').toLowerCase(),
      constantText(member(property, 'Expression'), context, noRow) ?? '',
    ]),
  );
}

/** The format said, or that of the file's name, or csv. */
function formatOf(
  said: string | undefined,
  urls: readonly string[],
  node: Expression,
): ExternalFormat {
  const extension = /\.(\w+)(?:\.(?:gz|zip))?(?:[?;#].*)?$/.exec(urls[0] ?? '')?.[1];
  const name = (said ?? extension ?? 'csv').toLowerCase();
  const format = externalFormats.find((candidate) => candidate === name);
  if (format) return format;
  if (said === undefined) return 'csv';
  throw unsupported(
    node,
    `externaldata with format="${said}"`,
    `the formats are ${externalFormats.join(', ')}`,
  );
}

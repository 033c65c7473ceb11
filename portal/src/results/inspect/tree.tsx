import { type ReactNode, useState } from 'react';
import { useActions } from '../actions.js';
import type { ResultColumn } from '../model.js';
import { text } from '../strings.js';
import { legible, plainText } from '../values/display.js';
import { stringLiteral } from '../values/literal.js';
import { extendLine, fieldReference } from '../values/predicate.js';
import './tree.css';

type Path = readonly (string | number)[];

/** How many children are drawn at once. */
const pageSize = 200;

/** A dynamic value as a tree; each field can become a filter or a column of the query. */
export function JsonTree({
  name,
  value,
}: {
  readonly name: string;
  readonly value: object;
}): ReactNode {
  const column: ResultColumn = { name, type: 'dynamic' };
  return (
    <ul className="qr-tree">
      <Node column={column} path={[]} name={name} value={value} isOpen />
    </ul>
  );
}

interface NodeProps {
  readonly column: ResultColumn;
  readonly path: Path;
  readonly name: string;
  readonly value: unknown;
  readonly isOpen: boolean;
}

function Node({ column, path, name, value, isOpen: opens }: NodeProps): ReactNode {
  const [isOpen, setOpen] = useState(opens);
  const [limit, setLimit] = useState(pageSize);
  const isBranch = typeof value === 'object' && value !== null;
  if (!isBranch) return <Leaf {...{ column, path, name, value }} />;
  const entries = Object.entries(value);
  const isList = Array.isArray(value);
  const note = isList ? text.items(entries.length) : text.fieldsInside(entries.length);
  return (
    <li>
      <div className="qr-node">
        <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          <span aria-hidden="true">{isOpen ? '▾' : '▸'} </span>
          <span className="qr-node-name">{legible(name)}</span>
        </button>
        <span className="qr-node-note">{note}</span>
        <NodeActions {...{ column, path, value }} />
      </div>
      {isOpen && (
        <ul>
          {entries.slice(0, limit).map(([key, child], at) => (
            <Node
              key={key}
              column={column}
              path={[...path, isList ? at : key]}
              name={key}
              value={child}
              isOpen={entries.length <= 20 && path.length < 2}
            />
          ))}
          {entries.length > limit && (
            <li className="qr-node">
              <button type="button" onClick={() => setLimit(limit + pageSize)}>
                {text.moreInside(entries.length - limit)}
              </button>
            </li>
          )}
        </ul>
      )}
    </li>
  );
}

function Leaf({ column, path, name, value }: Omit<NodeProps, 'isOpen'>): ReactNode {
  return (
    <li>
      <div className="qr-node">
        <span className="qr-node-name">{legible(name)}</span>
        <span className="qr-node-value">{value === null ? 'null' : legible(plainText(value))}</span>
        <NodeActions {...{ column, path, value }} />
      </div>
    </li>
  );
}

function NodeActions({
  column,
  path,
  value,
}: Pick<NodeProps, 'column' | 'path' | 'value'>): ReactNode {
  const { addToQuery, copy } = useActions();
  const reference = fieldReference(column, path);
  const isLeaf = typeof value !== 'object' || value === null;
  return (
    <span className="qr-node-actions">
      {isLeaf && value !== null && (
        <button
          type="button"
          onClick={() =>
            addToQuery(`| where tostring(${reference}) == ${stringLiteral(plainText(value))}`)
          }
        >
          ==
        </button>
      )}
      {path.length > 0 && (
        <button
          type="button"
          title={text.extendColumn}
          onClick={() => addToQuery(extendLine(column, path))}
        >
          extend
        </button>
      )}
      <button type="button" title={text.copyPath} onClick={() => copy(reference, reference)}>
        path
      </button>
      <button
        type="button"
        title={text.copy}
        onClick={() => copy(isLeaf ? plainText(value) : JSON.stringify(value, null, 2), reference)}
      >
        copy
      </button>
    </span>
  );
}

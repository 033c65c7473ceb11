import { type ReactNode, useMemo, useState } from 'react';
import { text } from '../charts/strings.js';
import { useActions } from '../results/actions.js';
import type { ResultSet, TimeZoneChoice } from '../results/model.js';
import { processTreeQuery } from '../results/pivot/queries.js';
import { text as resultText } from '../results/strings.js';
import { displayText, legible } from '../results/values/display.js';
import { countProcesses, type ProcessNode, processTree } from './process-tree.js';
import './timeline.css';

/** Deeper processes are folded; opening them draws them. */
const openDepth = 6;

/** Which process started which, as the rows tell. */
export function ProcessTree({
  result,
  zone,
}: {
  readonly result: ResultSet;
  readonly zone: TimeZoneChoice;
}): ReactNode {
  const { columns, rows, version } = result;
  const roots = useMemo(() => {
    void version;
    return processTree({ columns, rows });
  }, [columns, rows, version]);
  if (roots.length === 0) return <div className="qr-chart-empty">{text.noTree}</div>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so keys must reach it
    <section className="qr-processes" tabIndex={0} aria-label={text.treeLabel}>
      <p className="qr-chart-hint">{text.processes(countProcesses(roots))}</p>
      <ul>
        {roots.map((node) => (
          <Process key={node.key} node={node} depth={0} result={result} zone={zone} />
        ))}
      </ul>
    </section>
  );
}

interface ProcessProps {
  readonly node: ProcessNode;
  readonly depth: number;
  readonly result: ResultSet;
  readonly zone: TimeZoneChoice;
}

function Process({ node, depth, result, zone }: ProcessProps): ReactNode {
  const [isOpen, setOpen] = useState(depth < openDepth);
  const { openQuery } = useActions();
  const row = node.row === undefined ? undefined : result.rows[node.row];
  const around = row && processTreeQuery({ columns: result.columns, row });
  const hasChildren = node.children.length > 0;
  return (
    <li>
      <div className="qr-process">
        <button
          type="button"
          aria-expanded={hasChildren ? isOpen : undefined}
          onClick={() => setOpen(!isOpen)}
        >
          <span aria-hidden="true">{hasChildren ? (isOpen ? '▾ ' : '▸ ') : '· '}</span>
          {node.name === '' ? text.empty : legible(node.name)}
        </button>
        <span className="qr-quiet">{text.pid(node.id)}</span>
        <span className="qr-process-line" title={legible(node.commandLine)}>
          {legible(node.commandLine)}
        </span>
        <span className="qr-quiet">
          {legible(node.account)} {displayText(node.started, 'datetime', zone)}
        </span>
        {around !== undefined && (
          <button
            type="button"
            className="qr-process-around"
            onClick={() => openQuery(around.kql, around.title)}
          >
            {resultText.aroundProcess}
          </button>
        )}
      </div>
      {isOpen && hasChildren && (
        <ul>
          {node.children.map((child) => (
            <Process key={child.key} node={child} depth={depth + 1} result={result} zone={zone} />
          ))}
        </ul>
      )}
    </li>
  );
}

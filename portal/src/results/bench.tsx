import { FluentProvider } from '@fluentui/react-components';
import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { themes, useThemeName } from '../app/theme.js';
import { longestTask, measureScrolling } from './bench-measure.js';
import { madeUpSource } from './bench-rows.js';
import type { ResultSet, TimeZoneChoice, Visualization } from './model.js';
import { Results } from './results.js';

/**
 * A page for measuring and for trying things without a server: rows are made up and stream in.
 * `?data=&rows=&columns=&batch=&zone=local&state=partial&render=timechart&previous=1`
 */
const settings = new URLSearchParams(location.search);
const rowCount = Number(settings.get('rows') ?? 1000);
const source = madeUpSource(
  settings.get('data') ?? 'events',
  Number(settings.get('columns') ?? 16),
);
const { columns } = source;
const batch = Number(settings.get('batch') ?? 5000);

/** What a page around the results would have done, for tests to look at. */
const asked: { kind: 'add' | 'open'; text: string; title?: string }[] = [];
Object.assign(window, { asked, measureScrolling, longestTask: longestTask() });

function Page(): ReactNode {
  const rows = useMemo<(readonly unknown[])[]>(() => [], []);
  const [version, setVersion] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => {
      const end = Math.min(rowCount, rows.length + batch);
      for (let at = rows.length; at < end; at += 1) rows.push(source.row(at));
      setVersion((before) => before + 1);
      if (rows.length >= rowCount) clearInterval(timer);
    }, 50);
    return () => clearInterval(timer);
  }, [rows]);
  const isDone = rows.length >= rowCount;
  const result: ResultSet = {
    columns,
    rows,
    version,
    state: isDone ? stateAsked() : 'running',
    ...(settings.get('truncated') === '1' && isDone ? { truncated: true } : {}),
    ...(settings.has('render') ? { visualization: visualizationAsked() } : {}),
    stats: {
      elapsedSeconds: 0.62,
      rowsRead: 2_100_000,
      bytesRead: 188_743_680,
      cpuSeconds: 1.1,
      peakMemoryBytes: 100_663_296,
      resultRows: rows.length,
    },
  };
  const theme = themes[useThemeName('system')];
  const zone: TimeZoneChoice = settings.get('zone') === 'local' ? 'local' : 'utc';
  return (
    <FluentProvider theme={theme} style={{ height: '100%' }}>
      <Results
        result={result}
        timeZone={zone}
        previous={settings.get('previous') === '1' && isDone ? earlier(result) : undefined}
        onAddToQuery={(text) => asked.push({ kind: 'add', text })}
        onOpenQuery={(text, title) => asked.push({ kind: 'open', text, title })}
      />
    </FluentProvider>
  );
}

function stateAsked(): ResultSet['state'] {
  const state = settings.get('state');
  return state === 'partial' || state === 'failed' ? state : 'complete';
}

function visualizationAsked(): Visualization {
  const properties: unknown = JSON.parse(settings.get('properties') ?? '{}');
  return {
    kind: settings.get('render') ?? 'table',
    properties: typeof properties === 'object' && properties !== null ? { ...properties } : {},
  };
}

/** The same run some rows ago: three are new, two are gone, every hundredth had another score. */
function earlier(result: ResultSet): ResultSet {
  const rows = result.rows.slice(0, -3).map((row, at) => {
    if (at % 100 !== 0) return row;
    return row.map((value, index) => (columns[index]?.name === 'Score' ? 0.5 : value));
  });
  const gone = [rowCount + 1, rowCount + 2].map((at) => source.row(at));
  return { ...result, rows: [...rows, ...gone] };
}

const root = document.getElementById('root');
if (root !== null) createRoot(root).render(<Page />);

/** How a chart is drawn. */
export type Shape =
  | 'table'
  | 'card'
  | 'line'
  | 'area'
  | 'column'
  | 'bar'
  | 'pie'
  | 'scatter'
  | 'anomaly'
  | 'treemap'
  | 'pivot'
  | 'timeline';

export interface ChartKind {
  readonly label: string;
  readonly shape: Shape;
  /** What the horizontal axis is, whatever the column. */
  readonly axis: 'time' | 'continuous' | 'category' | 'any';
  readonly stacked?: boolean;
}

/** Kinds of `render`, by the name that queries use. */
export const chartKinds: Readonly<Record<string, ChartKind>> = {
  timechart: { label: 'Time chart', shape: 'line', axis: 'time' },
  linechart: { label: 'Line chart', shape: 'line', axis: 'continuous' },
  columnchart: { label: 'Column chart', shape: 'column', axis: 'category' },
  barchart: { label: 'Bar chart', shape: 'bar', axis: 'category' },
  piechart: { label: 'Pie chart', shape: 'pie', axis: 'category' },
  areachart: { label: 'Area chart', shape: 'area', axis: 'continuous' },
  stackedareachart: { label: 'Stacked area', shape: 'area', axis: 'continuous', stacked: true },
  scatterchart: { label: 'Scatter chart', shape: 'scatter', axis: 'continuous' },
  anomalychart: { label: 'Anomalies', shape: 'anomaly', axis: 'time' },
  treemap: { label: 'Treemap', shape: 'treemap', axis: 'category' },
  card: { label: 'Card', shape: 'card', axis: 'any' },
  pivotchart: { label: 'Pivot', shape: 'pivot', axis: 'any' },
  timepivot: { label: 'Timeline', shape: 'timeline', axis: 'time' },
  table: { label: 'Table', shape: 'table', axis: 'any' },
};

/** Other names for the same. */
const aliases: Readonly<Record<string, string>> = { timeline: 'timepivot', plotly: 'table' };

/** The kind that a query's `render` names; a table where we do not know it. */
export function kindNamed(name: string): string {
  const known = aliases[name] ?? name;
  return known in chartKinds ? known : 'table';
}

import { Button, Checkbox, SearchBox, Tab, TabList } from '@fluentui/react-components';
import { ArrowDown16Regular } from '@fluentui/react-icons/svg/arrow-down';
import { ArrowUp16Regular } from '@fluentui/react-icons/svg/arrow-up';
import { Copy16Regular } from '@fluentui/react-icons/svg/copy';
import { Dismiss16Regular } from '@fluentui/react-icons/svg/dismiss';
import { FilterAdd16Regular } from '@fluentui/react-icons/svg/filter-add';
import { type ReactNode, useMemo, useState } from 'react';
import { useActions } from '../actions.js';
import type { ResultColumn, TimeZoneChoice } from '../model.js';
import { assetsOf } from '../pivot/entities.js';
import { deviceAroundQuery, pivotQuery, processTreeQuery } from '../pivot/queries.js';
import { text } from '../strings.js';
import { decodings } from '../values/decode.js';
import { displayText, isEmpty, legible, plainText, structureOf } from '../values/display.js';
import { whereLine } from '../values/predicate.js';
import { JsonTree } from './tree.js';
import './inspector.css';

interface InspectorProps {
  readonly columns: readonly ResultColumn[];
  readonly row: readonly unknown[];
  readonly line: number;
  readonly lines: number;
  readonly zone: TimeZoneChoice;
  readonly onStep: (by: 1 | -1) => void;
  readonly onClose: () => void;
}

/** One record with everything in it. */
export function Inspector(props: InspectorProps): ReactNode {
  const { columns, row, line, lines } = props;
  const [shows, setShows] = useState('fields');
  return (
    <aside
      className="qr-inspector"
      aria-label={text.inspectTitle}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        props.onClose();
      }}
    >
      <header>
        <h2>{text.inspectTitle}</h2>
        <span className="qr-quiet">{text.recordOf(line + 1, lines)}</span>
        <span className="qr-spring" />
        <Button
          size="small"
          appearance="subtle"
          icon={<ArrowUp16Regular />}
          aria-label={text.previousRecord}
          title={text.previousRecord}
          disabled={line <= 0}
          onClick={() => props.onStep(-1)}
        />
        <Button
          size="small"
          appearance="subtle"
          icon={<ArrowDown16Regular />}
          aria-label={text.nextRecord}
          title={text.nextRecord}
          disabled={line >= lines - 1}
          onClick={() => props.onStep(1)}
        />
        <Button
          size="small"
          appearance="subtle"
          icon={<Dismiss16Regular />}
          aria-label={text.close}
          title={text.close}
          onClick={props.onClose}
        />
      </header>
      <Around {...props} />
      <TabList
        size="small"
        selectedValue={shows}
        onTabSelect={(_, { value }) => setShows(String(value))}
      >
        <Tab value="fields">{text.fields}</Tab>
        <Tab value="json">{text.json}</Tab>
      </TabList>
      {shows === 'fields' ? <Fields {...props} /> : <RawJson columns={columns} row={row} />}
    </aside>
  );
}

function Around({ columns, row }: InspectorProps): ReactNode {
  const { openQuery } = useActions();
  const context = { columns, row };
  const around = deviceAroundQuery(context);
  const tree = processTreeQuery(context);
  if (around === undefined && tree === undefined) return null;
  return (
    <div className="qr-around">
      {around !== undefined && (
        <Button size="small" onClick={() => openQuery(around.kql, around.title)}>
          {text.aroundDevice}
        </Button>
      )}
      {tree !== undefined && (
        <Button size="small" onClick={() => openQuery(tree.kql, tree.title)}>
          {text.aroundProcess}
        </Button>
      )}
    </div>
  );
}

function Fields({ columns, row, zone }: InspectorProps): ReactNode {
  const [wanted, setWanted] = useState('');
  const [hidesEmpty, setHidesEmpty] = useState(true);
  const { openQuery } = useActions();
  const assets = useMemo(() => assetsOf(columns, row), [columns, row]);
  const search = legible(wanted).toLowerCase();
  const fields = columns
    .map((column, index) => ({ column, index, value: row[index] }))
    .filter(({ value }) => !hidesEmpty || !isEmpty(value))
    .filter(
      ({ column, value }) =>
        search === '' ||
        column.name.toLowerCase().includes(search) ||
        displayText(value, column.type, zone).toLowerCase().includes(search),
    );
  return (
    <div className="qr-fields">
      <div className="qr-fields-tools">
        <SearchBox
          size="small"
          placeholder={text.filterFields}
          aria-label={text.filterFields}
          value={wanted}
          onChange={(_, { value }) => setWanted(value)}
        />
        <Checkbox
          size="medium"
          label={text.hideEmptyFields}
          checked={hidesEmpty}
          onChange={(_, { checked }) => setHidesEmpty(checked === true)}
        />
      </div>
      {assets.length > 0 && search === '' && (
        <section aria-label={text.assets}>
          <h3>{text.assets}</h3>
          <ul className="qr-assets">
            {assets.map((asset) => (
              <li key={`${asset.column} ${asset.value}`}>
                <button
                  type="button"
                  title={text.pivotOn[asset.kind]}
                  onClick={() => {
                    const { kql, title } = pivotQuery(asset, { columns, row });
                    openQuery(kql, title);
                  }}
                >
                  {legible(asset.value)}
                </button>
                <span className="qr-quiet">{asset.column}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      <section aria-label={text.allFields}>
        <h3>{text.allFields}</h3>
        {fields.length === 0 && <p className="qr-quiet">{text.noFields}</p>}
        <dl>
          {fields.map(({ column, value, index }) => (
            <Field key={`${index} ${column.name}`} column={column} value={value} zone={zone} />
          ))}
        </dl>
      </section>
    </div>
  );
}

function Field({
  column,
  value,
  zone,
}: {
  column: ResultColumn;
  value: unknown;
  zone: TimeZoneChoice;
}): ReactNode {
  const { addToQuery, copy } = useActions();
  const structure = column.type === 'dynamic' ? structureOf(value) : undefined;
  const decoded = useMemo(
    () => (column.type === 'string' && typeof value === 'string' ? decodings(value) : []),
    [column, value],
  );
  return (
    <div className="qr-field">
      <dt>
        <span>{legible(column.name)}</span>
        <span className="qr-field-actions">
          <Button
            size="small"
            appearance="transparent"
            icon={<FilterAdd16Regular />}
            aria-label={`${text.addToQuery}: ${column.name}`}
            title={text.addToQuery}
            onClick={() => addToQuery(whereLine(column, '==', [value]))}
          />
          <Button
            size="small"
            appearance="transparent"
            icon={<Copy16Regular />}
            aria-label={`${text.copy}: ${column.name}`}
            title={text.copy}
            onClick={() => copy(plainText(value), column.name)}
          />
        </span>
      </dt>
      <dd title={column.type === 'datetime' ? plainText(value) : undefined}>
        {structure !== undefined ? (
          <JsonTree name={column.name} value={structure} />
        ) : isEmpty(value) ? (
          <span className="qr-quiet">{text.emptyValue}</span>
        ) : (
          displayText(value, column.type, zone)
        )}
        {decoded.map((found) => (
          <div key={found.text} className="qr-decoded">
            <span className="qr-quiet">
              {found.kind === 'base64' ? text.decodedBase64 : text.decodedUrl}
            </span>
            <pre>{legible(found.text)}</pre>
            <Button size="small" onClick={() => copy(found.text, text.copyDecoded)}>
              {text.copyDecoded}
            </Button>
          </div>
        ))}
      </dd>
    </div>
  );
}

function RawJson({ columns, row }: Pick<InspectorProps, 'columns' | 'row'>): ReactNode {
  const { copy } = useActions();
  const json = useMemo(() => recordJson(columns, row), [columns, row]);
  return (
    <div className="qr-json">
      <Button size="small" icon={<Copy16Regular />} onClick={() => copy(json, text.json)}>
        {text.copyJson}
      </Button>
      <pre>{legible(json)}</pre>
    </div>
  );
}

function recordJson(columns: readonly ResultColumn[], row: readonly unknown[]): string {
  const record = Object.fromEntries(
    columns.map(({ name, type }, index) => {
      const value = row[index] ?? null;
      return [name, type === 'dynamic' ? (structureOf(value) ?? value) : value];
    }),
  );
  return JSON.stringify(record, null, 2);
}

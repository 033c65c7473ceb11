import {
  Button,
  DrawerBody,
  DrawerHeader,
  DrawerHeaderTitle,
  OverlayDrawer,
  Spinner,
} from '@fluentui/react-components';
import { DismissRegular } from '@fluentui/react-icons/svg/dismiss';
import { useQuery } from '@tanstack/react-query';
import { ApiError, ask } from '../api/client.js';
import type { Explanation, HuntRequest } from '../api/types.js';
import { useFocusReturn } from '../app/focus-return.js';
import { Notice } from '../app/notice.js';
import { bytesText, countText } from './numbers.js';
import { strings } from './strings.js';

/** What would become of a query: what it reads, the plan, the SQL. */
export function PlanDrawer({
  request,
  onClose,
}: {
  /** undefined: closed. */
  readonly request: HuntRequest | undefined;
  readonly onClose: () => void;
}) {
  useFocusReturn(request !== undefined);
  return (
    <OverlayDrawer
      position="end"
      size="large"
      open={request !== undefined}
      onOpenChange={(_event, { open }) => !open && onClose()}
    >
      <DrawerHeader>
        <DrawerHeaderTitle
          action={
            <Button
              appearance="subtle"
              aria-label={strings.close}
              icon={<DismissRegular />}
              onClick={onClose}
            />
          }
        >
          {strings.planTitle}
        </DrawerHeaderTitle>
      </DrawerHeader>
      <DrawerBody>{request && <Plan request={request} />}</DrawerBody>
    </OverlayDrawer>
  );
}

function Plan({ request }: { readonly request: HuntRequest }) {
  const { data, error } = useQuery({
    queryKey: ['explain', request],
    queryFn: ({ signal }) =>
      ask<Explanation>('POST', '/api/quarry/explain', { body: request, signal }),
    retry: false,
  });
  if (error) {
    const hint = error instanceof ApiError ? error.message : String(error);
    return <Notice title={strings.failedTitle} hint={hint} isAlert isPart />;
  }
  if (!data) return <Spinner label={strings.estimating} />;
  return (
    <div className="qh-plan">
      <h3>{strings.planReads}</h3>
      <table>
        <thead>
          <tr>
            <th scope="col">{strings.planTable}</th>
            <th scope="col">{strings.planRows}</th>
            <th scope="col">{strings.planBytes}</th>
          </tr>
        </thead>
        <tbody>
          {data.estimate.tables.map(({ name, rows, bytes }) => (
            <tr key={name}>
              <td>{name}</td>
              <td>{countText(rows)}</td>
              <td>{bytesText(bytes)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <h3>{strings.planHints}</h3>
      {data.hints.length === 0 ? (
        <p>{strings.planNoHints}</p>
      ) : (
        <ul>
          {data.hints.map(({ message, start }) => (
            <li key={`${start} ${message}`}>{message}</li>
          ))}
        </ul>
      )}
      <h3>{strings.planSteps}</h3>
      <Code text={data.plan} label={strings.planSteps} />
      <details>
        <summary>{strings.planColumns}</summary>
        <Code
          text={data.columns.map(({ name, type }) => `${name}: ${type}`).join('\n')}
          label={strings.planColumns}
        />
      </details>
      <details open>
        <summary>{strings.planSql}</summary>
        <Code text={data.sql} label={strings.planSql} />
      </details>
    </div>
  );
}

function Code({ text, label }: { readonly text: string; readonly label: string }) {
  return (
    <section aria-label={label}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys */}
      <pre tabIndex={0}>{text}</pre>
    </section>
  );
}

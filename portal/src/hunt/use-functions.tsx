import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useSession } from '../app/session-context.js';
import { setStatusText } from '../app/status-text.js';
import { FunctionDialog, RemoveDialog } from './dialogs.js';
import { removeFunction, type StoredFunction, saveFunction, storedFunctions } from './functions.js';
import { strings } from './strings.js';

/** What administrators do with the functions that are kept for everyone. */
export interface FunctionKeeping {
  /** Asks for the name of a query that becomes a function. */
  readonly make: (body: string) => void;
  readonly change: (known: StoredFunction) => void;
  readonly remove: (known: StoredFunction) => void;
  /** Those that can be changed, by name. */
  readonly stored: ReadonlyMap<string, StoredFunction>;
  readonly dialogs: ReactNode;
}

interface Keeping {
  readonly content: StoredFunction;
  readonly isNew: boolean;
}

/** undefined: the user may not. */
export function useFunctions(): FunctionKeeping | undefined {
  const { session } = useSession();
  const client = useQueryClient();
  const tenant = session.tenant.id;
  const [keeping, setKeeping] = useState<Keeping>();
  const [removing, setRemoving] = useState<string>();
  const { data = [] } = useQuery({
    ...storedFunctions(tenant),
    enabled: session.may.administer,
  });
  if (!session.may.administer) return undefined;
  const reload = async () => {
    await client.invalidateQueries({ queryKey: ['functions'] });
    await client.invalidateQueries({ queryKey: ['schema'] });
  };
  return {
    make: (body) =>
      setKeeping({ content: { name: '', parameters: '', summary: '', body }, isNew: true }),
    change: (content) => setKeeping({ content, isNew: false }),
    remove: ({ name }) => setRemoving(name),
    stored: new Map(data.map((each) => [each.name, each])),
    dialogs: (
      <>
        {keeping && (
          <FunctionDialog
            {...keeping}
            onSave={async (content) => {
              // What is there already is changed from its own entry, knowingly.
              const known = await client.fetchQuery(storedFunctions(tenant));
              if (keeping.isNew && known.some(({ name }) => name === content.name)) {
                throw new Error(strings.functionTaken(content.name));
              }
              await saveFunction(tenant, content);
              setStatusText(strings.saved(content.name));
              await reload();
            }}
            onClose={() => setKeeping(undefined)}
          />
        )}
        {removing !== undefined && (
          <RemoveDialog
            name={removing}
            hint={strings.removeFunctionHint}
            onRemove={async () => {
              await removeFunction(tenant, removing);
              await reload();
            }}
            onClose={() => setRemoving(undefined)}
          />
        )}
      </>
    ),
  };
}

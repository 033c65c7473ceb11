import { Checkbox, Field, Input, Textarea } from '@fluentui/react-components';
import { useState } from 'react';
import { ConfirmDialog, FormDialog } from '../page/dialogs.js';
import type { StoredFunction } from './functions.js';
import type { SavedQueryContent } from './queries.js';
import { strings } from './strings.js';

/** Asks for the name and the folder of a query that is saved, and whether others may read it. */
export function SaveDialog({
  content,
  onSave,
  onClose,
}: {
  readonly content: SavedQueryContent;
  /** Resolves when it is saved; what it throws is shown. */
  readonly onSave: (content: SavedQueryContent) => Promise<void>;
  readonly onClose: () => void;
}) {
  const [name, setName] = useState(content.name);
  const [folder, setFolder] = useState(content.folder);
  const [shared, setShared] = useState(content.shared);
  return (
    <FormDialog
      title={strings.saveTitle}
      submit={strings.save}
      onSubmit={() => onSave({ ...content, name: name.trim(), folder: folder.trim(), shared })}
      onClose={onClose}
      isReady={name.trim() !== ''}
    >
      <Field label={strings.name} required>
        <Input
          value={name}
          maxLength={200}
          onFocus={(event) => event.target.select()}
          onChange={(_event, data) => setName(data.value)}
        />
      </Field>
      <Field label={strings.folder} hint={strings.folderHint}>
        <Input value={folder} maxLength={400} onChange={(_event, data) => setFolder(data.value)} />
      </Field>
      <Checkbox
        label={strings.shareWithAll}
        checked={shared}
        onChange={(_event, { checked }) => setShared(checked === true)}
      />
    </FormDialog>
  );
}

/** Asks for what a function is called and takes; its text can be changed as well. */
export function FunctionDialog({
  content,
  isNew,
  onSave,
  onClose,
}: {
  readonly content: StoredFunction;
  readonly isNew: boolean;
  /** Resolves when it is saved; what it throws is shown. */
  readonly onSave: (content: StoredFunction) => Promise<void>;
  readonly onClose: () => void;
}) {
  const [name, setName] = useState(content.name);
  const [parameters, setParameters] = useState(content.parameters);
  const [summary, setSummary] = useState(content.summary);
  const [body, setBody] = useState(content.body);
  return (
    <FormDialog
      title={isNew ? strings.functionTitle : strings.changeFunctionTitle(content.name)}
      submit={strings.save}
      onSubmit={() =>
        onSave({ name: name.trim(), parameters: parameters.trim(), summary: summary.trim(), body })
      }
      onClose={onClose}
      isReady={name.trim() !== '' && body.trim() !== ''}
      isWide
    >
      {isNew && (
        <Field label={strings.name} required hint={strings.functionNameHint}>
          <Input value={name} maxLength={128} onChange={(_event, data) => setName(data.value)} />
        </Field>
      )}
      <Field label={strings.parameters} hint={strings.functionParametersHint}>
        <Input
          value={parameters}
          maxLength={10_000}
          onChange={(_event, data) => setParameters(data.value)}
        />
      </Field>
      <Field label={strings.functionSummary}>
        <Input
          value={summary}
          maxLength={1000}
          onChange={(_event, data) => setSummary(data.value)}
        />
      </Field>
      <Field label={strings.functionBody} required>
        <Textarea
          value={body}
          rows={12}
          resize="vertical"
          spellCheck={false}
          textarea={{ className: 'qh-code' }}
          onChange={(_event, data) => setBody(data.value)}
        />
      </Field>
    </FormDialog>
  );
}

/** Asks before a saved query, or a function, is deleted. */
export function RemoveDialog({
  name,
  hint,
  onRemove,
  onClose,
}: {
  readonly name: string;
  readonly hint: string;
  /** What it throws is shown. */
  readonly onRemove: () => Promise<void>;
  readonly onClose: () => void;
}) {
  return (
    <ConfirmDialog
      title={strings.removeTitle(name)}
      hint={hint}
      submit={strings.remove}
      onConfirm={onRemove}
      onClose={onClose}
    />
  );
}

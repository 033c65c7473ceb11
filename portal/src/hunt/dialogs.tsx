import {
  Button,
  Checkbox,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Field,
  Input,
} from '@fluentui/react-components';
import { useState } from 'react';
import { useFocusReturn } from '../app/focus-return.js';
import type { SavedQueryContent } from './queries.js';
import { strings } from './strings.js';

/** Asks for the name and the folder of a query that is saved, and whether others may read it. */
export function SaveDialog({
  content,
  onSave,
  onClose,
}: {
  /** undefined: closed. */
  readonly content: SavedQueryContent | undefined;
  /** Resolves when it is saved; what it throws is shown. */
  readonly onSave: (content: SavedQueryContent) => Promise<void>;
  readonly onClose: () => void;
}) {
  useFocusReturn(content !== undefined);
  return (
    <Dialog open={content !== undefined} onOpenChange={(_event, { open }) => !open && onClose()}>
      <DialogSurface className="qh-dialog">
        {content && <SaveForm content={content} onSave={onSave} onClose={onClose} />}
      </DialogSurface>
    </Dialog>
  );
}

function SaveForm({
  content,
  onSave,
  onClose,
}: {
  readonly content: SavedQueryContent;
  readonly onSave: (content: SavedQueryContent) => Promise<void>;
  readonly onClose: () => void;
}) {
  const [name, setName] = useState(content.name);
  const [folder, setFolder] = useState(content.folder);
  const [shared, setShared] = useState(content.shared);
  const [problem, setProblem] = useState<string>();
  const save = async () => {
    try {
      await onSave({ ...content, name: name.trim(), folder: folder.trim(), shared });
      onClose();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <DialogBody>
        <DialogTitle>{strings.saveTitle}</DialogTitle>
        <DialogContent className="qh-fields">
          <Field
            label={strings.name}
            required
            {...(problem && { validationMessage: problem, validationState: 'error' })}
          >
            <Input
              value={name}
              maxLength={200}
              onFocus={(event) => event.target.select()}
              onChange={(_event, data) => setName(data.value)}
            />
          </Field>
          <Field label={strings.folder} hint={strings.folderHint}>
            <Input
              value={folder}
              maxLength={400}
              onChange={(_event, data) => setFolder(data.value)}
            />
          </Field>
          <Checkbox
            label={strings.shareWithAll}
            checked={shared}
            onChange={(_event, { checked }) => setShared(checked === true)}
          />
        </DialogContent>
        <DialogActions>
          <Button onClick={onClose}>{strings.cancel}</Button>
          <Button type="submit" appearance="primary" disabled={name.trim() === ''}>
            {strings.save}
          </Button>
        </DialogActions>
      </DialogBody>
    </form>
  );
}

/** Asks before a saved query is deleted. */
export function RemoveDialog({
  name,
  onRemove,
  onClose,
}: {
  /** undefined: closed. */
  readonly name: string | undefined;
  readonly onRemove: () => void;
  readonly onClose: () => void;
}) {
  useFocusReturn(name !== undefined);
  return (
    <Dialog
      modalType="alert"
      open={name !== undefined}
      onOpenChange={(_event, { open }) => !open && onClose()}
    >
      <DialogSurface className="qh-dialog">
        <DialogBody>
          <DialogTitle>{strings.removeTitle(name ?? '')}</DialogTitle>
          <DialogContent>{strings.removeHint}</DialogContent>
          <DialogActions>
            <Button onClick={onClose}>{strings.cancel}</Button>
            <Button appearance="primary" onClick={onRemove}>
              {strings.remove}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}

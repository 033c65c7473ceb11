import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Field,
  Input,
  MessageBar,
  MessageBarBody,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import { type ReactNode, useState } from 'react';
import { useFocusReturn } from '../app/focus-return.js';
import { copyText } from '../results/clipboard.js';
import { strings } from './strings.js';

const useStyles = makeStyles({
  fields: { display: 'flex', flexDirection: 'column', gap: '12px', paddingBottom: '8px' },
  wide: { maxWidth: '760px' },
  once: {
    display: 'flex',
    gap: '8px',
    alignItems: 'center',
    padding: '8px 12px',
    fontFamily: tokens.fontFamilyMonospace,
    overflowWrap: 'anywhere',
    backgroundColor: tokens.colorNeutralBackground3,
    borderRadius: tokens.borderRadiusMedium,
    '& code': { flex: 1 },
  },
  danger: {
    backgroundColor: tokens.colorStatusDangerBackground3,
    color: tokens.colorNeutralForegroundOnBrand,
    ':hover': {
      backgroundColor: tokens.colorStatusDangerBackground3Hover,
      color: tokens.colorNeutralForegroundOnBrand,
    },
    ':hover:active': {
      backgroundColor: tokens.colorStatusDangerBackground3Pressed,
      color: tokens.colorNeutralForegroundOnBrand,
    },
  },
});

/** Asks for something and does it: closed when it is done, and says why where it was not. */
export function FormDialog({
  title,
  submit,
  onSubmit,
  onClose,
  isDangerous = false,
  isReady = true,
  isWide = false,
  children,
}: {
  readonly title: string;
  /** What the button says. */
  readonly submit: string;
  /** What it throws is shown; `false` keeps the dialog open. */
  readonly onSubmit: () => Promise<unknown>;
  readonly onClose: () => void;
  readonly isDangerous?: boolean;
  readonly isReady?: boolean;
  readonly isWide?: boolean;
  readonly children: ReactNode;
}) {
  const styles = useStyles();
  useFocusReturn(true);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const send = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      if ((await onSubmit()) !== false) onClose();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog open onOpenChange={(_event, { open }) => !open && onClose()}>
      <DialogSurface {...(isWide && { className: styles.wide })}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (isReady && !busy) void send();
          }}
        >
          <DialogBody>
            <DialogTitle>{title}</DialogTitle>
            <DialogContent className={styles.fields}>
              {children}
              {problem && (
                <MessageBar intent="error" layout="multiline">
                  <MessageBarBody>{problem}</MessageBarBody>
                </MessageBar>
              )}
            </DialogContent>
            <DialogActions>
              <Button onClick={onClose}>{strings.cancel}</Button>
              <Button
                type="submit"
                appearance="primary"
                disabled={!isReady || busy}
                {...(isDangerous && isReady && { className: styles.danger })}
              >
                {busy ? strings.working : submit}
              </Button>
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}

/** Before something that cannot be taken back. */
export function ConfirmDialog({
  title,
  hint,
  submit,
  onConfirm,
  onClose,
  typed,
}: {
  readonly title: string;
  readonly hint: string;
  readonly submit: string;
  readonly onConfirm: () => Promise<unknown>;
  readonly onClose: () => void;
  /** A name that has to be typed first. */
  readonly typed?: string;
}) {
  const [text, setText] = useState('');
  return (
    <FormDialog
      title={title}
      submit={submit}
      onSubmit={onConfirm}
      onClose={onClose}
      isDangerous
      isReady={typed === undefined || text === typed}
    >
      <div>{hint}</div>
      {typed !== undefined && (
        <Field label={strings.typeToConfirm(typed)}>
          <Input value={text} onChange={(_event, { value }) => setText(value)} />
        </Field>
      )}
    </FormDialog>
  );
}

/** A secret that was made: it cannot be shown again. */
export function OnceDialog({
  title,
  secret,
  hint,
  onClose,
}: {
  readonly title: string;
  readonly secret: string;
  readonly hint?: string;
  readonly onClose: () => void;
}) {
  const styles = useStyles();
  return (
    <Dialog open modalType="alert" onOpenChange={(_event, { open }) => !open && onClose()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{title}</DialogTitle>
          <DialogContent className={styles.fields}>
            <div>{hint ?? strings.onceHint}</div>
            <div className={styles.once}>
              <code>{secret}</code>
              <CopyButton text={secret} />
            </div>
          </DialogContent>
          <DialogActions>
            <Button appearance="primary" onClick={onClose}>
              {strings.close}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}

export function CopyButton({
  text,
  label = strings.copy,
}: {
  readonly text: string;
  readonly label?: string;
}) {
  const [copied, setCopied] = useState(false);
  return (
    <Button
      size="small"
      onClick={async () => {
        if (!(await copyText(text))) return;
        setCopied(true);
        setTimeout(() => setCopied(false), 2000);
      }}
    >
      <span aria-live="polite">{copied ? strings.copied : label}</span>
    </Button>
  );
}

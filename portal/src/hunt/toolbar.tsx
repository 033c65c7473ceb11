import {
  Button,
  Menu,
  MenuDivider,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
  Tooltip,
} from '@fluentui/react-components';
import { MoreHorizontalRegular } from '@fluentui/react-icons/svg/more-horizontal';
import { PlayFilled } from '@fluentui/react-icons/svg/play';
import { SaveRegular } from '@fluentui/react-icons/svg/save';
import { ShareRegular } from '@fluentui/react-icons/svg/share';
import { StopFilled } from '@fluentui/react-icons/svg/stop';
import { type CopyKind, copyKinds } from './copy-as.js';
import type { HuntCommands } from './hunt-commands.js';
import { strings } from './strings.js';
import { TimePicker } from './time-picker.js';
import type { TimeRange } from './time-range.js';

/** Run, stop, when, save, share. */
export function Toolbar({
  isRunning,
  range,
  isTimeInQuery,
  estimate,
  commands,
  onRange,
  onCopyAs,
}: {
  readonly isRunning: boolean;
  readonly range: TimeRange;
  readonly isTimeInQuery: boolean;
  /** What the query would read. */
  readonly estimate: string | undefined;
  readonly commands: HuntCommands;
  readonly onRange: (range: TimeRange) => void;
  readonly onCopyAs: (kind: CopyKind) => void;
}) {
  const { run, stop, save, share, preview, explain, format, fix, saveAs, saveFunction } = commands;
  const more = [preview, explain, format, fix, saveAs, ...(saveFunction ? [saveFunction] : [])];
  return (
    <div className="qh-toolbar" role="toolbar" aria-label={strings.page}>
      {isRunning ? (
        <Tooltip content={strings.stopHint} relationship="description">
          <Button size="small" icon={<StopFilled />} onClick={stop.run}>
            {strings.stop}
          </Button>
        </Tooltip>
      ) : (
        <Tooltip content={strings.runHint} relationship="description">
          <Button size="small" appearance="primary" icon={<PlayFilled />} onClick={run.run}>
            {strings.run}
          </Button>
        </Tooltip>
      )}
      <TimePicker range={range} isInQuery={isTimeInQuery} onChange={onRange} />
      <Button size="small" icon={<SaveRegular />} onClick={save.run} appearance="subtle">
        {strings.save}
      </Button>
      <Button size="small" icon={<ShareRegular />} onClick={share.run} appearance="subtle">
        {strings.share}
      </Button>
      <Menu>
        <MenuTrigger disableButtonEnhancement>
          <Button
            size="small"
            appearance="subtle"
            icon={<MoreHorizontalRegular />}
            aria-label={strings.more}
          />
        </MenuTrigger>
        <MenuPopover>
          <MenuList>
            {more.map(({ id, title, keys, run: act }) => (
              <MenuItem key={id} onClick={act} secondaryContent={keys ?? ''}>
                {title}
              </MenuItem>
            ))}
            <MenuDivider />
            {Object.entries(copyKinds).map(([kind, { title }]) => (
              <MenuItem key={kind} onClick={() => onCopyAs(kind as CopyKind)}>
                {`${strings.copyAs} ${title}`}
              </MenuItem>
            ))}
          </MenuList>
        </MenuPopover>
      </Menu>
      <span className="qh-estimate">{estimate}</span>
    </div>
  );
}

export type ToolbarCommand =
  | 'run'
  | 'stop'
  | 'save'
  | 'share'
  | 'preview'
  | 'explain'
  | 'format'
  | 'fix'
  | 'saveAs';

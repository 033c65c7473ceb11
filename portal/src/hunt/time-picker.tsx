import {
  Button,
  Field,
  Input,
  Menu,
  MenuDivider,
  MenuItem,
  MenuItemRadio,
  MenuList,
  MenuPopover,
  MenuTrigger,
  Popover,
  PopoverSurface,
  type PositioningImperativeRef,
  Tooltip,
} from '@fluentui/react-components';
import { CalendarClockRegular } from '@fluentui/react-icons/svg/calendar-clock';
import { useEffect, useRef, useState } from 'react';
import { strings } from './strings.js';
import { durations, labelOf, type TimeRange } from './time-range.js';

/** How far back the hunt looks; it says so where the query decides that itself. */
export function TimePicker({
  range,
  isInQuery,
  onChange,
}: {
  readonly range: TimeRange;
  readonly isInQuery: boolean;
  readonly onChange: (range: TimeRange) => void;
}) {
  const [isCustom, setCustom] = useState(false);
  const anchor = useRef<HTMLSpanElement>(null);
  const positioning = useRef<PositioningImperativeRef>(null);
  useEffect(() => {
    if (isCustom && anchor.current) positioning.current?.setTarget(anchor.current);
  }, [isCustom]);
  const checked = range.kind === 'last' ? range.duration : range.kind;
  const label = isInQuery ? strings.timeInQuery : labelOf(range);
  return (
    <span ref={anchor}>
      <Menu
        checkedValues={{ range: [checked] }}
        onCheckedValueChange={(_event, { checkedItems: [choice = 'all'] }) =>
          onChange(choice === 'all' ? { kind: 'all' } : { kind: 'last', duration: choice })
        }
      >
        <MenuTrigger disableButtonEnhancement>
          <Tooltip
            content={isInQuery ? strings.timeInQueryHint : strings.time}
            relationship="description"
          >
            <Button
              size="small"
              icon={<CalendarClockRegular />}
              aria-label={`${strings.time}: ${label}`}
            >
              {label}
            </Button>
          </Tooltip>
        </MenuTrigger>
        <MenuPopover>
          <MenuList>
            {durations.map(([duration, title]) => (
              <MenuItemRadio key={duration} name="range" value={duration}>
                {title}
              </MenuItemRadio>
            ))}
            <MenuItemRadio name="range" value="all">
              {strings.timeAll}
            </MenuItemRadio>
            <MenuDivider />
            <MenuItem onClick={() => setCustom(true)}>{strings.timeCustom}</MenuItem>
          </MenuList>
        </MenuPopover>
      </Menu>
      <Popover
        open={isCustom}
        onOpenChange={(_event, { open }) => setCustom(open)}
        positioning={{ positioningRef: positioning, position: 'below', align: 'start' }}
        trapFocus
      >
        <PopoverSurface aria-label={strings.time}>
          <CustomRange
            range={range}
            onChange={(next) => {
              setCustom(false);
              onChange(next);
            }}
          />
        </PopoverSurface>
      </Popover>
    </span>
  );
}

function CustomRange({
  range,
  onChange,
}: {
  readonly range: TimeRange;
  readonly onChange: (range: TimeRange) => void;
}) {
  const initial =
    range.kind === 'between'
      ? range
      : {
          start: new Date(Date.now() - 86_400_000).toISOString(),
          end: new Date().toISOString(),
        };
  const [start, setStart] = useState(initial.start.slice(0, 16));
  const [end, setEnd] = useState(initial.end.slice(0, 16));
  const isWrong = !(Date.parse(`${start}Z`) < Date.parse(`${end}Z`));
  return (
    <form
      className="qh-range"
      onSubmit={(event) => {
        event.preventDefault();
        const instant = (text: string) => new Date(`${text}Z`).toISOString();
        if (!isWrong) onChange({ kind: 'between', start: instant(start), end: instant(end) });
      }}
    >
      <Field label={strings.timeFrom}>
        <Input
          type="datetime-local"
          size="small"
          value={start}
          onChange={(_event, { value }) => setStart(value)}
        />
      </Field>
      <Field
        label={strings.timeTo}
        {...(isWrong && { validationMessage: strings.timeWrong, validationState: 'error' })}
      >
        <Input
          type="datetime-local"
          size="small"
          value={end}
          onChange={(_event, { value }) => setEnd(value)}
        />
      </Field>
      <Button type="submit" appearance="primary" size="small" disabled={isWrong}>
        {strings.timeApply}
      </Button>
    </form>
  );
}

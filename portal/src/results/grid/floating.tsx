import { Popover, type PopoverProps, PopoverSurface } from '@fluentui/react-components';
import { type ReactNode, useMemo } from 'react';
import type { MenuPlace } from './frame.js';

/** A position for Fluent's menus: a point of the page instead of an element. */
export function useTarget(place: MenuPlace): { getBoundingClientRect: () => DOMRect } {
  const { x, y } = place;
  return useMemo(() => ({ getBoundingClientRect: () => new DOMRect(x, y, 0, 0) }), [x, y]);
}

/** A surface at a point of the page, that closes when one leaves it. */
export function Floating(props: {
  readonly place: MenuPlace;
  readonly label: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}): ReactNode {
  const target = useTarget(props.place);
  const onOpenChange: PopoverProps['onOpenChange'] = (_, { open }) => {
    if (!open) props.onClose();
  };
  return (
    <Popover
      open
      trapFocus
      onOpenChange={onOpenChange}
      positioning={{ target, position: 'below', align: 'start', autoSize: true }}
    >
      <PopoverSurface aria-label={props.label} style={{ padding: 8, overflow: 'auto' }}>
        {props.children}
      </PopoverSurface>
    </Popover>
  );
}

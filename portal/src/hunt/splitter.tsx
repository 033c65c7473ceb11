import { type KeyboardEvent, type PointerEvent, useRef } from 'react';

/** The line between two panes: it is dragged, or moved by arrow keys. */
export function Splitter({
  label,
  orientation,
  value,
  min,
  max,
  onMove,
}: {
  readonly label: string;
  /** Of the line itself. */
  readonly orientation: 'vertical' | 'horizontal';
  readonly value: number;
  readonly min: number;
  readonly max: number;
  /** @param delta pixels, to the right or downwards */
  readonly onMove: (delta: number) => void;
}) {
  const from = useRef<number | undefined>(undefined);
  const isVertical = orientation === 'vertical';
  const at = (event: PointerEvent) => (isVertical ? event.clientX : event.clientY);
  const onKeyDown = (event: KeyboardEvent) => {
    const [back, forth] = isVertical ? ['ArrowLeft', 'ArrowRight'] : ['ArrowUp', 'ArrowDown'];
    if (event.key !== back && event.key !== forth) return;
    event.preventDefault();
    onMove(event.key === back ? -16 : 16);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a line that moves is no rule between paragraphs
    <div
      role="separator"
      aria-label={label}
      aria-orientation={orientation}
      aria-valuenow={Math.round(value)}
      aria-valuemin={Math.round(min)}
      aria-valuemax={Math.round(max)}
      tabIndex={0}
      className={`qh-splitter qh-splitter-${orientation}`}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        from.current = at(event);
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => {
        if (from.current === undefined) return;
        onMove(at(event) - from.current);
        from.current = at(event);
      }}
      onPointerUp={() => {
        from.current = undefined;
      }}
    />
  );
}

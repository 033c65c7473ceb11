import { type ReactNode, useState } from 'react';
import { text } from './strings.js';

const narrowest = 280;
const widest = 900;

/** A pane at the right whose width is dragged, or changed with arrow keys on its edge. */
export function SidePane({ children }: { readonly children: ReactNode }): ReactNode {
  const [width, setWidth] = useState(() => (innerWidth < 1500 ? 350 : 400));
  const resize = (pixels: number): void => setWidth(Math.min(Math.max(pixels, narrowest), widest));
  return (
    <div className="qr-side-pane" style={{ width }}>
      {/* biome-ignore lint/a11y/useSemanticElements: a rule cannot be moved */}
      <div
        role="separator"
        tabIndex={0}
        aria-orientation="vertical"
        aria-label={text.paneWidth}
        aria-valuenow={width}
        aria-valuemin={narrowest}
        aria-valuemax={widest}
        className="qr-splitter"
        onKeyDown={(event) => {
          const by = { ArrowLeft: 24, ArrowRight: -24 }[event.key];
          if (by === undefined) return;
          event.preventDefault();
          resize(width + by);
        }}
        onPointerDown={(event) => {
          const start = event.clientX;
          const handle = event.currentTarget;
          handle.setPointerCapture(event.pointerId);
          const move = (moved: PointerEvent) => resize(width + start - moved.clientX);
          handle.addEventListener('pointermove', move);
          const stop = () => handle.removeEventListener('pointermove', move);
          handle.addEventListener('lostpointercapture', stop, { once: true });
        }}
      />
      {children}
    </div>
  );
}

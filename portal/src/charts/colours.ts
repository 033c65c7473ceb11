import { type RefObject, useLayoutEffect, useState } from 'react';
import type { ChartColours } from './option.js';
import { seriesTokens } from './series-tokens.js';

/** Colours of the theme around an element. */
export function useChartColours(element: RefObject<HTMLElement | null>): ChartColours | undefined {
  const [colours, setColours] = useState<ChartColours>();
  // After each drawing: another theme has the same class names, and other values behind them.
  useLayoutEffect(() => {
    if (element.current === null) return;
    const now = coloursAt(element.current);
    setColours((before) => (JSON.stringify(before) === JSON.stringify(now) ? before : now));
  });
  return colours;
}

function coloursAt(element: HTMLElement): ChartColours {
  const style = getComputedStyle(element);
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    series: seriesTokens.map(token),
    text: token('colorNeutralForeground1'),
    quiet: token('colorNeutralForeground2'),
    line: token('colorNeutralStroke1'),
    background: token('colorNeutralBackground1'),
    alert: token('colorPaletteRedForeground1'),
    font: token('fontFamilyBase'),
  };
}

import { useThemeClassName } from '@fluentui/react-components';
import { type RefObject, useLayoutEffect, useState } from 'react';
import type { ChartColours } from './option.js';
import { seriesTokens } from './series-tokens.js';

/** Colours of the theme around an element; read again when the theme changes. */
export function useChartColours(element: RefObject<HTMLElement | null>): ChartColours | undefined {
  const theme = useThemeClassName();
  const [colours, setColours] = useState<ChartColours>();
  useLayoutEffect(() => {
    void theme;
    if (element.current === null) return;
    const style = getComputedStyle(element.current);
    const token = (name: string) => style.getPropertyValue(`--${name}`).trim();
    setColours({
      series: seriesTokens.map(token),
      text: token('colorNeutralForeground1'),
      quiet: token('colorNeutralForeground2'),
      line: token('colorNeutralStroke1'),
      background: token('colorNeutralBackground1'),
      alert: token('colorPaletteRedForeground1'),
      font: token('fontFamilyBase'),
    });
  }, [element, theme]);
  return colours;
}

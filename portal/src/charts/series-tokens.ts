/**
 * Colours of series, in the order that neighbours differ most. All have a contrast of at least 3 to the
 * background in the light and the dark theme, as WCAG asks of graphics; a test holds them to it.
 */
export const seriesTokens = [
  'colorPaletteBlueBorderActive',
  'colorPaletteDarkOrangeBorderActive',
  'colorPaletteTealBorderActive',
  'colorPalettePurpleBorderActive',
  'colorPaletteBrownBorderActive',
  'colorPaletteMagentaBorderActive',
  'colorPaletteForestBorderActive',
  'colorPaletteSteelBorderActive',
  'colorPaletteLavenderBorderActive',
  'colorPaletteCranberryBorderActive',
] as const;

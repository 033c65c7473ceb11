/** What pages of lists and forms have in common. */
export const strings = {
  actions: 'Actions',
  loading: 'Loading …',
  failed: 'This could not be loaded',
  tryAgain: 'Try again',
  refresh: 'Refresh',
  filter: 'Filter',
  nothingFound: 'Nothing matches the filter.',
  cancel: 'Cancel',
  close: 'Close',
  working: 'Working …',
  copy: 'Copy',
  copied: 'Copied',
  onceHint: 'It is shown this once and kept nowhere. Copy it now.',
  typeToConfirm: (name: string) => `Type ${name} to confirm`,
  sortedBy: (column: string, descending: boolean) =>
    `Sorted by ${column}, ${descending ? 'descending' : 'ascending'}`,
  shown: (shown: number, all: number) => (shown === all ? `${all}` : `${shown} of ${all}`),
  never: 'never',
  noRight: 'You do not have the right to see this',
  noRightHint: 'Or there is no such page. An administrator gives rights under Admin, Access.',
} as const;

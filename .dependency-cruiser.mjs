/** What a server is put together from. */
const serverParts = [
  ...['api', 'hunting', 'ingest', 'identity', 'engine', 'store', 'catalog'],
  ...['configuration.ts', 'thread.ts'],
];

/**
 * Who may import whom in `src/`, besides `errors.ts` and the folder itself. Imports go downwards only;
 * docs/architecture.md says why. Checked by `npm run check` and by test/architecture.test.ts.
 */
const mayImport = {
  catalog: [],
  store: [],
  'thread.ts': [],
  'recent.ts': [],
  kql: ['catalog', 'recent.ts'],
  plan: ['kql', 'catalog'],
  sql: ['plan', 'catalog'],
  'compile.ts': ['kql', 'plan', 'sql', 'catalog'],
  'support.ts': ['kql', 'plan', 'sql'],
  'reference.ts': ['support.ts'],
  engine: ['sql', 'catalog'],
  identity: ['store'],
  hunting: [
    ...['compile.ts', 'plan', 'sql', 'engine', 'catalog', 'identity', 'store'],
    ...['support.ts', 'thread.ts', 'recent.ts'],
  ],
  ingest: ['engine', 'catalog', 'store', 'thread.ts'],
  simulator: ['catalog'],
  api: [...['hunting', 'ingest', 'identity', 'catalog', 'compile.ts'], 'support.ts'],
  'configuration.ts': ['hunting'],
  server: serverParts,
  'main.ts': ['server', ...serverParts],
  cli: [
    ...['main.ts', 'configuration.ts', 'hunting', 'ingest', 'identity', 'catalog'],
    ...['compile.ts', 'simulator'],
  ],
};

/** Where types may come from besides; never a value. */
const mayImportTypes = { sql: ['kql'], api: ['engine', 'store'] };

const place = (name) => (name.endsWith('.ts') ? `${name.replace('.', '\\.')}$` : `${name}/`);
const anyOf = (names) => `^src/(${names.map(place).join('|')})`;

const downwards = Object.entries(mayImport).map(([name, others]) => ({
  name: `${name} imports what it may`,
  severity: 'error',
  from: { path: anyOf([name]) },
  to: {
    path: '^src/',
    pathNot: anyOf(['errors.ts', name, ...others, ...(mayImportTypes[name] ?? [])]),
  },
}));

const typesOnly = Object.entries(mayImportTypes).map(([name, others]) => ({
  name: `${name} takes types alone`,
  severity: 'error',
  from: { path: anyOf([name]) },
  to: { path: anyOf(others), dependencyTypesNot: ['type-only'] },
}));

// biome-ignore lint/style/noDefaultExport: what dependency-cruiser reads
export default {
  forbidden: [
    ...downwards,
    ...typesOnly,
    {
      name: 'nothing is outside the table',
      severity: 'error',
      from: { path: '^src/', pathNot: anyOf(['errors.ts', ...Object.keys(mayImport)]) },
      to: {},
    },
    {
      name: 'errors.ts imports nothing of ours',
      severity: 'error',
      from: { path: '^src/errors\\.ts$' },
      to: { path: '^src/' },
    },
    {
      name: 'the parser is behind kql/',
      comment: 'One importer, so that a new version of it is one folder of work.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/kql/' },
      to: { path: 'node_modules/@kusto/' },
    },
    {
      name: 'the embedded engine is behind engine/',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/engine/' },
      to: { path: 'node_modules/(chdb|@chdb)' },
    },
    {
      name: 'no cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'what is shipped imports nothing of tests or development',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|bench|scripts)/' },
    },
    {
      name: 'development packages stay out of src',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types'],
    },
  },
};

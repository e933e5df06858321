/** The rooms and their arrows (docs/architecture.md). No exceptions list: change the picture first. */
const room = (name, mayImport) => ({
  name: `${name}-imports`,
  comment: `${name}/ may import ${mayImport.length ? mayImport.join(', ') : 'no other room'}`,
  severity: 'error',
  from: { path: `^${name}/`, pathNot: '\\.test\\.tsx?$' },
  to: {
    path: '^(protocol|numbers|engine|renderer|electron|server|tests|bench|build|deploy)/',
    pathNot: [`^${name}/`, ...mayImport.map((path) => `^${path}/`)],
  },
});

module.exports = {
  forbidden: [
    room('protocol', []),
    room('numbers', ['protocol']),
    room('engine', ['protocol', 'numbers']),
    room('renderer', ['protocol', 'numbers', 'engine/state', 'engine/client']),
    room('electron', ['protocol']),
    room('server', ['protocol', 'numbers']),
    {
      name: 'protocol-only-zod',
      severity: 'error',
      from: { path: '^protocol/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['npm', 'npm-dev', 'core'], pathNot: 'node_modules/zod/' },
    },
    {
      name: 'numbers-only-libphonenumber',
      comment: 'Pure knowledge: no platform, no network, no clock.',
      severity: 'error',
      from: { path: '^numbers/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['npm', 'npm-dev', 'core'], pathNot: 'node_modules/libphonenumber-js/' },
    },
    {
      name: 'libphonenumber-only-in-its-room',
      severity: 'error',
      from: { pathNot: '^numbers/' },
      to: { path: 'node_modules/libphonenumber-js/' },
    },
    {
      name: 'electron-only-in-its-room',
      severity: 'error',
      from: { pathNot: '^(electron|tests|build)/' },
      to: { path: 'node_modules/electron(-store|-updater)?/' },
    },
    {
      name: 'engine-runs-in-any-browser',
      comment: 'No React, no Node in the engine.',
      severity: 'error',
      from: { path: '^engine/', pathNot: '\\.test\\.ts$' },
      to: { path: ['node_modules/react', '^(node:|fs$|path$|crypto$)'] },
    },
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|node_modules/(?!zod|electron|react))/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.cjs', '.mjs', '.json', '.css'],
    },
  },
};

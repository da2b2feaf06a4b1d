// The import rules of the house (ARCHITECTURE.md, "Invariants"). test/architecture sees every one of them fire.

/** Modules of a layer may import the named folders, packages that no other rule forbids, and Node's own modules. */
const layer = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from, pathNot: '\\.test\\.ts$' },
  to: { path: '^(src|webview)/', pathNot: allowed },
});

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    layer(
      'protocol-is-a-leaf',
      '^src/protocol/',
      '^src/protocol/',
      'The contract depends on nobody.',
    ),
    layer(
      'data-below-ml',
      '^src/data/',
      '^src/(protocol|data)/',
      'The dataset knows no model, world, run or editor.',
    ),
    layer(
      'ml-knows-no-runs',
      '^src/ml/',
      '^src/(protocol|data|ml)/',
      'The learning library knows no runs and no editor.',
    ),
    layer(
      'world-knows-no-models',
      '^src/world/',
      '^src/(protocol|data|world)/',
      'The world is data and rules.',
    ),
    layer(
      'trainer-knows-no-editor',
      '^src/trainer/',
      '^src/(protocol|data|ml|world|trainer)/',
      'Trainer and host meet at a process boundary only.',
    ),
    layer(
      'host-knows-no-models',
      '^src/(host/|extension\\.ts$)',
      '^src/(protocol|data|host)/',
      'Host and trainer meet at a process boundary only.',
    ),
    layer(
      'webview-knows-protocol-only',
      '^webview/',
      '^(webview|src/protocol)/',
      'A webview speaks to the host by messages of src/protocol.',
    ),
    {
      name: 'protocol-uses-zod-only',
      comment: 'The contract runs in webviews, host and trainer alike.',
      severity: 'error',
      from: { path: '^src/protocol/', pathNot: '\\.test\\.ts$' },
      to: { path: 'node_modules/', pathNot: 'node_modules/zod/' },
    },
    {
      name: 'no-node-in-webviews',
      comment: 'Webviews and what they import run in a browser.',
      severity: 'error',
      from: { path: '^(webview|src/protocol)/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'vscode-in-host-only',
      comment: 'Everything else must run without the editor.',
      severity: 'error',
      from: { pathNot: '^(src/host/|src/extension\\.ts$|test/vscode/)' },
      to: { path: '(^vscode$|node_modules/@types/vscode/)' },
    },
    {
      name: 'onnxruntime-in-runtime-only',
      comment: 'One owner of native memory.',
      severity: 'error',
      from: { pathNot: '^src/ml/runtime/' },
      to: { path: 'node_modules/onnxruntime-(node|common|web)/' },
    },
    {
      name: 'tests-are-not-imported',
      comment: 'Shipped code does not lean on tests, benchmarks or scripts.',
      severity: 'error',
      from: { path: '^(src|webview)/', pathNot: '\\.test\\.ts$' },
      to: { path: '(\\.test\\.ts$|^(test|bench|scripts)/)' },
    },
    {
      name: 'no-cycles',
      comment: 'Modules that import each other are one module.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment: 'A module that nobody imports and that imports nobody does nothing.',
      severity: 'error',
      from: { orphan: true, path: '^(src|webview)/', pathNot: ['\\.d\\.ts$', '\\.test\\.ts$'] },
      to: {},
    },
    {
      name: 'no-unresolvable',
      comment: 'An import that leads nowhere would fail at run time.',
      severity: 'error',
      from: {},
      // The editor itself provides `vscode`.
      to: { couldNotResolve: true, pathNot: '^vscode$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|dist-test|test/architecture/fixtures)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types', 'default'],
      extensions: ['.ts', '.js', '.mjs', '.json'],
    },
  },
};

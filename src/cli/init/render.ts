import { stringify } from 'yaml';
import { DISPATCH_TYPE } from '../../draft/index.ts';
import { DRAFT_LABEL } from '../../issues/index.ts';
import { PROJECT } from '../version.ts';
import type { Detected } from './detect.ts';
import type { Found } from './found.ts';

/** `.github/patchwork.yml` with the server as it was found, or with an example where none was. */
export function renderSettings(detected: Detected | undefined): string {
  const head =
    '# How PatchworkMCP works in this repository. Every field has a default; this one file is all there is.\n';
  if (!detected) {
    return `${head}
# How the MCP server is run when a gap is replayed: installed with network and without scripts, built and started without network.
# server:
#   install: npm ci
#   build: npm run build
#   command: node
#   args: [dist/index.js]
#   env: {API_KEY: dummy}
`;
  }
  const { found, hints } = detected;
  const { dir, install, build, command, verify } = found;
  const env = Object.keys(hints.env).length ? { env: hints.env } : {};
  const args = [...found.args, ...hints.args];
  const server = {
    ...(dir ? { dir } : {}),
    ...(install ? { install } : {}),
    ...(build ? { build } : {}),
    command,
    ...(args.length ? { args } : {}),
    ...env,
  };
  return `${head}
# How the server is run when a gap is replayed: installed with network and without scripts, built and started without network.
# Values of \`env\` are stand-ins: never put a real secret here.
${stringify({ server }, { lineWidth: 0 })}${verify.length ? `\n# What has to pass with a draft, besides the replay. Take the # away if it passes without network.\n# verify: ${JSON.stringify(verify)}\n` : ''}`;
}

/** Where the Action is had. */
const ACTION = `${PROJECT}/action@v1`;

/** `.github/workflows/patchwork.yml`: no more rights than a draft needs, one run at a time for each issue. */
export function renderWorkflow(found: Found | undefined): string {
  const issue = 'github.event.issue.number || inputs.issue || github.event.client_payload.issue';
  return `name: PatchworkMCP

on:
  issues:
    types: [labeled]
  repository_dispatch:
    types: [${DISPATCH_TYPE}]
  workflow_dispatch:
    inputs:
      issue:
        description: Number of the gap's issue
        required: true
      guidance:
        description: What to do otherwise than the last draft

permissions: {}

# One draft at a time for each issue. Other labels have a group of their own, so that they push no waiting draft aside.
concurrency:
  group: patchwork-\${{ github.event_name == 'issues' && github.event.label.name != '${DRAFT_LABEL}' && github.run_id || (${issue}) }}

jobs:
  draft:
    if: github.event_name != 'issues' || github.event.label.name == '${DRAFT_LABEL}'
    runs-on: ubuntu-latest
    timeout-minutes: 60
    permissions:
      contents: write
      issues: write
      pull-requests: write
      checks: write
    steps:
      - uses: actions/checkout@v6
        with:
          persist-credentials: false
${setUp(found)}      # The server under test runs in namespaces of its own; Ubuntu's AppArmor forbids them to programs it does not know.
      - run: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0 || true
      - uses: ${ACTION}
        with:
          secret: \${{ secrets.PATCHWORK_SECRET }}
          provider: anthropic
          api-key: \${{ secrets.ANTHROPIC_API_KEY }}
          # With an App's credentials instead of the workflow's token, the draft's own checks start without an approval:
          # app-id: \${{ vars.PATCHWORK_APP_ID }}
          # private-key: \${{ secrets.PATCHWORK_PRIVATE_KEY }}
`;
}

function setUp(found: Found | undefined): string {
  const step = (uses: string, inputs: Record<string, string> = {}) => {
    const given = Object.entries(inputs).map(([name, value]) => `          ${name}: ${value}\n`);
    return `      - uses: ${uses}\n${given.length ? `        with:\n${given.join('')}` : ''}`;
  };
  const node = step('actions/setup-node@v6', { 'node-version': '24' });
  const manifest = (name: string) => (found?.dir ? `${found.dir}/${name}` : name);
  switch (found?.tool) {
    case 'npm':
      return node;
    case 'yarn':
      return `${node}      - run: corepack enable || npm install --global yarn\n`;
    case 'pnpm':
      return `${step('pnpm/action-setup@v4')}${node}`;
    case 'bun':
      return `${step('oven-sh/setup-bun@v2')}${node}`;
    case 'uv':
      return step('astral-sh/setup-uv@v7');
    case 'poetry':
      return `${step('actions/setup-python@v6', { 'python-version': "'3.13'" })}      - run: pipx install poetry\n`;
    case 'pip':
      return step('actions/setup-python@v6', { 'python-version': "'3.13'" });
    case 'go':
      return step('actions/setup-go@v6', { 'go-version-file': manifest('go.mod') });
    // Rust is on the hosted runners.
    default:
      return '';
  }
}

import { createAppAuth } from '@octokit/auth-app';
import { request } from '@octokit/request';
import type { Product } from './product.ts';

export type Permissions = Record<string, 'read' | 'write'>;

/** What `patchworkmcp init` writes into the workflow. */
export const WORKFLOW_PERMISSIONS: Permissions = {
  contents: 'write',
  issues: 'write',
  pull_requests: 'write',
  checks: 'write',
};

/** A workflow's GITHUB_TOKEN: it acts as the App that GitHub calls github-actions, installed everywhere. */
export async function workflowToken(
  { server: { forge }, url }: Product,
  permissions: Permissions = WORKFLOW_PERMISSIONS,
): Promise<string> {
  if (!forge) throw new Error('the product runs on the local forge in tests');
  const app = await forge.registerApp({
    slug: 'github-actions',
    name: 'GitHub Actions',
    permissions,
    events: [],
    webhookUrl: '',
    webhookSecret: 'none',
  });
  const installationId = await forge.installApp(app.slug, 'owner');
  const auth = createAppAuth({
    appId: app.id,
    privateKey: app.privateKey,
    request: request.defaults({ baseUrl: `${url}/api/v3` }),
  });
  return (await auth({ type: 'installation', installationId })).token;
}

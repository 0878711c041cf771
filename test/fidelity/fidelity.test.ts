import { beforeAll, describe, expect, it } from 'vitest';
import { type Fidelity, loadFidelity } from './index.ts';

let fidelity: Fidelity;

beforeAll(async () => {
  fidelity = await loadFidelity();
});

const USER = {
  login: 'writer',
  id: 2,
  node_id: 'U_2',
  avatar_url: 'http://localhost/avatars/2',
  gravatar_id: '',
  url: 'http://localhost/users/writer',
  html_url: 'http://localhost/writer',
  followers_url: 'http://localhost/users/writer/followers',
  following_url: 'http://localhost/users/writer/following{/other_user}',
  gists_url: 'http://localhost/users/writer/gists{/gist_id}',
  starred_url: 'http://localhost/users/writer/starred{/owner}{/repo}',
  subscriptions_url: 'http://localhost/users/writer/subscriptions',
  organizations_url: 'http://localhost/users/writer/orgs',
  repos_url: 'http://localhost/users/writer/repos',
  events_url: 'http://localhost/users/writer/events{/privacy}',
  received_events_url: 'http://localhost/users/writer/received_events',
  type: 'User',
  site_admin: false,
};

const COMMENT = {
  id: 7,
  node_id: 'IC_7',
  url: 'http://localhost/repos/owner/sample/issues/comments/7',
  html_url: 'http://localhost/owner/sample/issues/1#issuecomment-7',
  issue_url: 'http://localhost/repos/owner/sample/issues/1',
  body: 'A note.',
  user: USER,
  created_at: '2026-11-20T10:00:00Z',
  updated_at: '2026-11-20T10:00:00Z',
  author_association: 'COLLABORATOR',
  performed_via_github_app: null,
};

const LABEL = {
  id: 3,
  node_id: 'LA_3',
  url: 'http://localhost/repos/owner/sample/labels/bug',
  name: 'bug',
  color: 'd73a4a',
  default: true,
  description: null,
};

const REPOSITORY_ISSUES = '/repos/owner/sample/issues';

describe('requests', () => {
  it.each([
    [
      'GET',
      `${REPOSITORY_ISSUES}?state=all&labels=bug,gap%3Aother&since=2026-11-20T10:00:00.123Z&per_page=100`,
      undefined,
    ],
    ['POST', REPOSITORY_ISSUES, { title: 'A gap', body: 'Text', labels: ['bug'] }],
    ['PATCH', `${REPOSITORY_ISSUES}/1`, { state: 'closed', state_reason: 'duplicate' }],
    ['DELETE', `${REPOSITORY_ISSUES}/1/labels/patchwork%3Adraft`, undefined],
    ['PUT', `${REPOSITORY_ISSUES}/1/lock`, undefined],
    ['POST', `${REPOSITORY_ISSUES}/1/sub_issues`, { sub_issue_id: 4 }],
    ['GET', '/repos/owner/sample/contents/.github%2Fpatchwork.yml', undefined],
    ['GET', '/repos/owner/sample/contents/src/deep/file.ts?ref=feature/x', undefined],
    ['GET', '/repos/owner/sample/compare/main...patchwork/142', undefined],
    ['GET', '/repos/owner/sample/commits/feature/x/status', undefined],
    ['POST', '/repos/owner/sample/dispatches', { event_type: 'draft', client_payload: { issue: 142, any: ['thing'] } }],
    ['POST', '/app/installations/1/access_tokens', { repositories: ['sample'], permissions: { issues: 'write' } }],
    ['POST', '/app-manifests/abc/conversions', undefined],
    ['GET', '/search/issues?q=is%3Aissue', undefined],
  ])('accepts %s %s', (method, url, body) => {
    expect(fidelity.checkRequest(method, url, body)).toEqual([]);
  });

  it.each([
    ['an unknown body field', 'POST', REPOSITORY_ISSUES, { title: 'x', labelz: [] }, 'body /: unknown field labelz'],
    [
      'an unknown field deep in the body',
      'POST',
      '/repos/owner/sample/check-runs',
      { name: 'gap', head_sha: 'a'.repeat(40), output: { title: 't', summary: 's', test: 'x' } },
      'body /output: unknown field test',
    ],
    [
      'a value that is not in the enumeration',
      'PATCH',
      `${REPOSITORY_ISSUES}/1`,
      { state_reason: 'wontfix' },
      'body /state_reason: must be equal to one of the allowed values (completed, not_planned, duplicate, reopened, null), not "wontfix"',
    ],
    ['a missing body field', 'POST', REPOSITORY_ISSUES, { body: 'x' }, "body /: must have required property 'title'"],
    ['a missing body', 'POST', REPOSITORY_ISSUES, undefined, 'the body is missing'],
    ['a body where there is none', 'DELETE', `${REPOSITORY_ISSUES}/1/sub_issue`, undefined, 'the body is missing'],
    [
      'a body nobody reads',
      'GET',
      REPOSITORY_ISSUES,
      { state: 'open' },
      'a body is sent, but the operation takes none',
    ],
    [
      'an unknown query parameter',
      'GET',
      `${REPOSITORY_ISSUES}?label=bug`,
      undefined,
      'query ?label is not a parameter',
    ],
    [
      'a bad query value',
      'GET',
      `${REPOSITORY_ISSUES}?state=opened`,
      undefined,
      'query ?state/: must be equal to one of the allowed values (open, closed, all), not "opened"',
    ],
    ['a missing query parameter', 'GET', '/search/issues', undefined, 'query ?q is required'],
    [
      'a word for a number',
      'GET',
      `${REPOSITORY_ISSUES}/one`,
      undefined,
      'path {issue_number}/: must be integer, not "one"',
    ],
  ])('finds %s', (_, method, url, body, mistake) => {
    const operation = fidelity.operationId(method, url);
    expect(fidelity.checkRequest(method, url, body)).toEqual([`${operation}: ${mistake}`]);
  });

  it('finds operations that GitHub does not have', () => {
    expect(fidelity.checkRequest('POST', '/repos/owner/sample/issue')).toEqual([
      'no such GitHub operation: POST /repos/owner/sample/issue',
    ]);
    expect(fidelity.checkRequest('PUT', `${REPOSITORY_ISSUES}/1`)).toEqual([
      `no such GitHub operation: PUT ${REPOSITORY_ISSUES}/1`,
    ]);
  });

  it('takes a path that is badly encoded for what it is', () => {
    expect(fidelity.checkRequest('GET', '/repos/owner/sample/labels/100%')).toEqual([]);
  });

  it.each([
    ['issues/get-comment', `${REPOSITORY_ISSUES}/comments/7`],
    ['issues/list-comments', `${REPOSITORY_ISSUES}/7/comments`],
    ['repos/get-combined-status-for-ref', '/repos/owner/sample/commits/feature/x/status'],
    ['repos/get-commit', '/repos/owner/sample/commits/feature/x'],
    ['repos/get-branch', '/repos/owner/sample/branches/feature/x'],
    ['repos/get-branch-protection', '/repos/owner/sample/branches/feature/x/protection'],
    ['git/get-ref', '/repos/owner/sample/git/ref/heads/feature/x'],
    ['repos/get-content', '/repos/owner/sample/contents/issues/comments'],
    ['repos/get-content', '/repos/owner/sample/contents'],
  ])('takes the route of %s', (operation, url) => {
    expect(fidelity.operationId('GET', url)).toBe(operation);
  });
});

describe('answers', () => {
  const created = (body: unknown) => fidelity.checkResponse('POST', `${REPOSITORY_ISSUES}/1/comments`, 201, body);

  it('accepts a comment as GitHub answers it', () => {
    expect(created(COMMENT)).toEqual([]);
  });

  it.each([
    ['a required field that is missing', { ...COMMENT, id: undefined }, "/: must have required property 'id'"],
    ['a field that GitHub does not have', { ...COMMENT, gap: 1 }, '/: unknown field gap'],
    ['the same in a nested object', { ...COMMENT, user: { ...USER, role: 'write' } }, '/user: unknown field role'],
    [
      'milliseconds',
      { ...COMMENT, created_at: '2026-11-20T10:00:00.000Z' },
      '/created_at: must match format "date-time", not "2026-11-20T10:00:00.000Z"',
    ],
    ['a wrong type', { ...COMMENT, id: '7' }, '/id: must be integer, not "7"'],
    ['no body', undefined, 'the body is missing'],
  ])('finds %s', (_, body, mistake) => {
    const sent = body && JSON.parse(JSON.stringify(body));
    expect(created(sent)).toEqual([`issues/create-comment -> 201: ${mistake}`]);
  });

  it('finds milliseconds in timestamps that the description calls plain text', () => {
    const token = {
      token: 'ghs_1',
      expires_at: '2026-11-20T11:00:00.000Z',
      permissions: {},
      repository_selection: 'all',
    };
    expect(fidelity.checkResponse('POST', '/app/installations/1/access_tokens', 201, token)).toEqual([
      'apps/create-installation-access-token -> 201: /expires_at: must match format "date-time", not "2026-11-20T11:00:00.000Z"',
    ]);
  });

  it('finds a status that GitHub does not give', () => {
    expect(fidelity.checkResponse('POST', `${REPOSITORY_ISSUES}/1/comments`, 200, COMMENT)).toEqual([
      'issues/create-comment -> 200: this status is not documented (201, 403, 404, 410, 422)',
    ]);
  });

  it('finds an answer to an operation that GitHub does not have, unless it is 404', () => {
    const notFound = { message: 'Not Found', documentation_url: 'http://localhost/rest', status: '404' };
    expect(fidelity.checkResponse('GET', '/repos/owner/sample/gaps', 404, notFound)).toEqual([]);
    expect(fidelity.checkResponse('GET', '/repos/owner/sample/gaps', 200, [])).toHaveLength(1);
  });

  it('wants nothing in an answer without content', () => {
    expect(fidelity.checkResponse('DELETE', '/repos/owner/sample/labels/bug', 204)).toEqual([]);
    expect(fidelity.checkResponse('DELETE', '/repos/owner/sample/labels/bug', 204, {})).toHaveLength(1);
  });

  it.each([
    ['as GitHub sends it', { errors: [{ resource: 'Issue', field: 'title', code: 'missing_field' }] }, []],
    ['without a code', { errors: [{ field: 'title' }] }, ["/errors/0: must have required property 'code'"]],
    ['without documentation', { documentation_url: '' }, ['/documentation_url: must be a text']],
    ['with a number for the status', { status: 422 }, ['/status: must be "422", not 422']],
    ['with a field of our own', { code: 'bad_title' }, ['/: unknown field code']],
  ])('checks an error body %s', (_, difference, mistakes) => {
    const error = {
      message: 'Validation Failed',
      documentation_url: 'http://localhost/rest',
      status: '422',
      ...difference,
    };
    expect(fidelity.checkResponse('POST', REPOSITORY_ISSUES, 422, error)).toEqual(
      mistakes.map((mistake) => `issues/create -> 422: ${mistake}`),
    );
  });

  it("accepts GitHub's own published examples, but for the ones that contradict its description", () => {
    const refused = fidelity.examples.flatMap(([method, path, status, body]) => {
      const url = path.replace(/\{([a-z_]+)\}/g, '1');
      return fidelity.checkResponse(method, url, status, body).length > 0 ? [`${method} ${path}`] : [];
    });
    expect(fidelity.examples.length).toBeGreaterThan(150);
    // The rest are older than the description: teams without `type`, protections without `checks`, and the like.
    expect(refused.length).toBeLessThan(fidelity.examples.length / 4);
    for (const valid of [
      '/issues',
      '/labels',
      '/git/commits',
      '/git/trees',
      '/contents/{path}',
      '/issues/{issue_number}/labels',
    ])
      expect(refused).not.toContain(`POST /repos/{owner}/{repo}${valid}`);
  });
});

describe('webhooks', () => {
  const label = { action: 'created', label: LABEL, sender: USER };

  it('finds what is missing in a payload', () => {
    expect(fidelity.checkWebhook('label', label)).toEqual([
      "webhook label.created: /: must have required property 'repository'",
    ]);
  });

  it('finds a shortened label', () => {
    const short = { ...label, label: { name: 'bug', color: 'd73a4a' } };
    expect(fidelity.checkWebhook('label', short)).toContain(
      "webhook label.created: /label: must have required property 'node_id'",
    );
  });

  it('finds a field that GitHub does not send', () => {
    expect(fidelity.checkWebhook('label', { ...label, gap: 1 })).toContain(
      'webhook label.created: /: unknown field gap',
    );
  });

  it('finds events that GitHub does not send', () => {
    expect(fidelity.checkWebhook('issues', { action: 'drafted' })).toEqual([
      'webhook issues.drafted: GitHub sends no such event',
    ]);
  });

  it("takes any action of a repository_dispatch, because it is the sender's own word", () => {
    const payload = { action: 'draft', branch: 'main', client_payload: { issue: 1 }, sender: USER };
    expect(fidelity.checkWebhook('repository_dispatch', payload).join()).not.toMatch(/action|client_payload/);
  });

  it.each(
    [
      'issues: opened edited deleted closed reopened labeled unlabeled assigned unassigned locked unlocked pinned unpinned transferred milestoned demilestoned',
      'issue_comment: created edited deleted',
      'pull_request: opened edited closed reopened synchronize labeled unlabeled ready_for_review converted_to_draft review_requested auto_merge_enabled auto_merge_disabled',
      'pull_request_review: submitted edited dismissed',
      'installation: created deleted suspend unsuspend new_permissions_accepted',
      'installation_repositories: added removed',
      'repository: created edited renamed transferred archived unarchived publicized privatized deleted',
      'label: created edited deleted',
      'milestone: created edited closed opened deleted',
      'workflow_run: requested in_progress completed',
      'check_run: created completed rerequested requested_action',
      'check_suite: requested rerequested completed',
      'release: created edited deleted published released prereleased unpublished',
      'sub_issues: sub_issue_added sub_issue_removed parent_issue_added parent_issue_removed',
    ].flatMap((line) => {
      const [event = '', actions = ''] = line.split(': ');
      return actions.split(' ').map((action) => [event, action]);
    }),
  )('knows %s.%s', (event = '', action = '') => {
    expect(fidelity.checkWebhook(event, { action }).join()).not.toContain('no such event');
  });

  it.each(['push', 'ping', 'status', 'create', 'delete', 'repository_dispatch'])('knows %s', (event) => {
    expect(fidelity.checkWebhook(event, {}).join()).not.toContain('no such event');
  });
});

describe('GraphQL', () => {
  const query = `query($number: Int!) {
    repository(owner: "owner", name: "sample") {
      node: issueOrPullRequest(number: $number) { ... on Issue { title at: createdAt } ... on PullRequest { isDraft } }
    }
  }`;
  const result = (node: unknown) => ({ data: { repository: { node } } });

  it('accepts a valid document with its variables and the result', () => {
    const issue = { title: 'A gap', at: '2026-11-20T10:00:00Z' };
    expect(fidelity.checkGraphQL(query, { number: 1 }, result(issue))).toEqual([]);
    expect(fidelity.checkGraphQL(query, { number: 1 }, result({ isDraft: true }))).toEqual([]);
    expect(fidelity.checkGraphQL(query, { number: 1 }, result(null))).toEqual([]);
  });

  it('finds a field that does not exist', () => {
    expect(fidelity.checkGraphQL('{ viewer { logn } }')).toEqual([
      'Cannot query field "logn" on type "User". Did you mean "login"?',
    ]);
  });

  it('accepts one name for fields of different types in alternatives, as GitHub does and gh needs', () => {
    const state = '... on Issue { state } ... on PullRequest { state }';
    const document = `{ repository(owner: "o", name: "r") { issueOrPullRequest(number: 1) { __typename ${state} } } }`;
    expect(fidelity.checkGraphQL(document)).toEqual([]);
    expect(fidelity.checkGraphQL('{ viewer { login login: name } }').join()).toMatch(/are different fields/);
  });

  it('finds text that is no document', () => {
    expect(fidelity.checkGraphQL('query {')).toEqual(['Syntax Error: Expected Name, found <EOF>.']);
  });

  it('finds wrong, missing and undeclared variables', () => {
    expect(fidelity.checkGraphQL(query, { number: 'one' }).join()).toMatch(/\$number.*cannot represent/);
    expect(fidelity.checkGraphQL(query).join()).toMatch(/\$number.*was not provided/);
    expect(fidelity.checkGraphQL(query, { number: 1, n: 1 })).toEqual(['variable $n is not declared']);
  });

  it('finds mistakes in an input object', () => {
    const mutation =
      'mutation($input: CreateCommitOnBranchInput!) { createCommitOnBranch(input: $input) { clientMutationId } }';
    const input = {
      branch: { branchName: 'x' },
      message: { headline: 'x' },
      expectedHeadOid: 'a'.repeat(40),
      files: [],
    };
    expect(fidelity.checkGraphQL(mutation, { input }).join()).toMatch(/"files" is not defined/);
  });

  it.each([
    ['a null that may not be', { title: null, at: '2026-11-20T10:00:00Z' }, /non-nullable field Issue.title/],
    ['milliseconds', { title: 'x', at: '2026-11-20T10:00:00.000Z' }, /is no DateTime/],
    ['a type that is not there', { title: 'x' }, /node/],
    ['a field nobody asked for', { __typename: 'PullRequest', isDraft: true, id: '1' }, /nobody asked for the field/],
    ['a wrong scalar', { isDraft: 'yes' }, /Boolean cannot represent/],
  ])('finds %s in the result', (_, node, mistake) => {
    expect(fidelity.checkGraphQL(query, { number: 1 }, result(node)).join()).toMatch(mistake);
  });

  it('finds a field that is missing in the result', () => {
    const asked = '{ viewer { login name } }';
    expect(fidelity.checkGraphQL(asked, {}, { data: { viewer: { login: 'owner' } } })).toEqual([
      'data/viewer: the field name is missing',
    ]);
    expect(fidelity.checkGraphQL(asked, {}, {})).toEqual(['data is missing, and there are no errors']);
  });
});

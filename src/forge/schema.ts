/** The tables, one entry per version of the file. Times are whole-second ISO texts; JSON columns end in `_json`. */
export const SCHEMA: readonly string[] = [
  `
  CREATE TABLE accounts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    login TEXT NOT NULL UNIQUE COLLATE NOCASE,
    type TEXT NOT NULL CHECK (type IN ('User', 'Organization', 'Bot')),
    name TEXT,
    created_at TEXT NOT NULL
  ) STRICT;

  CREATE TABLE repositories (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    owner_id INTEGER NOT NULL REFERENCES accounts (id),
    name TEXT NOT NULL COLLATE NOCASE,
    description TEXT,
    default_branch TEXT NOT NULL,
    last_number INTEGER NOT NULL DEFAULT 0,
    allow_auto_merge INTEGER NOT NULL DEFAULT 0,
    linked_path TEXT,
    linked_publish TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    pushed_at TEXT NOT NULL,
    UNIQUE (owner_id, name)
  ) STRICT;

  CREATE TABLE collaborators (
    repository_id INTEGER NOT NULL REFERENCES repositories (id),
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    role TEXT NOT NULL CHECK (role IN ('read', 'triage', 'write', 'maintain', 'admin')),
    PRIMARY KEY (repository_id, account_id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE refs (
    repository_id INTEGER NOT NULL REFERENCES repositories (id),
    name TEXT NOT NULL,
    sha TEXT NOT NULL,
    PRIMARY KEY (repository_id, name)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE linked_refs (
    repository_id INTEGER NOT NULL REFERENCES repositories (id),
    name TEXT NOT NULL,
    sha TEXT NOT NULL,
    PRIMARY KEY (repository_id, name)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE protections (
    repository_id INTEGER NOT NULL REFERENCES repositories (id),
    branch TEXT NOT NULL,
    contexts_json TEXT NOT NULL,
    strict INTEGER NOT NULL,
    PRIMARY KEY (repository_id, branch)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE milestones (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    repository_id INTEGER NOT NULL REFERENCES repositories (id),
    number INTEGER NOT NULL,
    title TEXT NOT NULL,
    description TEXT,
    state TEXT NOT NULL DEFAULT 'open',
    creator_id INTEGER NOT NULL REFERENCES accounts (id),
    due_on TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    closed_at TEXT,
    UNIQUE (repository_id, number)
  ) STRICT;

  CREATE TABLE issues (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    repository_id INTEGER NOT NULL REFERENCES repositories (id),
    number INTEGER NOT NULL,
    is_pull INTEGER NOT NULL DEFAULT 0,
    title TEXT NOT NULL,
    body TEXT,
    state TEXT NOT NULL DEFAULT 'open',
    state_reason TEXT,
    user_id INTEGER NOT NULL REFERENCES accounts (id),
    app_id INTEGER,
    locked INTEGER NOT NULL DEFAULT 0,
    lock_reason TEXT,
    milestone_id INTEGER REFERENCES milestones (id),
    duplicate_of INTEGER REFERENCES issues (id),
    parent_id INTEGER REFERENCES issues (id),
    parent_position INTEGER,
    pinned_at TEXT,
    comments INTEGER NOT NULL DEFAULT 0,
    reactions INTEGER NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    closed_at TEXT,
    closed_by INTEGER REFERENCES accounts (id),
    UNIQUE (repository_id, number)
  ) STRICT;
  CREATE INDEX issues_by_update ON issues (repository_id, updated_at);
  CREATE INDEX issues_by_state ON issues (repository_id, state, number);
  CREATE INDEX issues_by_parent ON issues (parent_id) WHERE parent_id IS NOT NULL;
  CREATE INDEX issues_by_milestone ON issues (milestone_id) WHERE milestone_id IS NOT NULL;

  CREATE TABLE labels (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    repository_id INTEGER NOT NULL REFERENCES repositories (id),
    name TEXT NOT NULL COLLATE NOCASE,
    color TEXT NOT NULL,
    description TEXT,
    is_default INTEGER NOT NULL DEFAULT 0,
    UNIQUE (repository_id, name)
  ) STRICT;

  CREATE TABLE issue_labels (
    label_id INTEGER NOT NULL REFERENCES labels (id) ON DELETE CASCADE,
    issue_id INTEGER NOT NULL REFERENCES issues (id) ON DELETE CASCADE,
    PRIMARY KEY (label_id, issue_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX issue_labels_by_issue ON issue_labels (issue_id);

  CREATE TABLE assignees (
    issue_id INTEGER NOT NULL REFERENCES issues (id) ON DELETE CASCADE,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    PRIMARY KEY (issue_id, account_id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE comments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    repository_id INTEGER NOT NULL REFERENCES repositories (id),
    issue_id INTEGER NOT NULL REFERENCES issues (id) ON DELETE CASCADE,
    user_id INTEGER NOT NULL REFERENCES accounts (id),
    app_id INTEGER,
    body TEXT NOT NULL,
    reactions INTEGER NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
  ) STRICT;
  CREATE INDEX comments_by_issue ON comments (issue_id, id);
  CREATE INDEX comments_by_update ON comments (repository_id, updated_at);

  CREATE TABLE reactions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    subject TEXT NOT NULL CHECK (subject IN ('issue', 'comment')),
    subject_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL REFERENCES accounts (id),
    content TEXT NOT NULL,
    created_at TEXT NOT NULL,
    UNIQUE (subject, subject_id, user_id, content)
  ) STRICT;

  CREATE TABLE issue_events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    repository_id INTEGER NOT NULL REFERENCES repositories (id),
    issue_id INTEGER NOT NULL REFERENCES issues (id) ON DELETE CASCADE,
    actor_id INTEGER NOT NULL REFERENCES accounts (id),
    app_id INTEGER,
    event TEXT NOT NULL,
    data_json TEXT NOT NULL,
    created_at TEXT NOT NULL
  ) STRICT;
  CREATE INDEX issue_events_by_issue ON issue_events (issue_id, id);

  CREATE TABLE pulls (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    issue_id INTEGER NOT NULL UNIQUE REFERENCES issues (id),
    repository_id INTEGER NOT NULL REFERENCES repositories (id),
    head_ref TEXT NOT NULL,
    head_sha TEXT NOT NULL,
    base_ref TEXT NOT NULL,
    base_sha TEXT NOT NULL,
    merge_base TEXT NOT NULL,
    draft INTEGER NOT NULL DEFAULT 0,
    maintainer_can_modify INTEGER NOT NULL DEFAULT 0,
    commits INTEGER NOT NULL,
    additions INTEGER NOT NULL,
    deletions INTEGER NOT NULL,
    changed_files INTEGER NOT NULL,
    mergeable INTEGER,
    auto_merge_json TEXT,
    merged_at TEXT,
    merged_by INTEGER REFERENCES accounts (id),
    merge_commit_sha TEXT
  ) STRICT;
  CREATE INDEX pulls_by_head ON pulls (repository_id, head_ref);
  CREATE INDEX pulls_by_base ON pulls (repository_id, base_ref);

  CREATE TABLE statuses (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    repository_id INTEGER NOT NULL REFERENCES repositories (id),
    sha TEXT NOT NULL,
    state TEXT NOT NULL,
    context TEXT NOT NULL,
    description TEXT,
    target_url TEXT,
    creator_id INTEGER NOT NULL REFERENCES accounts (id),
    created_at TEXT NOT NULL
  ) STRICT;
  CREATE INDEX statuses_by_sha ON statuses (repository_id, sha);

  CREATE TABLE check_suites (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    repository_id INTEGER NOT NULL REFERENCES repositories (id),
    app_id INTEGER NOT NULL,
    head_sha TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    UNIQUE (repository_id, app_id, head_sha)
  ) STRICT;

  CREATE TABLE check_runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    repository_id INTEGER NOT NULL REFERENCES repositories (id),
    suite_id INTEGER NOT NULL REFERENCES check_suites (id),
    app_id INTEGER NOT NULL,
    head_sha TEXT NOT NULL,
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    conclusion TEXT,
    external_id TEXT,
    details_url TEXT,
    started_at TEXT,
    completed_at TEXT,
    title TEXT,
    summary TEXT,
    text TEXT,
    annotations_json TEXT NOT NULL DEFAULT '[]'
  ) STRICT;
  CREATE INDEX check_runs_by_sha ON check_runs (repository_id, head_sha);

  CREATE TABLE apps (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    owner_id INTEGER NOT NULL REFERENCES accounts (id),
    bot_id INTEGER NOT NULL REFERENCES accounts (id),
    homepage TEXT NOT NULL,
    client_id TEXT NOT NULL UNIQUE,
    client_secret TEXT NOT NULL,
    private_key TEXT NOT NULL,
    webhook_url TEXT NOT NULL,
    webhook_secret TEXT NOT NULL,
    permissions_json TEXT NOT NULL,
    events_json TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
  ) STRICT;

  CREATE TABLE installations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    app_id INTEGER NOT NULL REFERENCES apps (id),
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    permissions_json TEXT NOT NULL,
    events_json TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    UNIQUE (app_id, account_id)
  ) STRICT;

  CREATE TABLE installation_tokens (
    hash TEXT PRIMARY KEY,
    installation_id INTEGER NOT NULL REFERENCES installations (id),
    permissions_json TEXT NOT NULL,
    repositories_json TEXT,
    expires_at TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    guid TEXT NOT NULL,
    app_id INTEGER NOT NULL REFERENCES apps (id),
    event TEXT NOT NULL,
    action TEXT,
    installation_id INTEGER,
    repository_id INTEGER,
    redelivery INTEGER NOT NULL DEFAULT 0,
    payload TEXT NOT NULL,
    created_at TEXT NOT NULL,
    delivered_at TEXT,
    duration REAL,
    status TEXT,
    status_code INTEGER,
    request_json TEXT,
    response_json TEXT,
    response_body TEXT
  ) STRICT;
  CREATE INDEX deliveries_waiting ON deliveries (id) WHERE delivered_at IS NULL;
  CREATE INDEX deliveries_by_app ON deliveries (app_id, id);
  `,
  `
  CREATE TABLE hooks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    repository_id INTEGER NOT NULL REFERENCES repositories (id),
    url TEXT NOT NULL,
    secret TEXT,
    content_type TEXT NOT NULL CHECK (content_type IN ('json', 'form')),
    events_json TEXT NOT NULL,
    active INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
  ) STRICT;
  CREATE INDEX hooks_by_repository ON hooks (repository_id);

  -- A delivery goes to an App or to a repository's own hook.
  CREATE TABLE deliveries_2 (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    guid TEXT NOT NULL,
    app_id INTEGER REFERENCES apps (id),
    hook_id INTEGER REFERENCES hooks (id) ON DELETE CASCADE,
    event TEXT NOT NULL,
    action TEXT,
    installation_id INTEGER,
    repository_id INTEGER,
    redelivery INTEGER NOT NULL DEFAULT 0,
    payload TEXT NOT NULL,
    created_at TEXT NOT NULL,
    delivered_at TEXT,
    duration REAL,
    status TEXT,
    status_code INTEGER,
    request_json TEXT,
    response_json TEXT,
    response_body TEXT,
    CHECK ((app_id IS NULL) <> (hook_id IS NULL))
  ) STRICT;
  INSERT INTO deliveries_2
    SELECT id, guid, app_id, NULL, event, action, installation_id, repository_id, redelivery, payload, created_at,
      delivered_at, duration, status, status_code, request_json, response_json, response_body FROM deliveries;
  DROP TABLE deliveries;
  ALTER TABLE deliveries_2 RENAME TO deliveries;
  CREATE INDEX deliveries_waiting ON deliveries (id) WHERE delivered_at IS NULL;
  CREATE INDEX deliveries_by_app ON deliveries (app_id, id);
  CREATE INDEX deliveries_by_hook ON deliveries (hook_id, id);

  CREATE TABLE reviews (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    repository_id INTEGER NOT NULL REFERENCES repositories (id),
    issue_id INTEGER NOT NULL REFERENCES issues (id),
    user_id INTEGER NOT NULL REFERENCES accounts (id),
    state TEXT NOT NULL CHECK (state IN ('PENDING', 'COMMENTED', 'APPROVED', 'CHANGES_REQUESTED', 'DISMISSED')),
    body TEXT NOT NULL,
    commit_sha TEXT NOT NULL,
    created_at TEXT NOT NULL,
    submitted_at TEXT
  ) STRICT;
  CREATE INDEX reviews_by_issue ON reviews (issue_id, id);

  CREATE TABLE review_requests (
    issue_id INTEGER NOT NULL REFERENCES issues (id),
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    PRIMARY KEY (issue_id, account_id)
  ) STRICT, WITHOUT ROWID;

  ALTER TABLE apps ADD COLUMN callback_urls_json TEXT NOT NULL DEFAULT '[]';
  ALTER TABLE apps ADD COLUMN setup_url TEXT;
  -- Null: all repositories of the account, also those to come.
  ALTER TABLE installations ADD COLUMN repositories_json TEXT;

  CREATE TABLE user_tokens (
    hash TEXT PRIMARY KEY,
    app_id INTEGER NOT NULL REFERENCES apps (id),
    account_id INTEGER NOT NULL REFERENCES accounts (id)
  ) STRICT, WITHOUT ROWID;

  -- What a browser carries from a page of ours to a program: worth something once, and not for long.
  CREATE TABLE codes (
    hash TEXT PRIMARY KEY,
    purpose TEXT NOT NULL CHECK (purpose IN ('manifest', 'authorization')),
    data_json TEXT NOT NULL,
    expires_at TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  ALTER TABLE repositories ADD COLUMN private INTEGER NOT NULL DEFAULT 0;

  CREATE TABLE releases (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    repository_id INTEGER NOT NULL REFERENCES repositories (id),
    author_id INTEGER NOT NULL REFERENCES accounts (id),
    tag TEXT NOT NULL,
    target TEXT NOT NULL,
    name TEXT,
    body TEXT,
    draft INTEGER NOT NULL,
    prerelease INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    published_at TEXT,
    updated_at TEXT NOT NULL
  ) STRICT;
  CREATE INDEX releases_by_repository ON releases (repository_id, id);
  `,
  `
  CREATE TABLE edits (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    subject TEXT NOT NULL CHECK (subject IN ('issue', 'comment')),
    subject_id INTEGER NOT NULL,
    editor_id INTEGER NOT NULL REFERENCES accounts (id),
    body TEXT NOT NULL,
    edited_at TEXT NOT NULL
  ) STRICT;
  CREATE INDEX edits_by_subject ON edits (subject, subject_id, id);
  `,
  `
  ALTER TABLE repositories ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;
  -- Where git lies below \`repos\`: a repository that is renamed stays where it was made.
  ALTER TABLE repositories ADD COLUMN folder TEXT;
  ALTER TABLE installations ADD COLUMN suspended_at TEXT;
  CREATE TABLE former_names (
    owner_id INTEGER NOT NULL REFERENCES accounts (id),
    name TEXT NOT NULL COLLATE NOCASE,
    repository_id INTEGER NOT NULL REFERENCES repositories (id),
    PRIMARY KEY (owner_id, name)
  ) STRICT, WITHOUT ROWID;
  `,
];

import type { CheckRun } from '../domain/checks.ts';
import { nodeId } from '../nodes.ts';
import type { Account, App, Links, Pull, Repo } from '../world.ts';
import { appJson } from './app.ts';
import { repoApi, repoHtml } from './repository.ts';

export interface CheckRunView {
  run: CheckRun;
  repo: Repo;
  app: { app: App; owner: Account };
  pulls: (Pull & { number: number })[];
}

/** `pull-request-minimal` */
export function minimalPullJson(links: Links, repo: Repo, pull: Pull & { number: number }) {
  const stub = { id: repo.id, url: repoApi(links, repo), name: repo.name };
  return {
    id: pull.id,
    number: pull.number,
    url: `${repoApi(links, repo)}/pulls/${pull.number}`,
    head: { ref: pull.head_ref, sha: pull.head_sha, repo: stub },
    base: { ref: pull.base_ref, sha: pull.base_sha, repo: stub },
  };
}

/** `check-run` */
export function checkRunJson(links: Links, { run, repo, app, pulls }: CheckRunView) {
  const url = `${repoApi(links, repo)}/check-runs/${run.id}`;
  const html = `${repoHtml(links, repo)}/runs/${run.id}`;
  return {
    id: run.id,
    name: run.name,
    node_id: nodeId('CheckRun', run.id),
    head_sha: run.head_sha,
    external_id: run.external_id ?? '',
    url,
    html_url: html,
    details_url: run.details_url ?? html,
    status: run.status,
    conclusion: run.conclusion,
    started_at: run.started_at,
    completed_at: run.completed_at,
    output: {
      title: run.title,
      summary: run.summary,
      text: run.text,
      annotations_count: (JSON.parse(run.annotations_json) as unknown[]).length,
      annotations_url: `${url}/annotations`,
    },
    check_suite: { id: run.suite_id },
    app: appJson(links, app),
    pull_requests: pulls.map((pull) => minimalPullJson(links, repo, pull)),
  };
}

/** The check run inside a `check_run` event. */
export function checkRunHookJson(links: Links, view: CheckRunView) {
  const json = checkRunJson(links, view);
  const { run, repo } = view;
  return {
    ...json,
    check_suite: {
      id: run.suite_id,
      node_id: nodeId('CheckSuite', run.suite_id),
      head_branch: view.pulls[0]?.head_ref ?? null,
      head_sha: run.head_sha,
      status: run.status,
      conclusion: run.conclusion,
      url: `${repoApi(links, repo)}/check-suites/${run.suite_id}`,
      before: null,
      after: run.head_sha,
      pull_requests: json.pull_requests,
      app: json.app,
      created_at: run.started_at,
      updated_at: run.completed_at ?? run.started_at,
    },
  };
}

export interface Annotation {
  path: string;
  start_line: number;
  end_line: number;
  start_column?: number;
  end_column?: number;
  annotation_level: string;
  title?: string;
  message: string;
  raw_details?: string;
}

/** `check-annotation` */
export function annotationJson(links: Links, repo: Repo, sha: string, annotation: Annotation) {
  return {
    path: annotation.path,
    blob_href: `${repoHtml(links, repo)}/blob/${sha}/${annotation.path}`,
    start_line: annotation.start_line,
    start_column: annotation.start_column ?? null,
    end_line: annotation.end_line,
    end_column: annotation.end_column ?? null,
    annotation_level: annotation.annotation_level,
    title: annotation.title ?? null,
    message: annotation.message,
    raw_details: annotation.raw_details ?? null,
  };
}

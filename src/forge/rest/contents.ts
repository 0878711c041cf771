import { type Entry, type Found, lookUp, writeFile } from '../domain/contents.ts';
import { encodePath } from '../names.ts';
import { gitCommitJson } from '../present/commit.ts';
import { repoApi, repoHtml } from '../present/repository.ts';
import type { Repo, World } from '../world.ts';
import { type Answer, created, ok } from './answer.ts';
import type { RepoCall, Surface, WriteCall } from './surface.ts';

/** Above this size GitHub gives a file without its content. */
const LARGEST_INLINE = 1024 * 1024;

function entryJson(world: World, repo: Repo, ref: string, entry: Entry) {
  const path = encodePath(entry.path);
  const isFolder = entry.mode === '040000';
  const url = `${repoApi(world.links, repo)}/contents/${path}?ref=${encodeURIComponent(ref)}`;
  const git = `${repoApi(world.links, repo)}/git/${isFolder ? 'trees' : 'blobs'}/${entry.oid}`;
  const html = `${repoHtml(world.links, repo)}/${isFolder ? 'tree' : 'blob'}/${encodePath(ref)}/${path}`;
  return {
    name: entry.name,
    path: entry.path,
    sha: entry.oid,
    size: isFolder ? 0 : entry.size,
    url,
    html_url: html,
    git_url: git,
    download_url: isFolder ? null : `${repoHtml(world.links, repo)}/raw/${encodePath(ref)}/${path}`,
    type: typeOf(entry.mode),
    _links: { self: url, git, html },
  };
}

const typeOf = (mode: string) =>
  mode === '040000' ? 'dir' : mode === '120000' ? 'symlink' : mode === '160000' ? 'submodule' : 'file';

function foundJson(world: World, repo: Repo, ref: string, found: Found, asObject: boolean) {
  const json = entryJson(world, repo, ref, found.entry);
  switch (found.kind) {
    case 'folder': {
      const entries = found.entries.map((entry) => entryJson(world, repo, ref, entry));
      return asObject ? { ...json, entries } : entries;
    }
    case 'file':
      return found.content.length > LARGEST_INLINE
        ? { ...json, content: '', encoding: 'none' }
        : { ...json, content: found.content.toString('base64').replace(/.{60}/g, '$&\n'), encoding: 'base64' };
    case 'symlink':
      return { ...json, target: found.target };
    case 'submodule':
      return { ...json, submodule_git_url: null };
  }
}

async function show({ world, repo, params, query, headers }: RepoCall): Promise<Answer> {
  const ref = query.ref || repo.default_branch;
  const found = await lookUp(world, repo, params.path ?? '', ref);
  const accept = headers.get('accept') ?? '';
  // octokit hands the raw text on as a string only when the charset is there
  if (/\.raw(\+json)?\b/.test(accept) && found.kind === 'file') {
    return {
      status: 200,
      body: found.content,
      headers: { 'content-type': 'application/vnd.github.raw; charset=utf-8' },
    };
  }
  return ok(foundJson(world, repo, ref, found, /\.object(\+json)?\b/.test(accept)));
}

export function contentRoutes({ read, write }: Surface): void {
  read('contents:read', '/contents', show);
  read('contents:read', '/contents/:path{.*}', show);
  read('contents:read', '/readme', async (call) => {
    const { world, repo, query } = call;
    const root = await lookUp(world, repo, '', query.ref || repo.default_branch);
    const names = root.kind === 'folder' ? root.entries.map((entry) => entry.name) : [];
    const path = names.find((name) => /^readme(\.(md|markdown|txt|rst))?$/i.test(name)) ?? 'README.md';
    return show({ ...call, params: { path } });
  });

  const change = async ({ world, viewer, repo, params, input }: WriteCall, how: 'put' | 'delete') => {
    const path = params.path ?? '';
    const { commit, entry, created: isNew } = await writeFile(world, viewer, repo, path, input, how);
    const ref = typeof input.branch === 'string' ? input.branch : repo.default_branch;
    const json = {
      content: entry && entryJson(world, repo, ref, entry),
      commit: gitCommitJson(world.links, repo, commit),
    };
    return isNew && entry ? created(json) : ok(json);
  };
  write('PUT', '/contents/:path{.+}', (call) => change(call, 'put'));
  write('DELETE', '/contents/:path{.+}', (call) => change(call, 'delete'));
}

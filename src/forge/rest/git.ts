import { notFound, unprocessable } from '../answers.ts';
import { createBlob, createCommit, createTag, createTree, getTag } from '../domain/git-data.ts';
import { createRef, deleteRef, findRef, freshGit, type Ref, refsUnder, updateExistingRef } from '../domain/refs.ts';
import { type AnnotatedTag, readCommit } from '../git/history.ts';
import { entryType, parseTree, walkTree } from '../git/trees.ts';
import { encodePath, isObjectId } from '../names.ts';
import { nodeId } from '../nodes.ts';
import { gitCommitJson } from '../present/commit.ts';
import { repoApi } from '../present/repository.ts';
import type { Repo, World } from '../world.ts';
import { created, noContent, ok } from './answer.ts';
import type { Surface } from './surface.ts';

const MOST_ENTRIES = 100_000;

async function refJson(world: World, repo: Repo, { name, sha }: Ref) {
  const api = repoApi(world.links, repo);
  const type = (await world.git(repo).objects.look(sha))?.type ?? 'commit';
  return {
    ref: name,
    node_id: nodeId('Ref', `${repo.id}:${name}`),
    url: `${api}/git/${encodePath(name)}`,
    object: { sha, type, url: `${api}/git/${type}s/${sha}` },
  };
}

async function treeJson(world: World, repo: Repo, sha: string, recursive: boolean) {
  const { objects } = await freshGit(world, repo);
  const tree = await objects.look(`${sha}^{tree}`);
  if (!tree) throw notFound();
  const api = repoApi(world.links, repo);
  const entries = recursive
    ? await walkTree(objects, tree.oid)
    : parseTree((await objects.read(tree.oid))?.content ?? Buffer.alloc(0)).map((entry) => ({
        ...entry,
        path: entry.name,
      }));
  const shown = entries.slice(0, MOST_ENTRIES);
  return {
    sha: tree.oid,
    url: `${api}/git/trees/${tree.oid}`,
    tree: await Promise.all(
      shown.map(async ({ path, mode, oid }) => {
        const type = entryType(mode);
        if (type === 'commit') return { path, mode, type, sha: oid };
        const size = type === 'blob' ? { size: (await objects.look(oid))?.size ?? 0 } : {};
        return { path, mode, type, sha: oid, ...size, url: `${api}/git/${type}s/${oid}` };
      }),
    ),
    truncated: shown.length < entries.length,
  };
}

function tagJson(world: World, repo: Repo, tag: AnnotatedTag) {
  const api = repoApi(world.links, repo);
  return {
    node_id: nodeId('Tag', `${repo.id}:${tag.oid}`),
    tag: tag.tag,
    sha: tag.oid,
    url: `${api}/git/tags/${tag.oid}`,
    message: tag.message,
    tagger: tag.tagger,
    object: { sha: tag.object, type: tag.type, url: `${api}/git/${tag.type}s/${tag.object}` },
    verification: { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null },
  };
}

export function gitRoutes({ read, write }: Surface): void {
  write('POST', '/git/blobs', async ({ world, viewer, repo, input }) => {
    const sha = await createBlob(world, viewer, repo, input);
    const url = `${repoApi(world.links, repo)}/git/blobs/${sha}`;
    return created({ sha, url }, url);
  });

  read('contents:read', '/git/blobs/:sha', async ({ world, repo, params, headers }) => {
    const sha = params.sha ?? '';
    const { objects } = await freshGit(world, repo);
    const blob = isObjectId(sha) ? await objects.read(sha) : null;
    if (blob?.type !== 'blob') throw notFound();
    if (headers.get('accept')?.includes('.raw')) {
      return {
        status: 200,
        body: blob.content,
        headers: { 'content-type': 'application/vnd.github.raw; charset=utf-8' },
      };
    }
    return ok({
      sha,
      node_id: nodeId('Blob', `${repo.id}:${sha}`),
      size: blob.size,
      url: `${repoApi(world.links, repo)}/git/blobs/${sha}`,
      content: blob.content.toString('base64').replace(/.{60}/g, '$&\n'),
      encoding: 'base64',
    });
  });

  write('POST', '/git/trees', async ({ world, viewer, repo, input }) => {
    const json = await treeJson(world, repo, await createTree(world, viewer, repo, input), false);
    return created(json, json.url);
  });
  read('contents:read', '/git/trees/:sha{.+}', async ({ world, repo, params, query }) => {
    const { sha = '' } = params;
    await freshGit(world, repo);
    const start = findRef(world, repo, `refs/heads/${sha}`)?.sha ?? (isObjectId(sha) ? sha : null);
    if (start === null) throw notFound();
    return ok(await treeJson(world, repo, start, query.recursive !== undefined));
  });

  write('POST', '/git/commits', async ({ world, viewer, repo, input }) => {
    const json = gitCommitJson(world.links, repo, await createCommit(world, viewer, repo, input));
    return created(json, json.url);
  });
  read('contents:read', '/git/commits/:sha', async ({ world, repo, params }) => {
    const { objects } = await freshGit(world, repo);
    const commit = isObjectId(params.sha ?? '') ? await readCommit(objects, params.sha ?? '') : null;
    if (!commit) throw notFound();
    return ok(gitCommitJson(world.links, repo, commit));
  });

  write('POST', '/git/tags', async ({ world, viewer, repo, input }) => {
    const json = tagJson(world, repo, await createTag(world, viewer, repo, input));
    return created(json, json.url);
  });
  read('contents:read', '/git/tags/:sha', async ({ world, repo, params }) =>
    ok(tagJson(world, repo, await getTag(world, repo, params.sha ?? ''))),
  );

  read('contents:read', '/git/ref/:ref{.+}', async ({ world, repo, params }) => {
    await freshGit(world, repo);
    const ref = findRef(world, repo, `refs/${params.ref}`);
    if (!ref) throw notFound();
    return ok(await refJson(world, repo, ref));
  });
  read('contents:read', '/git/matching-refs/:ref{.+}', async ({ world, repo, params }) => {
    await freshGit(world, repo);
    const refs = refsUnder(world, repo, `refs/${params.ref}`);
    return ok(await Promise.all(refs.map((ref) => refJson(world, repo, ref))));
  });
  write('POST', '/git/refs', async ({ world, viewer, repo, input }) => {
    const json = await refJson(world, repo, await createRef(world, viewer, repo, input));
    return created(json, json.url);
  });

  const full = (short = '') => {
    if (!/^(heads|tags)\//.test(short)) throw unprocessable('Reference does not exist');
    return `refs/${short}`;
  };
  write('PATCH', '/git/refs/:ref{.+}', async ({ world, viewer, repo, params, input }) =>
    ok(await refJson(world, repo, await updateExistingRef(world, viewer, repo, full(params.ref), input))),
  );
  write('DELETE', '/git/refs/:ref{.+}', async ({ world, viewer, repo, params }) => {
    await deleteRef(world, viewer, repo, full(params.ref));
    return noContent();
  });
}

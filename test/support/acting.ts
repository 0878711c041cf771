/** Requests to a repository's part of GitHub's API as one of the people; refuses what GitHub refuses. */
export function actingOn(base: string) {
  return async (person: string, method: string, path: string, body?: unknown) => {
    const reply = await fetch(base + path, {
      method,
      headers: {
        authorization: `token ${person}`,
        'content-type': 'application/json',
        accept: 'application/vnd.github+json',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await reply.text();
    if (!reply.ok) throw new Error(`${method} ${path} as ${person}: ${reply.status} ${text}`);
    return text && JSON.parse(text);
  };
}

import { invalid } from '../answers.ts';
import { MOST_FOUND, searchIssues } from '../domain/search.ts';
import { viewIssues } from '../domain/views.ts';
import { foundIssueJson } from '../present/issue.ts';
import { listed, pageOf } from './answer.ts';
import type { Surface } from './surface.ts';

export function searchRoutes({ route }: Surface): void {
  route('GET', '/search/issues', async ({ world, viewer, query, url }) => {
    if (query.q === undefined) throw invalid({ resource: 'Search', field: 'q', code: 'missing' });
    const found = await searchIssues(world, query.q, { viewer, sort: query.sort, order: query.order });
    const page = pageOf(query);
    const first = (page.page - 1) * page.perPage;
    if (first >= MOST_FOUND)
      throw invalid({
        resource: 'Search',
        field: 'q',
        code: 'custom',
        message: 'Only the first 1000 search results are available',
      });
    const items = found
      .slice(first, first + page.perPage)
      .flatMap(({ repo, issue }) => viewIssues(world, repo, [issue]).map((view) => foundIssueJson(world.links, view)));
    return listed(world.links, url, page, Math.min(found.length, MOST_FOUND), {
      total_count: found.length,
      incomplete_results: false,
      search_type: 'lexical',
      items,
    });
  });
}

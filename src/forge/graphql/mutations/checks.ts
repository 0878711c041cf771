import { createCheckRun } from '../../domain/checks.ts';
import type { Asking } from '../index.ts';
import { repositoryById } from '../lookup.ts';
import { checkRunNode } from '../nodes/checks.ts';

interface CheckRunInput {
  repositoryId: string;
  name: string;
  headSha: string;
  status?: string | null;
  conclusion?: string | null;
  detailsUrl?: string | null;
  externalId?: string | null;
  output?: {
    title: string;
    summary: string;
    text?: string | null;
    annotations?:
      | {
          path: string;
          location: { startLine: number; endLine: number };
          annotationLevel: string;
          message: string;
          title?: string | null;
          rawDetails?: string | null;
        }[]
      | null;
  } | null;
}

export const checkMutations = {
  async createCheckRun(asking: Asking, input: CheckRunInput) {
    const repo = repositoryById(asking.world, input.repositoryId);
    const { output } = input;
    const run = await createCheckRun(asking.world, asking.viewer, repo, {
      name: input.name,
      head_sha: input.headSha,
      ...(input.status ? { status: input.status.toLowerCase() } : {}),
      ...(input.conclusion ? { conclusion: input.conclusion.toLowerCase() } : {}),
      ...(input.detailsUrl ? { details_url: input.detailsUrl } : {}),
      ...(input.externalId ? { external_id: input.externalId } : {}),
      ...(output
        ? {
            output: {
              title: output.title,
              summary: output.summary,
              ...(output.text ? { text: output.text } : {}),
              annotations: (output.annotations ?? []).map(
                ({ location, annotationLevel, rawDetails, title, ...rest }) => ({
                  ...rest,
                  ...(title ? { title } : {}),
                  ...(rawDetails ? { raw_details: rawDetails } : {}),
                  start_line: location.startLine,
                  end_line: location.endLine,
                  annotation_level: annotationLevel.toLowerCase(),
                }),
              ),
            },
          }
        : {}),
    });
    return { checkRun: checkRunNode(asking, repo, run) };
  },
};

import * as z from 'zod';

/** Fields of a report that a public repository can do without: its issue stands without them. */
const SEALABLE = ['user_goal', 'what_i_tried', 'suggestion', 'agent_model', 'client_type'] as const;
export type SealedField = (typeof SEALABLE)[number];

/** What a public repository does not publish. */
export const privacySchema = z
  .strictObject({
    sealed: z.array(z.enum(SEALABLE)).max(SEALABLE.length).default(['user_goal']),
    /** A private repository (owner/name) where `/patchwork reveal` puts what is sealed. */
    private_repo: z
      .string()
      .regex(/^[A-Za-z0-9-]+\/[A-Za-z0-9._-]+$/, 'has to be owner/name')
      .optional(),
  })
  .prefault({});

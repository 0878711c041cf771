import { base } from './base.ts';
import { conversation } from './conversation.ts';
import { lists } from './lists.ts';
import { prose } from './prose.ts';
import { source } from './source.ts';

/** The one style sheet. Plain CSS: nothing here depends on a request. */
export const style = [base, lists, conversation, prose, source].join('\n');

import type { EventType, NoticeFormat } from '../../config/index.ts';
import type { GapEvent } from '../../issues/index.ts';

/** What is sent, as JSON text. `id` identifies the event, however often and to whomever it is sent. */
export function renderMessage(format: NoticeFormat, event: GapEvent): string {
  return JSON.stringify(FORMATS[format](event));
}

const FORMATS: Record<NoticeFormat, (event: GapEvent) => object> = { standard, slack, discord };

/** The payload of the Standard Webhooks specification: type, timestamp, data. */
function standard({ type, at, key: _key, ...data }: GapEvent): object {
  return { type, timestamp: at, data };
}

/**
 * The agent's words stand in a preformatted rich text, in which Slack reads neither mentions nor links nor its own markup
 * (https://docs.slack.dev/reference/block-kit/blocks/rich-text-block). Everything else is ours.
 */
function slack(event: GapEvent): object {
  const headline = headlineOf(event);
  const link = `<${addressOf(event).replace(/[|<>]/g, encodeURIComponent)}|${headline.replace(/[&<>]/g, (sign) => SLACK_ESCAPES[sign] ?? '')}>`;
  const title = { type: 'rich_text_preformatted', elements: [{ type: 'text', text: wordsOf(event) }] };
  return {
    text: headline,
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      { type: 'section', text: { type: 'mrkdwn', text: link, verbatim: true } },
      { type: 'rich_text', elements: [title] },
    ],
  };
}

const SLACK_ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
/** Discord's message flag that keeps it from showing what links lead to. */
const SUPPRESS_EMBEDS = 4;

/** The agent's words stand in a code block; and Discord is told that the message mentions nobody, whatever it holds. */
function discord(event: GapEvent): object {
  return {
    content: `[${headlineOf(event)}](<${addressOf(event)}>)\n\`\`\`\n${wordsOf(event).replaceAll('`', "'")}\n\`\`\``,
    allowed_mentions: { parse: [] },
    flags: SUPPRESS_EMBEDS,
  };
}

/** One line, clipped: chat is no place for more, and nothing of it can look like an address or a mention. */
function wordsOf({ title, server }: GapEvent): string {
  const line = `${server}: ${title}`.replace(/\s+/g, ' ').trim();
  const points = Array.from(line);
  const clipped = points.length > 200 ? `${points.slice(0, 199).join('')}…` : line;
  return clipped.replaceAll('://', ':  //').replace(/@(?=\S)/g, '@ ');
}

const addressOf = ({ url, pull }: GapEvent) => new URL(pull?.url ?? url).href.replace(/[()<>]/g, encodeURIComponent);

/** Ours alone: numbers, the repository's name, and words of closed lists. */
function headlineOf(event: GapEvent): string {
  return HEADLINES[event.type](event, `gap #${event.issue} in ${event.repository}`);
}

const word = (text: string | undefined, around: (text: string) => string) =>
  text && /^[\w.+-]{1,40}$/.test(text) ? around(text.replaceAll('_', ' ')) : '';

const HEADLINES: Record<EventType, (event: GapEvent, gap: string) => string> = {
  'gap.opened': (_event, gap) => `New ${gap}`,
  'gap.escalated': ({ severity, was, reports }, gap) =>
    `Severity ${severity}${was ? ` (was ${was})` : ''}: ${gap}, ${reports} reports`,
  'gap.regressed': ({ version }, gap) => `Back again${word(version, (text) => ` in ${text}`)}: ${gap}`,
  'gap.shipped': ({ version }, gap) => `Shipped${word(version, (text) => ` in ${text}`)}: ${gap}`,
  'draft.opened': ({ pull }, gap) => `Draft #${pull?.number} is ready for review: ${gap}`,
  'draft.verified': ({ pull }, gap) => `Draft #${pull?.number} is verified and ready for review: ${gap}`,
  'draft.failed': ({ reason }, gap) => `The draft failed${word(reason, (text) => ` (${text})`)}: ${gap}`,
};

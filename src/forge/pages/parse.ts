import MarkdownItParser, { type MarkdownIt, type Token } from 'markdown-it';

/** GitHub's dialect: HTML is let through here and cleaned later; only full addresses become links by themselves. */
function dialect(breaks: boolean): MarkdownIt {
  const md = new MarkdownItParser({ html: true, linkify: true, breaks });
  md.linkify.set({ fuzzyLink: false, fuzzyEmail: true });
  md.linkify.add('www.', {
    validate: (text, start) =>
      /^[a-z0-9-][^\s<>"'`|]{0,2000}[^\s<>"'`|.,:;!?)\]]/i.exec(text.slice(start))?.[0].length ?? 0,
    normalize: (match) => {
      match.url = `http://${match.url}`;
    },
  });
  return md;
}

const comments = dialect(true);
const files = dialect(false);

/** Comments keep their line breaks, files do not. */
export function dialectOf(kind: 'comment' | 'file'): MarkdownIt {
  return kind === 'comment' ? comments : files;
}

export function parse(text: string): Token[] {
  return comments.parse(text, {});
}

import sanitizeHtml from 'sanitize-html';

const tags = (
  'h1 h2 h3 h4 h5 h6 p br hr b i strong em s strike del ins mark small sup sub abbr cite dfn kbd q samp var tt code pre time ' +
  'wbr bdo ruby rt rp span div blockquote ul ol li dl dt dd table caption thead tbody tfoot tr th td details summary ' +
  'figure figcaption a'
).split(' ');

const attributes: Record<string, string[]> = {
  '*': ['class', 'dir', 'lang', 'title', 'id'],
  a: ['href', 'rel'],
  details: ['open'],
  ol: ['start', 'reversed', 'type'],
  li: ['value'],
  td: ['align', 'colspan', 'rowspan'],
  th: ['align', 'colspan', 'rowspan', 'scope'],
  time: ['datetime'],
};

const closed =
  'script style textarea option noscript title iframe noembed noframes xmp plaintext template svg math object'.split(
    ' ',
  );

/**
 * Keeps the tags GitHub lets people write and nothing that can run, load, submit or restyle. Classes and ids survive only
 * with our own prefix `own`, which a writer cannot guess; pictures become links, so that reading a page fetches nothing.
 * `link` gives the address a link may have, or undefined for none.
 */
export function sanitise(markup: string, own: string, link: (href: string) => string | undefined): string {
  let insideLink = false;
  return sanitizeHtml(markup, {
    allowedTags: tags,
    allowedAttributes: attributes,
    allowedClasses: { '*': [`${own}*`] },
    allowedSchemes: ['http', 'https', 'mailto'],
    allowProtocolRelative: false,
    nonTextTags: closed,
    nestingLimit: 60,
    disallowedTagsMode: 'discard',
    onCloseTag: (name) => {
      if (name === 'a') insideLink = false;
    },
    transformTags: {
      a: (tagName, { href, ...rest }) => {
        insideLink = true;
        const to = href === undefined ? undefined : link(href);
        if (to === undefined) return { tagName, attribs: rest };
        const rel = /^https?:/i.test(to) ? { rel: 'nofollow noopener' } : {};
        return { tagName, attribs: { href: to, ...rest, ...rel } };
      },
      img: (_, given) => {
        const to = link(given.src ?? '');
        const text = `Image: ${given.alt || given.src?.split(/[/?#]/).findLast(Boolean) || 'no description'}`;
        if (insideLink || to === undefined) return { tagName: 'span', attribs: {}, text };
        return { tagName: 'a', attribs: { href: to, class: `${own}image`, rel: 'nofollow noopener' }, text };
      },
      '*': (tagName, given) => {
        const { id, ...rest } = given;
        return { tagName, attribs: id?.startsWith(own) ? given : rest };
      },
    },
  });
}

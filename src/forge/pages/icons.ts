import { raw } from 'hono/html';
import type { Html } from './layout.ts';

/** Drawn on a 16 × 16 grid with strokes, so that they follow the text colour. Always beside words, hence hidden from readers. */
const shapes = {
  open: '<circle cx="8" cy="8" r="6"/><circle cx="8" cy="8" r="1.4" fill="currentColor" stroke="none"/>',
  closed: '<circle cx="8" cy="8" r="6"/><path d="M5.4 8.2l1.9 1.9 3.4-3.9"/>',
  dropped: '<circle cx="8" cy="8" r="6"/><path d="M3.8 12.2l8.4-8.4"/>',
  pull: '<circle cx="4" cy="3.6" r="1.7"/><circle cx="4" cy="12.4" r="1.7"/><circle cx="12" cy="12.4" r="1.7"/><path d="M4 5.3v5.4M12 10.7V6.8a2 2 0 0 0-2-2H7.6M9.4 2.8l-2 2 2 2"/>',
  draft:
    '<circle cx="4" cy="3.6" r="1.7"/><circle cx="4" cy="12.4" r="1.7"/><circle cx="12" cy="12.4" r="1.7"/><path d="M4 5.3v5.4M12 10.7V9.4M12 7V5.7M12 3.3v-.6"/>',
  merged:
    '<circle cx="4" cy="3.6" r="1.7"/><circle cx="4" cy="12.4" r="1.7"/><circle cx="12" cy="8.6" r="1.7"/><path d="M4 5.3v5.4M4.2 5.4c.6 2 2.6 3.2 6.1 3.2"/>',
  comment: '<path d="M2.5 3.5h11v7.2H8.2L5 13.4v-2.7H2.5z"/>',
  tag: '<path d="M2.5 2.5h5.2l5.8 5.8-5.2 5.2-5.8-5.8z"/><circle cx="5.3" cy="5.3" r=".9" fill="currentColor" stroke="none"/>',
  branch:
    '<circle cx="4" cy="3.6" r="1.7"/><circle cx="4" cy="12.4" r="1.7"/><circle cx="12" cy="4.6" r="1.7"/><path d="M4 5.3v5.4M12 6.3c0 2.6-4 2.2-7.6 4.6"/>',
  code: '<path d="M5.6 4.4L2 8l3.6 3.6M10.4 4.4L14 8l-3.6 3.6"/>',
  file: '<path d="M3.5 1.8h5.6l3.4 3.4v9h-9zM9 1.8v3.5h3.5"/>',
  folder: '<path d="M1.8 3.2h4.6l1.4 1.7h6.4v8H1.8z" fill="currentColor" fill-opacity=".18"/>',
  commit: '<circle cx="8" cy="8" r="2.6"/><path d="M1.5 8h3.9M10.6 8h3.9"/>',
  check: '<path d="M3 8.6l3.2 3.2L13 4.6"/>',
  cross: '<path d="M4 4l8 8M12 4l-8 8"/>',
  wait: '<circle cx="8" cy="8" r="6"/><path d="M8 4.6V8l2.3 1.6"/>',
  edit: '<path d="M2.8 13.2l.6-2.8 7.4-7.4 2.2 2.2-7.4 7.4z"/>',
  lock: '<rect x="3.5" y="7" width="9" height="6.5" rx="1"/><path d="M5.6 7V5a2.4 2.4 0 0 1 4.8 0v2"/>',
  link: '<path d="M6.8 9.2l2.4-2.4M7.4 4.8l1.5-1.5a2.7 2.7 0 0 1 3.8 3.8l-1.5 1.5M8.6 11.2l-1.5 1.5a2.7 2.7 0 0 1-3.8-3.8l1.5-1.5"/>',
  eye: '<path d="M1.5 8S4 3.8 8 3.8 14.5 8 14.5 8 12 12.2 8 12.2 1.5 8 1.5 8z"/><circle cx="8" cy="8" r="1.8"/>',
} as const;

export type Icon = keyof typeof shapes;

export function icon(name: Icon): Html {
  return raw(`<svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">${shapes[name]}</svg>`);
}

/** The mark of the site: four patches and a seam. */
export const mark =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect x="1" y="1" width="6.5" height="6.5" rx="1.2" fill="#0e7a6b"/><rect x="8.5" y="1" width="6.5" height="6.5" rx="1.2" fill="#d99a2b"/><rect x="1" y="8.5" width="6.5" height="6.5" rx="1.2" fill="#7a5bb5"/><rect x="8.5" y="8.5" width="6.5" height="6.5" rx="1.2" fill="#c4563f"/></svg>';

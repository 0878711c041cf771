/** A moment as GitHub writes it, to the whole second: `2026-11-20T10:11:12Z`. */
export const isoSeconds = (moment: Date) => moment.toISOString().replace(/\.\d+Z$/, 'Z');

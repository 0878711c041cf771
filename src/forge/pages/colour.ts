/** Red, green, blue, 0 to 255. */
type Rgb = readonly [number, number, number];

export interface Shades {
  back: string;
  text: string;
  line: string;
}

const white: Rgb = [255, 255, 255];
const ink: Rgb = [22, 21, 19];
const night: Rgb = [27, 30, 34];

/** WCAG 2.2 asks 4.5:1 of normal text; a little more keeps thin type readable. */
const readable = 5;

/** Enough for an edge to be seen; the words carry the meaning. */
const visible = 1.4;

/**
 * Readable shades of a label's colour for a light and a dark page. Any six hex digits give text of at least 5:1
 * on its back; anything else counts as grey.
 */
export function shades(hex: string): { light: Shades; dark: Shades } {
  const colour = rgb(hex);
  return { light: shade(colour, white, 0.13, ink), dark: shade(colour, night, 0.2, white) };
}

/** Contrast of two colours given as `#rrggbb`, 1 to 21 (WCAG 2.2, "contrast ratio"). */
export function contrast(one: string, other: string): number {
  return ratio(rgb(one.slice(1)), rgb(other.slice(1)));
}

/** A tint of the page's colour, stronger for pale labels; edge and text go towards `strong` as far as needed. */
function shade(colour: Rgb, page: Rgb, tint: number, strong: Rgb): Shades {
  const back = until(tint, 1, (share) => mix(colour, page, share), page, 1.15);
  const edge = mix(colour, page, 0.45);
  return {
    back: css(back),
    text: css(until(0, 1, (share) => mix(strong, colour, share), back, readable)),
    line: css(until(0, 1, (share) => mix(strong, edge, share), page, visible)),
  };
}

/** The first colour on the way from one share to the other that has this contrast, else the last. */
function until(from: number, to: number, colour: (share: number) => Rgb, against: Rgb, wanted: number): Rgb {
  for (let share = from; share < to; share += 0.04) if (ratio(colour(share), against) >= wanted) return colour(share);
  return colour(to);
}

function rgb(hex: string): Rgb {
  if (!/^[0-9a-f]{6}$/i.test(hex)) return [128, 128, 128];
  return [0, 2, 4].map((i) => Number.parseInt(hex.slice(i, i + 2), 16)) as unknown as Rgb;
}

function mix(one: Rgb, other: Rgb, share: number): Rgb {
  return one.map((value, i) => Math.round(value * share + (other[i] ?? 0) * (1 - share))) as unknown as Rgb;
}

function css(colour: Rgb): string {
  return `#${colour.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

function ratio(one: Rgb, other: Rgb): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

function luminance(colour: Rgb): number {
  const [r, g, b] = colour.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

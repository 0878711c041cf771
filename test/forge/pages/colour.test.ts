import fc from 'fast-check';
import { expect, test } from 'vitest';
import { contrast, shades } from '../../../src/forge/pages/colour.ts';

const colour = fc.integer({ min: 0, max: 0xffffff }).map((value) => value.toString(16).padStart(6, '0'));

test('black on white has the contrast that WCAG gives it', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5);
  expect(contrast('#767676', '#ffffff')).toBeCloseTo(4.54, 2);
});

test('a label of any colour is readable in both themes', () => {
  fc.assert(
    fc.property(colour, (hex) => {
      const { light, dark } = shades(hex);
      expect(contrast(light.text, light.back)).toBeGreaterThanOrEqual(5);
      expect(contrast(dark.text, dark.back)).toBeGreaterThanOrEqual(5);
    }),
    { numRuns: 2000 },
  );
});

test('a label of any colour stands out from the page', () => {
  fc.assert(
    fc.property(colour, (hex) => {
      expect(contrast(shades(hex).light.line, '#ffffff')).toBeGreaterThan(1.3);
      expect(contrast(shades(hex).dark.line, '#1b1e22')).toBeGreaterThan(1.3);
    }),
  );
});

test('what is no colour is grey', () => {
  expect(shades('};body{display:none')).toEqual(shades('808080'));
});

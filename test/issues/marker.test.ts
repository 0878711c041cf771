import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMarker, renderMarker, withoutMarkers } from '../../src/issues/marker.ts';

const keys = ['a-secret-of-this-server'];
const place = { repositoryId: 7, role: 'gap' } as const;

describe('a marker', () => {
  it('gives back what was put in, wherever it stands in the text', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), fc.string(), (payload, before, after) => {
        const text = `${before}\n${renderMarker(keys, place, payload)}${after}`;
        expect(parseMarker(keys, place, text)).toEqual(JSON.parse(JSON.stringify(payload)));
      }),
    );
  });

  it('is one HTML comment that hides nothing else', () => {
    const marker = renderMarker(keys, place, { text: '--> <script>' });
    expect(marker).toMatch(/^<!-- patchwork:v1 [\w-]+\.[\w-]+\.[\w-]+ -->$/);
    expect(withoutMarkers(`Body\n\n${marker}`)).toBe('Body');
  });

  it('counts for its own repository, role and key only', () => {
    const marker = renderMarker(keys, place, { gap: 'x' });
    expect(parseMarker(keys, { ...place, repositoryId: 8 }, marker)).toBeUndefined();
    expect(parseMarker(keys, { ...place, role: 'evidence' }, marker)).toBeUndefined();
    expect(parseMarker(['another-secret'], place, marker)).toBeUndefined();
  });

  it('stays readable after its key was rotated out of first place', () => {
    const marker = renderMarker(keys, place, 1);
    expect(parseMarker(['a-newer-secret', ...keys], place, marker)).toBe(1);
  });

  it('is nothing when a single character of it was changed', () => {
    const marker = renderMarker(keys, place, { gap: '01J', reports: [{ a: 'b' }] });
    for (let i = 18; i < marker.length - 4; i += 1) {
      const other = marker[i] === 'A' ? 'B' : 'A';
      expect(parseMarker(keys, place, marker.slice(0, i) + other + marker.slice(i + 1))).toBeUndefined();
    }
  });
});

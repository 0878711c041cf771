import { styleText } from 'node:util';

/** The tour's progress on a terminal: one numbered line a step, its details below, the address where it can be seen. */
export interface Display {
  step(title: string): void;
  detail(text: string): void;
  link(url: string): void;
  summary(lines: string[]): void;
}

export function createDisplay(out: NodeJS.WriteStream): Display {
  const style = (format: Parameters<typeof styleText>[0], text: string) => styleText(format, text, { stream: out });
  const started = performance.now();
  let count = 0;
  return {
    step(title) {
      count += 1;
      const seconds = `${((performance.now() - started) / 1000).toFixed(1)} s`;
      out.write(
        `\n${style(['bold', 'cyan'], String(count).padStart(2))}  ${style('bold', title)}  ${style('dim', seconds)}\n`,
      );
    },
    detail(text) {
      for (const line of text.split('\n')) out.write(`    ${line}\n`);
    },
    link(url) {
      out.write(`    ${style('dim', 'see')} ${style(['underline', 'blue'], url)}\n`);
    },
    summary(lines) {
      const width = Math.max(...lines.map((line) => line.length));
      out.write(`\n┌${'─'.repeat(width + 2)}┐\n`);
      for (const line of lines) out.write(`│ ${line.padEnd(width)} │\n`);
      out.write(`└${'─'.repeat(width + 2)}┘\n`);
    },
  };
}

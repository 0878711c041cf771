import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { startGit } from './run.ts';

export interface GitObject {
  oid: string;
  type: 'blob' | 'tree' | 'commit' | 'tag';
  size: number;
  content: Buffer;
}

/** One long-lived `git cat-file` per repository; started on first use, started again after a crash. */
export interface ObjectReader {
  /** `name` is an object id or an expression made of validated parts (`<oid>:<path>`); null when there is no such object. */
  read(name: string): Promise<GitObject | null>;
  /** The same without the content. */
  look(name: string): Promise<Omit<GitObject, 'content'> | null>;
  close(): void;
}

interface Question {
  command: 'contents' | 'info';
  resolve(answer: GitObject | null): void;
  reject(error: Error): void;
}

export function openObjects(dir: string): ObjectReader {
  let child: ChildProcessWithoutNullStreams | null = null;
  let open: Question[] = [];
  let chunks: Buffer[] = [];
  let buffered = 0;
  let needed = 0; // bytes that must be there before parsing is worth a try: keeps large objects linear

  function answerWhatIsThere() {
    if (buffered < needed) return;
    let data = Buffer.concat(chunks);
    needed = 0;
    while (open.length > 0) {
      const end = data.indexOf(10);
      if (end < 0) break;
      const header = data.toString('utf8', 0, end);
      const [, oid, type, size] = /^([0-9a-f]{40}) (blob|tree|commit|tag) (\d+)$/.exec(header) ?? [];
      const question = open[0] as Question;
      if (oid === undefined) {
        question.resolve(null);
        data = data.subarray(end + 1);
      } else {
        const length = question.command === 'contents' ? Number(size) : 0;
        const total = end + 1 + (question.command === 'contents' ? length + 1 : 0);
        if (data.length < total) {
          needed = total;
          break;
        }
        const content = Buffer.from(data.subarray(end + 1, end + 1 + length));
        question.resolve({ oid, type: type as GitObject['type'], size: Number(size), content });
        data = data.subarray(total);
      }
      open.shift();
    }
    chunks = data.length > 0 ? [data] : [];
    buffered = data.length;
  }

  function start(): ChildProcessWithoutNullStreams {
    const started = startGit(dir, ['cat-file', '--batch-command']);
    let stderr = '';
    started.stdout.on('data', (part: Buffer) => {
      chunks.push(part);
      buffered += part.length;
      answerWhatIsThere();
    });
    started.stderr.on('data', (part: Buffer) => {
      stderr += part;
    });
    started.stdin.on('error', () => {});
    const end = (error: Error) => {
      if (child !== started) return;
      child = null;
      const unanswered = open;
      open = [];
      chunks = [];
      buffered = 0;
      needed = 0;
      for (const question of unanswered) question.reject(error);
    };
    started.on('error', end);
    started.on('close', () => end(new Error(`git cat-file ended: ${stderr.trim()}`)));
    return started;
  }

  function ask(command: Question['command'], name: string): Promise<GitObject | null> {
    if (name.includes('\n')) return Promise.resolve(null);
    child ??= start();
    const writer = child;
    return new Promise((resolve, reject) => {
      open.push({ command, resolve, reject });
      writer.stdin.write(`${command} ${name}\n`);
    });
  }

  return {
    read: (name) => ask('contents', name),
    look: (name) => ask('info', name),
    close() {
      child?.stdin.end();
      child?.kill();
    },
  };
}

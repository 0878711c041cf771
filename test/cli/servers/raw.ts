// A process on stdio that does one odd thing: `raw.ts echo|status|stubborn|signal|helper`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

const [what, argument] = process.argv.slice(2);
const first = () => once(process.stdin, 'data');

switch (what) {
  case 'echo':
    process.stderr.write(Buffer.from([0xff, 0x00, 0x0a, 0xc3]));
    process.stdin.pipe(process.stdout);
    break;
  case 'status':
    await first();
    // More than a pipe holds, so that it is still being read after we ended.
    process.stdout.write(`${'x'.repeat(3_000_000)}\n`, () => process.exit(Number(argument)));
    break;
  case 'signal':
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2'] as const) {
      process.on(signal, () => process.stdout.write(`${signal}\n`));
    }
    process.stdin.resume().on('end', () => process.exit(0));
    process.stdout.write('ready\n');
    break;
  case 'stubborn':
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
    setInterval(() => {}, 1000);
    process.stdout.write(`${process.pid}\n`);
    break;
  case 'helper': {
    const helper = spawn(process.execPath, [import.meta.filename, 'stubborn'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [pid] = await once(helper.stdout, 'data');
    // The helper keeps our stdout open after we are gone.
    spawn('sleep', ['600'], { stdio: ['ignore', 'inherit', 'inherit'] });
    process.stdout.write(pid, () => process.exit(5));
    break;
  }
}

import { PatchworkError } from '../../src/report/index.ts';
import { openRunner, type Runner } from './commands.ts';
import { afterwards, draftStep, type Outcome } from './run.ts';
import { LEVELS, renderSummary } from './text.ts';

const { env } = process;
const runner = openRunner(env, (text) => process.stdout.write(text));

try {
  // The runner starts the same file a second time when the job ends.
  if (env.STATE_begun) await afterwards(env, runner);
  else {
    runner.keep('begun', 'yes');
    tell(runner, await draftStep(env, runner));
  }
} catch (error) {
  const known = error instanceof PatchworkError;
  const reason = known ? error.code : 'unexpected';
  const message = error instanceof Error ? error.message : String(error);
  if (!known) runner.group('What failed', error instanceof Error ? (error.stack ?? message) : message);
  tell(runner, {
    ended: { outcome: 'failed', reason, summary: known && error.next ? `${message} ${error.next}` : message },
  });
}

function tell(to: Runner, outcome: Outcome): void {
  const { ended, kept } = outcome;
  if (kept?.verdict.evidence) to.group('What was seen of the server', kept.verdict.evidence);
  to.annotate(
    LEVELS[ended.outcome],
    `Draft: ${ended.outcome}${ended.reason ? ` (${ended.reason})` : ''}`,
    ended.summary ?? '',
  );
  to.output('outcome', ended.outcome);
  to.output('reason', ended.reason ?? '');
  to.output('pull-request-number', String(ended.pull?.number ?? ''));
  to.output('pull-request-url', ended.pull?.url ?? '');
  to.output('branch', ended.branch ?? '');
  to.summary(renderSummary(outcome));
  process.exitCode = ended.outcome === 'failed' ? 1 : 0;
}

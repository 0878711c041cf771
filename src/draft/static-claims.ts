import type { CodeFile } from '../repo/index.ts';
import { diffStatic, shown as named, staticTools } from '../surface/index.ts';
import type { DraftAnswer } from './answer.ts';

/** What the code of a draft says about the changes it declares, in sentences. */
export interface StaticFinding {
  /** Declared, and the code registers it. */
  shown: string[];
  /** Declared and not in the code, or in the code and not declared. */
  wrong: string[];
  /** Nothing that the registrations tell: results, types, idioms that hide their parameters. */
  unjudged: string[];
}

type Claim = DraftAnswer['declared_changes'][number];

/** Holds the declared changes against what base and head register. Never a proof: code that registers may not be reached. */
export function judgeStatically(claims: Claim[], base: CodeFile[], head: CodeFile[]): StaticFinding {
  const [before, after] = [staticTools(base), staticTools(head)];
  const changes = diffStatic(before, after);
  const found: StaticFinding = { shown: [], wrong: [], unjudged: [] };
  const has = (tools: typeof before, name: string) => tools.find((tool) => tool.name === name);
  for (const { tool, change, parameters } of claims) {
    const [was, is] = [has(before, tool), has(after, tool)];
    const called = named(tool);
    if (change === 'add' || change === 'remove') {
      const [there, absent] = change === 'add' ? [is, was] : [was, is];
      if (there && !absent)
        found.shown.push(`${called} is ${change === 'add' ? 'registered now' : 'not registered any more'}.`);
      else if (absent || before.length > 0) {
        found.wrong.push(
          `${called} is declared as ${change === 'add' ? 'added' : 'removed'}, and the code does not show it.`,
        );
      } else found.unjudged.push(`${called}: how this repository registers its tools is not known.`);
      continue;
    }
    if (!was?.parameters || !is?.parameters || parameters.length === 0) {
      found.unjudged.push(`${called}: what is declared to change shows only when it runs.`);
      continue;
    }
    const differs = new Set(was.parameters).symmetricDifference(new Set(is.parameters));
    for (const parameter of parameters) {
      const what = `${named(parameter)} of ${called}`;
      if (differs.has(parameter))
        found.shown.push(`${what} ${is.parameters.includes(parameter) ? 'is there now' : 'is gone'}.`);
      else if (is.parameters.includes(parameter))
        found.unjudged.push(`${what}: whether it takes something else shows only when it runs.`);
      else found.wrong.push(`${what} is declared as changed, and the code does not show it.`);
    }
  }
  for (const { name, change, parameters, why } of changes) {
    const claim = claims.find(({ tool }) => tool === name);
    const isDeclared = claim && (change !== 'changed' || parameters.every((each) => claim.parameters.includes(each)));
    if (!isDeclared) found.wrong.push(`${why} The draft does not declare it.`);
  }
  return found;
}

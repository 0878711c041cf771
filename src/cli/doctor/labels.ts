import { at, driftOf, type Gap, type Gaps, LABELS, updateGap } from '../../issues/index.ts';
import { type Check, type Finding, ok, plural } from './check.ts';

/** The repository's labels, as the product makes them. */
export const labels: Check = {
  name: 'labels',
  async look({ connected }) {
    const { octokit, owner, repo } = await connected();
    const there = await octokit.paginate(octokit.rest.issues.listLabelsForRepo, { owner, repo, per_page: 100 });
    const byName = new Map(there.map((label) => [label.name.toLowerCase(), label]));
    const missing = LABELS.filter(({ name }) => !byName.has(name.toLowerCase()));
    const changed = LABELS.filter(({ name, color, description }) => {
      const label = byName.get(name.toLowerCase());
      return label && (label.color.toLowerCase() !== color.toLowerCase() || label.description !== description);
    });
    const findings: Finding[] = [];
    if (missing.length) {
      findings.push({
        state: 'warning',
        what: `${plural(missing.length, 'label is', 'labels are')} missing: ${missing.map(({ name }) => name).join(', ')}`,
        next: 'They are made when they are needed first; `--fix` makes them now.',
        async fix() {
          for (const label of missing) await octokit.rest.issues.createLabel({ owner, repo, ...label });
          return `${plural(missing.length, 'label')} made`;
        },
      });
    }
    if (changed.length) {
      findings.push({
        state: 'warning',
        what: `${plural(changed.length, 'label has', 'labels have')} another colour or description: ${changed.map(({ name }) => name).join(', ')}`,
        next: 'Keep them if you like; `--fix` gives them ours.',
        async fix() {
          for (const label of changed) await octokit.rest.issues.updateLabel({ owner, repo, ...label });
          return `${plural(changed.length, 'label')} changed`;
        },
      });
    }
    return findings.length ? findings : [ok(`all ${LABELS.length}, with their colours and descriptions`)];
  },
};

/** What each gap's issue is labelled with, against its marker: the marker is the truth. */
export const drift: Check = {
  name: 'gaps',
  async look({ connected }) {
    const gaps = await (await connected()).gaps();
    const all = gaps.index.all();
    const drifted = all.flatMap((gap) => {
      const drift = driftOf(gap);
      return drift.missing.length + drift.stale.length ? [{ gap, ...drift }] : [];
    });
    if (!drifted.length) return [ok(`${plural(all.length, 'gap')}, each labelled as its reports say`)];
    const shown = drifted.slice(0, 10).map(({ gap, missing, stale }) => {
      const signs = [...missing.map((name) => `+${name}`), ...stale.map((name) => `−${name}`)];
      return `#${gap.number} ${signs.join(' ')}`;
    });
    return [
      {
        state: 'warning',
        what: `${plural(drifted.length, 'gap is', 'gaps are')} labelled otherwise than its reports say: ${shown.join('; ')}${drifted.length > 10 ? ' …' : ''}`,
        next: '`--fix` puts them right.',
        async fix() {
          for (const { gap } of drifted) await repair(gaps, gap);
          return `${plural(drifted.length, 'gap')} labelled anew`;
        },
      },
    ];
  },
};

async function repair(gaps: Gaps, gap: Gap): Promise<void> {
  const { missing, stale } = driftOf((await updateGap(gaps, gap.number)) ?? gap);
  const { rest } = gaps.repository.octokit;
  const route = { ...at(gaps.repository), issue_number: gap.number };
  if (missing.length) await rest.issues.addLabels({ ...route, labels: missing });
  for (const name of stale) await rest.issues.removeLabel({ ...route, name });
  gaps.index.markStale();
}

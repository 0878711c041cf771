// The last line of every test run: how many tests of all suites passed, failed and were skipped.
export default class Tally {
  onTestRunEnd(modules, errors) {
    const count = { passed: 0, failed: errors.length, skipped: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        count[state === 'pending' ? 'failed' : state] += 1;
      }
      if (!module.ok() && ![...module.children.allTests()].some((test) => test.result().state === 'failed'))
        count.failed += 1;
    }
    process.once('exit', () =>
      console.log(`\n${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`),
    );
  }
}

// Names the tests that passed only when they were tried again, at the end of a run, where they are seen.
// biome-ignore lint/style/noDefaultExport: what vitest asks of a reporter
export default class SecondTries {
  #names = [];

  onTestCaseResult(test) {
    if (test.diagnostic()?.flaky)
      this.#names.push(`${test.module.relativeModuleId}: ${test.fullName}`);
  }

  onTestRunEnd() {
    for (const name of this.#names) console.warn(`Passed on a second try alone: ${name}`);
  }
}

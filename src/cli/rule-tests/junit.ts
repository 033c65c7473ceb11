import type { TestResult } from './run.js';

/** JUnit's XML, which build servers show. */
export function junitText(results: readonly TestResult[]): string {
  const failures = results.filter(({ problems }) => problems.length > 0).length;
  const seconds = results.reduce((total, result) => total + result.seconds, 0);
  const counts = `tests="${results.length}" failures="${failures}" time="${seconds.toFixed(3)}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts}>`,
    `<testsuite name="quarry test" ${counts}>`,
    ...results.map(testCase),
    '</testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function testCase({ file, line, name, problems, seconds }: TestResult): string {
  const place = `file="${escaped(file)}" line="${line}"`;
  const head = `<testcase classname="${escaped(file)}" name="${escaped(name)}" ${place} time="${seconds.toFixed(3)}"`;
  if (problems.length === 0) return `${head}/>`;
  const message = escaped(problems[0] ?? '');
  const all = escaped(problems.join('\n'));
  return `${head}><failure message="${message}">${all}</failure></testcase>`;
}

/** XML has no place for most control characters, not even as references. */
function escaped(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what it is about
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
      .replace(/[&<>"\n]/g, (character) => `&#${character.charCodeAt(0)};`)
  );
}

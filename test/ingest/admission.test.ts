import { expect, test } from 'vitest';
import { Admission } from '../../src/ingest/admission.js';

test('the oldest request may go on, and what others give back is taken back meanwhile', () => {
  const admission = new Admission(100, () => false);
  const oldest = admission.enter();
  const younger = admission.enter();
  younger.grow(50);
  oldest.grow(200);
  expect(() => younger.grow(1)).toThrow('The engine is behind.');
  younger.grow(-50);
  expect(() => admission.enter()).toThrow('The engine is behind.');
  oldest.end();
  younger.grow(100);
  expect(() => admission.enter().grow(1)).toThrow('The engine is behind.');
});

/** What is cut, or made otherwise bit by bit, without a pause. */
export function withoutPause<Result>(steps: Generator<void, Result>): Result {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

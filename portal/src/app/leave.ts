import { signOut } from '../api/session.js';
import { forgetKept } from '../hunt/kept-results.js';

/** Signs out, and leaves no rows behind in this browser. */
export async function leave(): Promise<void> {
  await forgetKept();
  await signOut();
}

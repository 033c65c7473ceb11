import { createHash } from 'node:crypto';

/** Text as HTML shows it. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

// The portal's colours, by hand: these pages load nothing.
const style = `
:root { color-scheme: light dark; --back: #f5f5f5; --card: #fff; --text: #242424; --soft: #616161;
  --line: #d1d1d1; --field: #616161; --brand: #0f6cbd; --over: #115ea3; --on: #fff; --bad: #b10e1c; }
@media (prefers-color-scheme: dark) {
  :root { --back: #1f1f1f; --card: #292929; --text: #fff; --soft: #d6d6d6; --line: #525252;
    --field: #adadad; --brand: #115ea3; --over: #0f6cbd; --bad: #eeacb2; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: flex; align-items: center; justify-content: center;
  padding: 1rem; background: var(--back); color: var(--text);
  font: 14px/20px "Segoe UI", system-ui, -apple-system, sans-serif; }
main { width: 100%; max-width: 24rem; padding: 2rem; background: var(--card);
  border: 1px solid var(--line); border-radius: 8px; }
.name { display: flex; align-items: center; gap: .5rem; margin: 0 0 1.25rem; font-weight: 600; }
.name svg { width: 24px; height: 24px; }
h1 { margin: 0 0 .25rem; font-size: 20px; line-height: 28px; }
p { margin: 0 0 1rem; color: var(--soft); }
a { color: inherit; }
label { display: block; margin: 1rem 0 .25rem; font-weight: 600; }
input:not([type=hidden]) { width: 100%; height: 36px; padding: 0 .75rem; font: inherit;
  color: inherit; background: transparent; border: 1px solid var(--field); border-radius: 4px; }
button { height: 36px; margin: 1.5rem .5rem 0 0; padding: 0 1.25rem; font: inherit;
  font-weight: 600; color: var(--text); background: transparent; border: 1px solid var(--field);
  border-radius: 4px; cursor: pointer; }
button.main { color: var(--on); background: var(--brand); border-color: transparent; }
button.main:hover { background: var(--over); }
:focus-visible { outline: 2px solid var(--brand); outline-offset: 2px; }
[role=alert] { padding: .5rem .75rem; color: var(--bad); border: 1px solid; border-radius: 4px; }
@media (forced-colors: active) { button, main { border-color: ButtonText; } }`;

const icon = `<svg viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="7" fill="#0f548c"/><path d="M6 22 12 12l4 6 3-4 7 8z" fill="#cfe4fa"/><circle cx="21" cy="9" r="3" fill="#fff"/></svg>`;

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} - Quarry</title>
<style>${style}</style>
</head>
<body><main><p class="name">${icon} Quarry</p>
<h1>${escapeHtml(title)}</h1>
${body}
</main></body>
</html>`;
}

/** Where a user signs in. */
export function signInPage(
  application: string,
  options: { name?: string; problem?: string },
): string {
  const { name = '', problem } = options;
  const start =
    name === '' ? { name: ' autofocus', password: '' } : { name: '', password: ' autofocus' };
  return page(
    'Sign in',
    `<p>to go on to ${escapeHtml(application)}</p>
${problem ? `<p role="alert">${escapeHtml(problem)}</p>` : ''}
<form method="post" autocomplete="on">
<label for="username">User name</label>
<input id="username" name="username" value="${escapeHtml(name)}" autocomplete="username" autocapitalize="none" spellcheck="false" required${start.name}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required${start.password}>
<button class="main" type="submit">Sign in</button>
</form>`,
  );
}

/** @param form the issuer library's form, which carries its proof against forgery */
export function codeInputPage(form: string, failed: boolean): string {
  return page(
    'Enter the code',
    `<p>that your device or program shows.</p>
${failed ? '<p role="alert">That code is not valid.</p>' : ''}
${form}
<button class="main" type="submit" form="op.deviceInputForm">Next</button>`,
  );
}

export function codeConfirmPage(form: string, application: string, code: string): string {
  return page(
    'Is it you?',
    `<p>${escapeHtml(application)} shows the code <strong>${escapeHtml(code)}</strong>. Go on only if you
started it yourself.</p>
${form}
<button class="main" type="submit" form="op.deviceConfirmForm">Continue</button>
<button type="submit" form="op.deviceConfirmForm" name="abort" value="yes">Cancel</button>`,
  );
}

const pressSignOut = "document.querySelector('button.main').click();";

/** The policy of the page that signs out: its one script, and nothing else. */
export const signOutPolicy = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  `script-src 'sha256-${createHash('sha256').update(pressSignOut).digest('base64')}'`,
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

/**
 * @param form the issuer library's form, which carries its proof against forgery
 * @param asked whether the user has said already that they want to sign out
 */
export function signOutPage(form: string, asked: boolean): string {
  return page(
    'Sign out?',
    `<p>Programs that you have signed in to with this browser go on until their tokens expire.</p>
${form}
<button class="main" type="submit" form="op.logoutForm" name="logout" value="yes">Sign out</button>
<button type="submit" form="op.logoutForm">Stay signed in</button>
${asked ? `<script>${pressSignOut}</script>` : ''}`,
  );
}

export function signedOutPage(): string {
  return page('You are signed out', '<p>You can close this page.</p>');
}

export function donePage(): string {
  return page('You are signed in', '<p>You can close this page and go back to your program.</p>');
}

export function failurePage(error: string, description: string): string {
  return page('That did not work', `<p>${escapeHtml(description || error)}</p>`);
}

/** @param start where the portal begins */
export function notFoundPage(start: string): string {
  return page(
    'There is no such page',
    `<p>The address may be mistyped. <a href="${escapeHtml(start)}">To the portal</a></p>`,
  );
}

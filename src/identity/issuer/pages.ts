/** Text as HTML shows it. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} - Quarry</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 22rem; margin: 12vh auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; }
label { display: block; margin: 1rem 0 .25rem; }
input { font: inherit; width: 100%; padding: .5rem; box-sizing: border-box; }
button { font: inherit; margin-top: 1.5rem; padding: .5rem 1.5rem; }
[role=alert] { color: #b10e1c; }
</style>
</head>
<body><main><h1>${escapeHtml(title)}</h1>
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
  return page(
    'Sign in',
    `<p>to go on to ${escapeHtml(application)}</p>
${problem ? `<p role="alert">${escapeHtml(problem)}</p>` : ''}
<form method="post" autocomplete="on">
<label for="username">User name</label>
<input id="username" name="username" value="${escapeHtml(name)}" autocomplete="username" autocapitalize="none" required autofocus>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<button type="submit">Sign in</button>
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
<button type="submit" form="op.deviceInputForm">Next</button>`,
  );
}

export function codeConfirmPage(form: string, application: string, code: string): string {
  return page(
    'Is it you?',
    `<p>${escapeHtml(application)} shows the code <strong>${escapeHtml(code)}</strong>. Go on only if you
started it yourself.</p>
${form}
<button type="submit" form="op.deviceConfirmForm">Continue</button>
<button type="submit" form="op.deviceConfirmForm" name="abort" value="yes">Cancel</button>`,
  );
}

export function donePage(): string {
  return page('You are signed in', '<p>You can close this page and go back to your program.</p>');
}

export function failurePage(error: string, description: string): string {
  return page('That did not work', `<p>${escapeHtml(description || error)}</p>`);
}

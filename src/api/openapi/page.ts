import { escapeHtml } from '../../identity/issuer/pages.js';
import type { openApiDocument } from './document.js';
import type { Tag } from './operations.js';

type Document = ReturnType<typeof openApiDocument>;

interface Described {
  readonly tags: readonly Tag[];
  readonly summary: string;
  readonly description: string;
  readonly requestBody?: { readonly content: object };
  readonly responses: Readonly<Record<string, { readonly content?: object }>>;
}

const order: readonly Tag[] = ['Hunting', 'Telemetry', 'Sign-in', 'Administration', 'Server'];

/** The reference as a page: no script, nothing from elsewhere. */
export function referencePage(document: Document): string {
  const all = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      path,
      method: method.toUpperCase(),
      operation: operation as Described,
    })),
  );
  const sections = order.map((tag) => {
    const entries = all.filter(({ operation }) => operation.tags.includes(tag));
    return `<h2 id="${tag}">${tag}</h2>\n${entries.map(section).join('\n')}`;
  });
  const schemas = Object.entries(document.components.schemas).map(
    ([name, schema]) =>
      `<details id="schema-${name}"><summary><code>${name}</code></summary>${json(schema)}</details>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Quarry API reference</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
code, pre { font: 14px/1.4 ui-monospace, monospace; }
pre { background: #f3f3f3; padding: .75rem; overflow: auto; }
summary { cursor: pointer; padding: .25rem 0; }
.method { display: inline-block; min-width: 4.5rem; font-weight: 600; }
@media (prefers-color-scheme: dark) { body { background: #1b1b1b; color: #eee; } pre { background: #2a2a2a; } a { color: #7ab8ff; } }
</style>
</head>
<body><main>
<h1>Quarry API reference</h1>
<p>${escapeHtml(document.info.summary)}. The same as <a href="openapi.json">an OpenAPI document</a>.</p>
<nav>${order.map((tag) => `<a href="#${tag}">${tag}</a>`).join(' · ')} · <a href="#schemas">Schemas</a></nav>
${sections.join('\n')}
<h2 id="schemas">Schemas</h2>
${schemas.join('\n')}
</main></body>
</html>`;
}

function section(entry: { path: string; method: string; operation: Described }): string {
  const { path, method, operation } = entry;
  const { requestBody, responses } = operation;
  const answers = Object.entries(responses).filter(([status]) => status < '400');
  return `<details><summary><span class="method">${method}</span> <code>${escapeHtml(path)}</code> ${escapeHtml(operation.summary)}</summary>
<p>${escapeHtml(operation.description)}</p>
${requestBody ? `<h3>Request</h3>${json(requestBody.content)}` : ''}
<h3>Answer</h3>
${answers.map(([status, { content }]) => `<p>${status}</p>${content ? json(content) : ''}`).join('')}
</details>`;
}

function json(value: unknown): string {
  const text = escapeHtml(JSON.stringify(value, null, 2));
  const reference = /&#34;#\/components\/schemas\/(\w+)&#34;/g;
  return `<pre>${text.replace(reference, '<a href="#schema-$1">$1</a>')}</pre>`;
}

import type { Plugin } from '../plugin.js';

const code = 'it runs code of the query on the server';
const servers = 'a hunt reaches no other server';
const commands = 'it runs commands of a Kusto cluster';

function refused(doc: string, because: string): Plugin {
  return { doc, refused: because };
}

/** Plugins that Quarry does not have, and why. */
export const refusedPlugins: Readonly<Record<string, Plugin>> = {
  python: refused('python-plugin', code),
  r: refused('r-plugin', code),
  csharp: refused('evaluate-operator', code),
  sql_request: refused('sql-request-plugin', servers),
  mysql_request: refused('mysql-request-plugin', servers),
  postgresql_request: refused('postgresql-request-plugin', servers),
  cosmosdb_sql_request: refused('cosmosdb-plugin', servers),
  dax_request: refused('evaluate-operator', servers),
  azure_digital_twins_query_request: refused('azure-digital-twins-query-request-plugin', servers),
  http_request: refused('http-request-plugin', servers),
  http_request_post: refused('http-request-post-plugin', servers),
  ai_embed_text: refused('ai-embed-text-plugin', servers),
  ai_embeddings: refused('ai-embeddings-plugin', servers),
  ai_chat_completion: refused('ai-chat-completion-plugin', servers),
  ai_chat_completion_prompt: refused('ai-chat-completion-prompt-plugin', servers),
  infer_storage_schema: refused('infer-storage-schema-plugin', servers),
  infer_storage_schema_with_suggestions: refused(
    'infer-storage-schema-with-suggestions-plugin',
    servers,
  ),
  external_datatable: refused('evaluate-operator', servers),
  execute_query: refused('evaluate-operator', commands),
  execute_show_command: refused('evaluate-operator', commands),
  identity_v3: refused('evaluate-operator', commands),
  funnel_sequence: refused(
    'funnel-sequence-plugin',
    'Microsoft does not say which of several rows around a sequence are before and after it',
  ),
};

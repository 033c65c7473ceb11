// The language and what asks it, in a thread of its own.
import '@kusto/monaco-kusto/release/esm/kusto.worker';

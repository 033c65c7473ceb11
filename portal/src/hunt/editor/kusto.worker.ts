// The language itself, then the worker that asks it: the second finds the first under its global name.
import '@kusto/language-service/bridge.min';
import '@kusto/monaco-kusto/release/esm/kusto.worker';

import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import type { FunctionText } from '../../compile.js';
import {
  type AdminOptions,
  actCommand,
  command,
  group,
  inTenant,
  listCommand,
  withAdmin,
} from '../administration.js';
import { functionsInText, inCallOrder, named, readText } from '../declarations.js';
import { UsageError } from '../failure.js';

interface SaveOptions extends AdminOptions {
  readonly parameters?: string;
  readonly summary?: string;
}

/** A body never begins so, and what Kusto's repositories keep functions in does. */
const isCommand = (text: string) => /^(?:\s|\/\/.*(?!.))*\./.test(text);

export function functionCommand(): Command {
  return group('function', 'Functions in KQL that hunts can call by name', [
    listCommand('List the functions', '/functions', 'functions'),
    command('save', 'Make functions, or replace them')
      .usage('[options] <file> | <name> <file>')
      .argument('<name>', 'of the function; without it, all that the file declares')
      .argument('[file]', 'the body in KQL, or .create function commands; - is standard input')
      .option('--parameters <list>', "as KQL writes them: 'T: (*), limit: long = 10'")
      .option('--summary <text>', 'what it is for')
      .action(async (first: string, second: string | undefined, options: SaveOptions) => {
        const file = second ?? first;
        const content = file === '-' ? await text(process.stdin) : await readText(file);
        const functions = await functionsToSave(content, file === '-' ? 'standard input' : file, {
          ...options,
          ...(second !== undefined && { name: first }),
        });
        await withAdmin(options, async (ask) => {
          for (const { name, ...content } of functions) {
            const path = inTenant(options, `/functions/${encodeURIComponent(name)}`);
            const save = () => ask('PUT', path, content);
            await (functions.length > 1 ? named(`the function ${name}`, save) : save());
          }
        });
      }),
    actCommand('remove', 'Remove a function', '<name>', 'DELETE', (name) => `/functions/${name}`),
  ]);
}

/**
 * The functions of a text: the one that is named, or all that it declares.
 * @param file what the text is called where it is wrong
 */
export async function functionsToSave(
  content: string,
  file: string,
  { name, parameters, summary }: { name?: string } & Pick<SaveOptions, 'parameters' | 'summary'>,
): Promise<FunctionText[]> {
  if (name !== undefined && !isCommand(content)) {
    return [{ name, body: content, parameters: parameters ?? '', summary: summary ?? '' }];
  }
  if (parameters !== undefined || summary !== undefined) {
    throw new UsageError(`${file} declares parameters and summaries itself`);
  }
  const declared = await functionsInText(content, file);
  if (name === undefined) return inCallOrder(declared);
  const found = declared.filter((each) => each.name === name);
  if (found.length === 0) throw new UsageError(`${file} declares no function ${name}`);
  return found;
}

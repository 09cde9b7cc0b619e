import type { ChildProcessWithoutNullStreams } from "node:child_process";
import type { Readable } from "node:stream";

/** Ends what one command has written to standard output and to standard error. */
export const END = "\u0000\n";

export type CommandResult = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** Speaks with session-main.ts, which runs one command line after the other in one process. */
export function createSession(child: ChildProcessWithoutNullStreams) {
  const outputs = readParts(child.stdout);
  const errors = readParts(child.stderr);
  return async (args: readonly string[]): Promise<CommandResult> => {
    child.stdin.write(`${JSON.stringify(args)}\n`);
    const [out, stderr] = await Promise.all([outputs.next(), errors.next()]);
    if (out.done === true || stderr.done === true)
      throw new Error(`the session has ended: ${out.value}${stderr.value}`);
    // The last line of standard output is the exit code.
    const at = out.value.lastIndexOf("\n") + 1;
    return { code: Number(out.value.slice(at)), stdout: out.value.slice(0, at), stderr: stderr.value };
  };
}

/** What stands before each end; returns what comes after the last. */
async function* readParts(stream: Readable): AsyncGenerator<string, string, void> {
  let text = "";
  for await (const chunk of stream) {
    text += String(chunk);
    for (let at = text.indexOf(END); at !== -1; at = text.indexOf(END)) {
      yield text.slice(0, at);
      text = text.slice(at + END.length);
    }
  }
  return text;
}

import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";

/** The content of a file, or what is wrong with it, in words that name the file. */
export type JsonFile =
  | { readonly ok: true; readonly content: unknown }
  | { readonly ok: false; readonly message: string };

/**
 * Reads a JSON file, or standard input for `-`. UTF-8 and UTF-16 with or without byte order mark are understood, because
 * PowerShell's `>` writes the latter. The message never repeats content: an export may hold secrets.
 */
export async function readJsonFile(file: string): Promise<JsonFile> {
  const name = file === "-" ? "standard input" : file;
  const bytes = await readBytes(file);
  if (typeof bytes === "string") return { ok: false, message: `${name}: ${bytes}` };
  const text = decode(bytes);
  if (text.trim() === "") return { ok: false, message: `${name}: is empty` };
  try {
    const content: unknown = JSON.parse(text);
    return { ok: true, content };
  } catch (error) {
    return { ok: false, message: `${name}: is not JSON${placeOf(error)}` };
  }
}

async function readBytes(file: string): Promise<Uint8Array | string> {
  try {
    return file === "-" ? await buffer(process.stdin) : await readFile(file);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    if (code === "ENOENT") return "does not exist";
    return code === "EISDIR" ? "is a folder, not a file" : `cannot be read (${code})`;
  }
}

function decode(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const encoding = first === 0xff && second === 0xfe ? "utf-16le" : "utf-8";
  return new TextDecoder(first === 0xfe && second === 0xff ? "utf-16be" : encoding).decode(bytes);
}

/** ` (line 3, column 7)`, where the engine tells it. */
function placeOf(error: unknown): string {
  const [, line, column] = /\(line (\d+) column (\d+)\)/.exec(error instanceof Error ? error.message : "") ?? [];
  return line === undefined ? "" : ` (line ${line}, column ${column})`;
}

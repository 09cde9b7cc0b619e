import { z } from "zod";

/** What a Graph error body tells: its code and those of the inner errors, outermost first. */
export type GraphErrorBody = {
  readonly codes: readonly string[];
  readonly message: string;
  readonly requestId: string | undefined;
};

const InnerError = z.looseObject({
  code: z.string().optional(),
  "request-id": z.string().optional(),
  get innerError() {
    return InnerError.optional();
  },
});
const ErrorBody = z.object({
  error: z.looseObject({
    code: z.string().nullish(),
    message: z.string().nullish(),
    innerError: InnerError.nullish().catch(undefined),
  }),
});

/** Reads an error body; text that is none gives no codes. */
export function decodeErrorBody(text: string): GraphErrorBody {
  const parsed = ErrorBody.safeParse(parseJson(text));
  if (!parsed.success) return { codes: [], message: "", requestId: undefined };
  const { code, message, innerError } = parsed.data.error;
  const codes = [code, innerError?.code, innerError?.innerError?.code].flatMap((item) => item ?? []);
  return {
    codes: codes.map((item) => item.replaceAll(/[^\w.-]/g, "").slice(0, 64)).filter((item) => item !== ""),
    message: message ?? "",
    requestId: innerError?.["request-id"],
  };
}

/** JSON to data; undefined for text that is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Characters as people count them: code points, so that an emoji is never cut in two. */
export function toCharacters(text: string): readonly string[] {
  return Array.from(text);
}

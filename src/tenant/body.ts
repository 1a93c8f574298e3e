/** Reads the body of an answer, as far as one may be. */

/** The whole text; null, and the rest is not read, when it has more bytes than `limit`. */
export async function readBody({ body }: Response, limit: number): Promise<string | null> {
  if (body === null) return "";
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > limit) return null;
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks, size));
}

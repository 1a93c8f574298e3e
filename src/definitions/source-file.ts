import { isUtf8 } from "node:buffer";
import { readFileSync } from "node:fs";
import { unreachable } from "./folder.ts";
import { type Place, START, type WrittenFault, wrong } from "./place.ts";

/** 1 MiB: some two thousand definitions. */
const LARGEST = 1024 * 1024;

const MARK = Buffer.from("\ufeff");

/** Exactly one of a text and a fault. */
export type Source = { readonly text: string } | { readonly fault: WrittenFault };

/** Reads a file of which `size` bytes are known. A file that is too large is not opened. */
export function readSource(file: string, size: number): Source {
  if (size > LARGEST) return { fault: tooLarge(size) };
  try {
    const bytes = readFileSync(file);
    return bytes.length > LARGEST ? { fault: tooLarge(bytes.length) } : decode(bytes);
  } catch (thrown) {
    return {
      fault: wrong("file", START, `This file ${unreachable(thrown)}. Check it, then try again.`),
    };
  }
}

function tooLarge(size: number): WrittenFault {
  const message = `This file has ${size} bytes, more than the 1 MiB that is read. Split it into several.`;
  return wrong("too-large", START, message);
}

function decode(bytes: Buffer): Source {
  if (isUtf16(bytes)) {
    const message = "This file is saved as UTF-16 or UTF-32. Save it as UTF-8.";
    return { fault: wrong("encoding", START, message) };
  }
  if (!isUtf8(bytes)) {
    const message = "Here stands a byte that is no valid UTF-8. Save the file as UTF-8.";
    return { fault: wrong("encoding", placeOfInvalid(bytes), message) };
  }
  const text = new TextDecoder().decode(bytes);
  const control = text.search(/[^\P{Cc}\t\n\r\u0085]/u);
  if (control < 0) return { text };
  const message = "Here stands a control character, which YAML does not allow. Remove it.";
  return { fault: wrong("encoding", placeAt(text, control), message) };
}

/** By its byte order mark, or by the zero byte that every ASCII letter brings. */
function isUtf16(bytes: Buffer): boolean {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return true;
  return (first === 0) !== (second === 0) && bytes.length > 1;
}

/**
 * Lines of UTF-8 can be told apart by byte, whatever stands between. A byte order mark has no column:
 * nobody sees it.
 */
function placeOfInvalid(written: Buffer): Place {
  const isMarked = written.subarray(0, MARK.length).equals(MARK);
  const bytes = isMarked ? written.subarray(MARK.length) : written;
  let line = 1;
  for (let start = 0; start <= bytes.length; line++) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline < 0 ? bytes.length : newline;
    const part = bytes.subarray(start, end);
    if (!isUtf8(part)) return { line, column: part.toString("utf8").indexOf("\ufffd") + 1 };
    start = end + 1;
  }
  return START;
}

function placeAt(text: string, offset: number): Place {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** Every way in which a value may stand in a text: as it is, or as a URL, JSON, HTML or base64 has it. */

/** Characters. Anything shorter stands in too many words to be taken out of a text. */
export const SHORTEST_FORM = 4;

/** Each form once, in no order. */
export function formsOf(value: string): ReadonlySet<string> {
  // Encoders refuse or replace half a surrogate pair, so the pieces that they make are well-formed.
  const text = value.toWellFormed();
  // A body of JSON may be encoded as a whole.
  const encoded = new Set([text, jsonForm(text)]);
  const forms = [
    value,
    ...jsonForms(text),
    htmlForm(text),
    ...[...encoded].flatMap((one) => [...urlForms(one), ...base64Forms(one)]),
  ];
  return new Set(forms.filter((form) => form.length >= SHORTEST_FORM));
}

function urlForms(text: string): readonly string[] {
  const component = encodeURIComponent(text);
  return [
    component,
    // RFC 3986 reserves these as well, and many libraries escape them.
    component.replace(/[!'()*]/g, percent),
    // What stays as it is when only that is escaped which may not stand in a URL.
    encodeURI(text),
    queryEncoded(text),
    formEncoded(text),
    formEncoded(text).replaceAll("+", "%20"),
  ];
}

/** application/x-www-form-urlencoded, https://url.spec.whatwg.org/#application/x-www-form-urlencoded. */
function formEncoded(text: string): string {
  return new URLSearchParams([["", text]]).toString().slice("=".length);
}

/** As a URL parser leaves a query that was written by hand. */
function queryEncoded(text: string): string {
  // The parser ends the query at # and drops tabs and line breaks; & keeps spaces at the end.
  const query = text.replace(/[#\t\n\r]/g, percent);
  return new URL(`http://localhost/?${query}&`).search.slice("?".length, -"&".length);
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
}

function jsonForm(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function jsonForms(text: string): readonly string[] {
  const json = jsonForm(text);
  const forms = [
    json,
    json.replaceAll("/", "\\/"),
    json.replace(/[^\x20-\x7e]/g, unicode),
    // What .NET escapes by default, quotation marks in the place of \" among it.
    json.replaceAll('\\"', "\\u0022").replace(/[^\x20-\x7e]|[<>&'+`]/g, unicode),
  ];
  // A body of JSON inside a string of JSON, as in a log line about a response.
  return [...forms, ...forms.map(jsonForm)];
}

function unicode(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
}

function htmlForm(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

/**
 * Whole, and as the part of a longer encoding (`user:password` of basic authentication): base64 takes
 * three bytes at a time, so a value looks different at each of three offsets, and the characters
 * at its ends also depend on its neighbours.
 */
function base64Forms(text: string): readonly string[] {
  const bytes = Buffer.from(text, "utf8");
  const whole = bytes.toString("base64");
  const inner = [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64");
    return encoded.slice(
      Math.ceil((offset * 8) / 6),
      Math.floor(((offset + bytes.length) * 8) / 6),
    );
  });
  const standard = [whole, whole.replace(/=+$/, ""), ...inner];
  return standard.flatMap((form) => [form, form.replaceAll("+", "-").replaceAll("/", "_")]);
}

// One file of the campaign. All of it follows from its number.
import { type Kind, startingText } from "./corpus.ts";
import { mutated } from "./mutations.ts";
import { type Random, randomOf } from "./random.ts";
import { mutatedTree } from "./tree-mutations.ts";

export interface Specimen {
  readonly number: number;
  readonly kind: Kind;
  readonly bytes: Buffer;
}

/** Every so many files, one goes through the real command line too. */
const BY_COMMAND = 1_000;

/** Whether a process of its own looks at this file as well, which takes a hundred times as long. */
export function goesByCommand(number: number): boolean {
  return number % BY_COMMAND === 0;
}

/** The same number gives the same bytes. */
export function specimenOf(number: number): Specimen {
  const random = randomOf(number);
  const kind = random.chance(0.65) ? "definition" : "configuration";
  const text = startingText(kind, random);
  const said = random.chance(0.55) ? mutatedTree(text, random) : text;
  let bytes: Buffer = Buffer.from(said);
  for (let left = changes(random); left > 0; left--) bytes = mutated(bytes, random, kind);
  return { number, kind, bytes };
}

/** Of the bytes: none for many, so that the rules behind the parser are reached. */
function changes(random: Random): number {
  return random.pick([0, 0, 0, 0, 1, 1, 1, 2, 3, 6]);
}

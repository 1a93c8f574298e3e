/** When what a person accepted has done its work: pure, so that it can be read beside the plan. */
import { isSameId, type Kind } from "../model/definition.ts";
import type { Plan } from "../model/generated/run.ts";
import type { MemoryChange } from "../model/store.ts";
import type { PlanInput } from "../plan/input.ts";
import { isActive } from "../plan/instant.ts";

type Input = Pick<PlanInput, "memory" | "now" | "asked" | "desired">;

/** What was accepted of one field; `kind` of a damaged one may be none. */
interface Field {
  readonly kind: string;
  readonly name: string;
  readonly path: string;
}

/**
 * Acceptances that are over: their time is, or git has come to say what is live, so that what git says
 * next is carried out. Of a damaged one nobody knows its time.
 */
export function endedAcceptances(input: Input, plan: Plan): readonly MemoryChange[] {
  const { acceptances, damaged } = input.memory;
  const over: readonly Field[] = acceptances.filter((one) => !isActive(one, input.now));
  const fulfilled = [...acceptances, ...damaged.filter((one) => one.of === "acceptance")]
    .filter((one) => isFulfilled(one, input, plan))
    // The run itself may have moved it to the next name.
    .flatMap((one): Field[] => [one, { ...one, name: nameNow(one, input) }]);
  return [...over, ...fulfilled].map(({ kind, name, path }) => ({
    op: "revoke",
    kind,
    name,
    path,
  }));
}

function isFulfilled(field: Field, input: Input, { unchanged, changes, accepted }: Plan): boolean {
  const name = nameNow(field, input);
  const isIt = (one: { readonly kind: Kind; readonly name: string }) => isSameId(one.name, name);
  const isLookedAt = unchanged.some(isIt) || changes.some(isIt);
  const fields = changes.filter(isIt).flatMap((one) => one.fields);
  const differing = [...fields, ...accepted.filter(isIt)].map(({ path }) => path);
  return (
    isLookedAt && !differing.includes(field.path) && !Object.hasOwn(input.asked.restored, name)
  );
}

/** A tenant that is only reported keeps what was accepted under the name before a rename. */
function nameNow({ name }: Field, { desired }: Input): string {
  const definitions = desired.map(({ definition }) => definition);
  if (definitions.some((one) => one.name === name)) return name;
  return definitions.find(({ previously }) => previously === name)?.name ?? name;
}

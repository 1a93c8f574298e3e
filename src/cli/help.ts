/** What the help of each verb says beyond its flags: the exit statuses that it can have, an example. */

const meanings = {
  0: "nothing to do, or everything applied and verified",
  1: "a bug, or an unusable command line",
  2: "drift: plan found changes",
  3: "definitions or configuration are invalid: nothing was applied",
  4: "refused: a limit, verb, mode, window, suspension, digest or another run",
  5: "something failed or could not be verified, or a secret is unusable",
  6: "the tenant could not be read",
} as const;

type Status = keyof typeof meanings;

interface Help {
  readonly statuses: Readonly<Partial<Record<Status, string>>>;
  readonly example: string;
}

function pick(...statuses: Status[]): Help["statuses"] {
  return Object.fromEntries(statuses.map((status) => [status, meanings[status]]));
}

const verbs = {
  validate: {
    statuses: { ...pick(1, 3), 0: "no errors; there may be warnings" },
    example: "plumbline validate --output json",
  },
  plan: {
    statuses: { ...pick(1, 2, 3, 5, 6), 0: "nothing to do" },
    example: "plumbline plan --output text --output markdown=plan.md",
  },
  apply: {
    statuses: pick(0, 1, 3, 4, 5, 6),
    example: "plumbline apply --tenant production --plan sha256:...",
  },
  assert: {
    statuses: pick(0, 1, 3, 4, 5, 6),
    example: "plumbline assert fraud-check --tenant production",
  },
  trust: {
    statuses: {
      ...pick(1, 3, 6),
      0: "recorded, and nothing else of it differs",
      2: "recorded, but something else of it differs",
      4: "refused: no such definition, not managed yet, or another run",
    },
    example: "plumbline trust fraud-check --tenant production",
  },
  suspend: {
    statuses: {
      ...pick(1, 3),
      5: "the store cannot be used",
      0: "suspended",
      4: "no tenant and no definition is called so",
    },
    example: 'plumbline suspend fraud-check --until 8h --reason "the web hook moves"',
  },
  accept: {
    statuses: {
      ...pick(1, 3, 6),
      0: "accepted, or no longer",
      4: "refused: it does not differ there, or nobody can see the value",
      5: "the store cannot be used",
    },
    example:
      'plumbline accept fraud-check --field spec.targetUrl --until 7d --reason "they move first"',
  },
  resume: {
    statuses: {
      ...pick(1, 3),
      5: "the store cannot be used",
      0: "no longer suspended",
      4: "it was not suspended",
    },
    example: "plumbline resume fraud-check",
  },
  history: {
    statuses: { ...pick(1, 3), 0: "printed", 5: "the store cannot be used" },
    example: "plumbline history fraud-check --limit 5",
  },
  restore: {
    statuses: { ...pick(0, 1, 3, 4, 5, 6), 2: "with --preview: what would be brought back" },
    example: 'plumbline restore fraud-check --reason "sign-ups fail since the last change"',
  },
  audit: {
    statuses: {
      ...pick(1, 3),
      0: "printed, or the chain is whole",
      5: "the chain is not whole, or unusable",
    },
    example: "plumbline audit --verify",
  },
  serve: {
    statuses: { ...pick(1, 3), 0: "stopped by SIGTERM or SIGINT", 5: "the store cannot be used" },
    example: "plumbline serve --config /etc/plumbline/plumbline.yaml",
  },
  notify: {
    statuses: { ...pick(1, 3), 0: "every sink took the test", 5: "a sink did not take it" },
    example: "plumbline notify --test --sink ops",
  },
  export: {
    statuses: {
      ...pick(1, 3, 6),
      0: "every connector was written",
      4: "a file is there already: nothing is overwritten",
      5: "something was left out, or could not be written",
    },
    example: "plumbline export connectors --tenant production",
  },
  sandbox: {
    statuses: { ...pick(1), 0: "stopped, or one answers already", 3: "port or file unusable" },
    example: "plumbline sandbox --port 8090 --seed sandbox.yaml",
  },
} satisfies Readonly<Record<string, Help>>;

export type HelpedVerb = keyof typeof verbs;

/** Stands below the flags of a verb. */
export function helpOf(verb: HelpedVerb): string {
  const { statuses, example } = verbs[verb];
  return `\nExample:\n  ${example}\n${listed(statuses)}`;
}

/** Stands below the list of verbs. */
export const generalHelp = `
Begin with:
  plumbline validate        are the definitions in order?
  plumbline plan            what differs?
  plumbline apply           put it right
  plumbline VERB --help     flags, an example and exit statuses of one verb
${listed(meanings)}`;

function listed(statuses: Readonly<Partial<Record<Status, string>>>): string {
  const lines = Object.entries(statuses).map(([status, meaning]) => `  ${status}  ${meaning}`);
  return `\nExit status:\n${lines.join("\n")}`;
}

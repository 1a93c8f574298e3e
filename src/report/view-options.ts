/** What a reader needs and no plan or run holds. */
export interface ViewOptions {
  /** IANA name; UTC when left out. */
  readonly timezone?: string;
  /** How Plumbline is called where the reader is; `plumbline` when left out. */
  readonly program?: string;
  /** The mode of each tenant, by its name: a tenant in mode: report is never applied to. */
  readonly modes?: ReadonlyMap<string, "report" | "apply">;
  /** Definitions that the plan was allowed a certificate for that ends sooner. */
  readonly allowEarlierExpiry?: readonly string[];
  /** What the plan would bring back: a run, or a name. */
  readonly restoring?: string;
}

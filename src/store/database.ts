/** What the store asks of a database: whole batches of compiled queries, nothing in between. */
import type { CompiledQuery } from "kysely";

/** Rows of each query, in the order of the queries. */
export type Answers<Queries extends readonly CompiledQuery[]> = {
  readonly [Index in keyof Queries]: Queries[Index] extends CompiledQuery<infer Row>
    ? readonly Row[]
    : never;
};

/**
 * `durable`: on disk when the write returns, whatever happens next. `cheap`: survives the end of
 * the process; a power cut may take the last of them, and never more than that.
 */
export type Durability = "durable" | "cheap";

export interface Step {
  readonly query: CompiledQuery<unknown>;
  /** When the query answers no row, the whole batch is undone and this is what went wrong. */
  readonly otherwise?: string;
}

/** Every method throws a FaultError with code `store`. */
export interface Database extends AsyncDisposable {
  /** Changes whenever another connection has changed the database; our own writes leave it as it is. */
  version(): Promise<number>;
  /** All queries see the same state. */
  read<const Queries extends readonly CompiledQuery[]>(queries: Queries): Promise<Answers<Queries>>;
  /** All steps or none. Answers the rows of the last one. */
  write(durability: Durability, steps: readonly Step[]): Promise<readonly unknown[]>;
}

import type { Fault, FaultCode } from "../model/fault.ts";

/** A place within one file; line and column count from 1, columns in UTF-16 units. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A fault of one file, before it is known how that file is called in messages. */
export interface WrittenFault {
  readonly severity: Fault["severity"];
  readonly code: FaultCode;
  readonly message: string;
  readonly place: Place;
}

export const START: Place = { line: 1, column: 1 };

/** A fault that stops. */
export function wrong(code: FaultCode, place: Place, message: string): WrittenFault {
  return { severity: "error", code, message, place };
}

/** A fault that is only told. */
export function doubtful(code: FaultCode, place: Place, message: string): WrittenFault {
  return { severity: "warning", code, message, place };
}

/** `shown` is the path of the file as messages name it. */
export function located(fault: WrittenFault, shown: string): Fault {
  const { severity, code, message, place } = fault;
  return { severity, code, message, at: { file: shown, line: place.line, column: place.column } };
}

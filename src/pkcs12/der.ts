/**
 * ASN.1 as this room needs it: read with its shape checked, and written. A value is a binary string,
 * one character a byte, as the library has it. Whatever has another shape throws a plain Error.
 */
import forge from "node-forge";

export type Node = forge.asn1.Asn1;

const { asn1 } = forge;
const { Class, Type } = asn1;

export function toBinary(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
}

export function fromBinary(binary: string): Buffer {
  return Buffer.from(binary, "latin1");
}

/** DER, or the BER that some programs write. */
export function readDer(binary: string): Node {
  return asn1.fromDer(binary);
}

export function writeDer(node: Node): string {
  return asn1.toDer(node).getBytes();
}

/** The elements of a SEQUENCE, a SET or an explicit tag. */
export function elements(node: Node | undefined): readonly Node[] {
  if (node === undefined || !Array.isArray(node.value)) throw new Error("No elements.");
  return node.value;
}

/** An OCTET STRING, which BER may cut into pieces; also behind an implicit tag. */
export function octets(node: Node | undefined): string {
  if (node === undefined) throw new Error("No octets.");
  if (typeof node.value === "string") return node.value;
  return node.value.map(octets).join("");
}

/** In dots. */
export function objectId(node: Node | undefined): string {
  if (node?.type !== Type.OID) throw new Error("No object identifier.");
  return asn1.derToOid(octets(node));
}

/** Loses the last digits of one that is larger than a number can say. */
export function integer(node: Node | undefined): number {
  if (node?.type !== Type.INTEGER) throw new Error("No integer.");
  const hex = fromBinary(octets(node)).toString("hex");
  return Number(BigInt.asIntN(hex.length * 4, BigInt(`0x${hex}`)));
}

export function sequenceOf(...nodes: readonly Node[]): Node {
  return asn1.create(Class.UNIVERSAL, Type.SEQUENCE, true, [...nodes]);
}

export function setOf(...nodes: readonly Node[]): Node {
  return asn1.create(Class.UNIVERSAL, Type.SET, true, [...nodes]);
}

/** `[0] EXPLICIT`. */
export function tagged(node: Node): Node {
  return asn1.create(Class.CONTEXT_SPECIFIC, 0, true, [node]);
}

export function octetString(binary: string): Node {
  return asn1.create(Class.UNIVERSAL, Type.OCTETSTRING, false, binary);
}

export function objectIdOf(dots: string): Node {
  return asn1.create(Class.UNIVERSAL, Type.OID, false, asn1.oidToDer(dots).getBytes());
}

export function integerOf(value: number): Node {
  return asn1.create(Class.UNIVERSAL, Type.INTEGER, false, asn1.integerToDer(value).getBytes());
}

export function nullValue(): Node {
  return asn1.create(Class.UNIVERSAL, Type.NULL, false, "");
}

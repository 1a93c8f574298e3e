import { BlockList, isIPv4, isIPv6 } from "node:net";

/** IPv4 ranges that are not reachable from the internet (IANA special-purpose registry). */
const PRIVATE_IPV4 = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
  // The address at which Azure serves its own virtual machines.
  ["168.63.129.16", 32],
] as const;

/** Parts of 2000::/3 that are not public, or that carry an IPv4 address within. */
const PRIVATE_IPV6 = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const;

const PRIVATE_NAMES = ["localhost", "local", "internal", "localdomain", "home.arpa"];

const privateIpv4 = new BlockList();
for (const [address, prefix] of PRIVATE_IPV4) privateIpv4.addSubnet(address, prefix, "ipv4");
const privateIpv6 = new BlockList();
for (const [address, prefix] of PRIVATE_IPV6) privateIpv6.addSubnet(address, prefix, "ipv6");
const global = new BlockList();
global.addSubnet("2000::", 3, "ipv6");

/**
 * True for a host that Microsoft's servers could reach. `host` is what the URL standard makes of it:
 * lower case, addresses in their normal form, IPv6 in brackets. Names are not looked up.
 */
export function isPublicHost(host: string): boolean {
  const name = host.replace(/\.$/, "");
  if (name.startsWith("[")) return isPublicIpv6(name.slice(1, -1));
  if (isIPv4(name)) return !privateIpv4.check(name, "ipv4");
  if (!name.includes(".")) return false;
  return !PRIVATE_NAMES.some((suffix) => name === suffix || name.endsWith(`.${suffix}`));
}

/** Only global unicast; so mapped, translated, unique-local and link-local addresses are not. */
function isPublicIpv6(address: string): boolean {
  if (!isIPv6(address)) return false;
  return global.check(address, "ipv6") && !privateIpv6.check(address, "ipv6");
}

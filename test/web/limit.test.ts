import { expect, test } from "vitest";
import { networkOf } from "../../src/web/limit.ts";

test.for([
  { ip: "203.0.113.9", network: "203.0.113.9" },
  { ip: "::ffff:203.0.113.9", network: "203.0.113.9" },
  { ip: "2001:db8:1:2:3:4:5:6", network: "2001:db8:1:2::/64" },
  { ip: "2001:0DB8:0001:0002::9", network: "2001:db8:1:2::/64" },
  { ip: "2001:db8::9", network: "2001:db8:0:0::/64" },
  { ip: "2001:db8::2:3:4:5:9", network: "2001:db8:0:2::/64" },
  { ip: "64:ff9b::203.0.113.9", network: "64:ff9b:0:0::/64" },
  { ip: "::1", network: "0:0:0:0::/64" },
  { ip: "fe80::1%eth0", network: "fe80:0:0:0::/64" },
  { ip: "", network: "" },
])("$ip is counted as $network", ({ ip, network }) => {
  expect(networkOf(ip)).toBe(network);
});

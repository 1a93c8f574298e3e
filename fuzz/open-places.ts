// Where a value may be said again, because what stands there is no secret.
import { isPair, isScalar, parseAllDocuments, visit } from "yaml";

/** Whatever stands below one of these keys is taken for a secret. */
const SECRET = new Set([
  ...["authentication", "query", "credential", "fingerprintKey", "postgres", "targetUrl"],
  ...["password", "passphrase", "pfx", "pem", "key", "secret", "token", "certificate"],
]);

/** Below these it is the name of where a secret is kept, which people have to be told. */
const NAMES = new Set(["env", "file", "vault", "secret", "version", "username"]);

/** True when the text is YAML and holds the value in a place that is no secret's. */
export function standsInTheOpen(text: string, value: string): boolean {
  let isOpen = false;
  for (const document of parseAllDocuments(text, { uniqueKeys: false, logLevel: "silent" })) {
    // Of what is no YAML, nothing may be repeated.
    if (document.errors.length > 0) continue;
    visit(document, {
      Scalar(_, { value: written }, ancestors) {
        if (!String(written).includes(value)) return;
        const keys = ancestors.filter(isPair).map(({ key }) => (isScalar(key) ? key.value : key));
        isOpen ||= isInTheOpen(keys.map(String));
      },
    });
  }
  return isOpen;
}

function isInTheOpen(keys: readonly string[]): boolean {
  const last = keys.at(-1) ?? "";
  const isName =
    NAMES.has(last) && keys.length > 1 && (last !== "secret" || keys.at(-2) === "keyVault");
  return isName || !keys.some((key) => SECRET.has(key));
}

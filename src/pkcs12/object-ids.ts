/** Object identifiers of RFC 7292 (PKCS #12), RFC 8018 (PKCS #5), RFC 5280 and what they refer to. */

export const DATA = "1.2.840.113549.1.7.1";
export const ENCRYPTED_DATA = "1.2.840.113549.1.7.6";

export const KEY_BAG = "1.2.840.113549.1.12.10.1.1";
export const SHROUDED_KEY_BAG = "1.2.840.113549.1.12.10.1.2";
export const CERTIFICATE_BAG = "1.2.840.113549.1.12.10.1.3";
export const NESTED_BAG = "1.2.840.113549.1.12.10.1.6";

export const X509_CERTIFICATE = "1.2.840.113549.1.9.22.1";
export const BASIC_CONSTRAINTS = "2.5.29.19";
export const LOCAL_KEY_ID = "1.2.840.113549.1.9.21";

export const SHA1 = "1.3.14.3.2.26";
export const SHA256 = "2.16.840.1.101.3.4.2.1";
export const SHA384 = "2.16.840.1.101.3.4.2.2";
export const SHA512 = "2.16.840.1.101.3.4.2.3";

export const PBE_SHA1_3DES = "1.2.840.113549.1.12.1.3";
export const PBE_SHA1_RC2_128 = "1.2.840.113549.1.12.1.5";
export const PBE_SHA1_RC2_40 = "1.2.840.113549.1.12.1.6";

export const PBES2 = "1.2.840.113549.1.5.13";
export const PBKDF2 = "1.2.840.113549.1.5.12";

/** Names as node:crypto has them. */
export const PRF_HASHES: Readonly<Record<string, string>> = {
  "1.2.840.113549.2.7": "sha1",
  "1.2.840.113549.2.8": "sha224",
  "1.2.840.113549.2.9": "sha256",
  "1.2.840.113549.2.10": "sha384",
  "1.2.840.113549.2.11": "sha512",
};

/** Name as node:crypto has it, and how long its key is in bytes. */
export const CIPHERS: Readonly<Record<string, readonly [name: string, keyLength: number]>> = {
  "2.16.840.1.101.3.4.1.2": ["aes-128-cbc", 16],
  "2.16.840.1.101.3.4.1.22": ["aes-192-cbc", 24],
  "2.16.840.1.101.3.4.1.42": ["aes-256-cbc", 32],
  "1.2.840.113549.3.7": ["des-ede3-cbc", 24],
};

import { looksLikeKey, type SplitUrl, splitUrl } from "../model/query.ts";
import { matchesGlob } from "./glob.ts";
import { inWords } from "./near-miss.ts";
import { isPublicHost } from "./public-host.ts";

/** Which hosts a tenant's connectors may call. */
export interface Targets {
  /** Globs such as `*.contoso.com`; null: any host that `private` lets through. */
  readonly hosts: readonly string[] | null;
  /** Accept addresses and names that are not public. */
  readonly private: boolean;
}

export interface UrlProblem {
  readonly severity: "error" | "warning";
  readonly code: "url" | "target";
  readonly message: string;
}

/** `url` is null when there is an error among the problems. */
export interface TargetUrl {
  readonly url: SplitUrl | null;
  readonly problems: readonly UrlProblem[];
}

/** The part between `https://` and the path, as a person reads it. */
const WRITTEN = /^https:\/\/([^/?#\\]*)/i;

/**
 * Checks a targetUrl after its variables were replaced. What a person reads as the host must be what
 * the URL standard takes for the host; so all spellings in which the two differ are refused. Messages
 * hold the host at most, because a key may stand anywhere else.
 */
export function checkTargetUrl(text: string, targets: Targets): TargetUrl {
  const spelling = misspelling(text);
  if (spelling !== null) return failed("url", spelling);
  const split = splitUrl(text);
  if (split === null) return failed("url", "targetUrl is no URL. Write https://host/path.");
  const url = new URL(text);
  if (url.protocol !== "https:" || url.username !== "" || url.password !== "") {
    return failed("url", "targetUrl must be an https URL without user name and password.");
  }
  const denied = deniedHost(url.hostname, targets);
  if (denied !== null) return failed("target", denied);
  const numbered = [...url.searchParams.keys()].some((name) => /\[\d+\]$/.test(name));
  if (numbered) {
    return failed(
      "url",
      "A query parameter of targetUrl may not have a name that ends in [number].",
    );
  }
  return { url: split, problems: warnings(url) };
}

function failed(code: UrlProblem["code"], message: string): TargetUrl {
  return { url: null, problems: [{ severity: "error", code, message }] };
}

/** Spellings that browsers repair silently, and that hide what is called. */
function misspelling(text: string): string | null {
  // The URL standard drops these or trims them.
  if (/[\s\p{Cc}\p{Cf}]/u.test(text)) {
    return "targetUrl may not hold spaces, line ends or invisible characters.";
  }
  if (/^http:/i.test(text)) {
    return "targetUrl must begin with https://, because http would send the password in clear.";
  }
  const authority = WRITTEN.exec(text)?.[1];
  if (authority === undefined || authority === "") {
    return "targetUrl must be an absolute URL that begins with https:// and a host.";
  }
  if (text.includes("\\")) return "targetUrl may not hold a backslash; write / instead.";
  if (authority.includes("@")) {
    return "targetUrl may not hold a user name or password. Write them under `authentication`.";
  }
  if (text.includes("#")) return "targetUrl may not hold a fragment (#): it is never sent.";
  if (/[^!-~]/.test(authority)) {
    return "The host of targetUrl may hold ASCII letters only; write an international name as xn--.";
  }
  if (authority.includes("%")) return "The host of targetUrl may not hold percent signs.";
  if (/\.(:|$)/.test(authority)) return "The host of targetUrl may not end in a dot.";
  return null;
}

function deniedHost(host: string, targets: Targets): string | null {
  if (!targets.private && !isPublicHost(host)) {
    return `The host${shownHost(host)} is not public, so Microsoft cannot call it. Name a public host; for a practice tenant set \`targets.private: true\` in plumbline.yaml.`;
  }
  if (
    targets.hosts === null ||
    targets.hosts.some((glob) => matchesGlob(glob.toLowerCase(), host))
  ) {
    return null;
  }
  return `The host${shownHost(host)} is not among those that this tenant allows (${targets.hosts.join(", ")}). Use one of them, or extend \`targets.hosts\` in plumbline.yaml.`;
}

/** Only what looks like a host: a mistake in the URL may have put a key here. */
function shownHost(host: string): string {
  return /^[a-z0-9.-]{1,100}$|^\[[0-9a-f:.]+\]$/.test(host) ? ` ${host}` : "";
}

function warnings(url: URL): readonly UrlProblem[] {
  const problems: UrlProblem[] = [];
  const warn = (message: string) => problems.push({ severity: "warning", code: "url", message });
  if (url.port !== "") {
    warn(`targetUrl names port ${url.port}. Microsoft documents port 443; check that it works.`);
  }
  for (const name of new Set(url.searchParams.keys())) {
    if (looksLikeKey(name)) {
      warn(
        `The query parameter${inWords(name)} of targetUrl looks like a key, which everyone who reads the repository would know. Move it to \`query\` as a reference to a secret, and change the key.`,
      );
    }
  }
  return problems;
}

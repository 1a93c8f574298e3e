/**
 * Slack: an incoming webhook (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks).
 * Blocks hold plain_text alone, in which no markup is read, and the three characters that Slack gives a
 * meaning are escaped everywhere, so that nobody is mentioned
 * (https://docs.slack.dev/messaging/formatting-message-text#escaping).
 */
import { clipped } from "../../report/printable.ts";
import { bytesOf, type Line, type Message, trimmed } from "../message.ts";
import { jsonSink } from "./post.ts";
import type { Limits, ReadSecret, Sink } from "./sink.ts";

/** Characters of a section, and of a header, that Slack takes. */
const SECTION_LIMIT = 3_000;
const HEADER_LIMIT = 150;
/** Bytes of a whole message: Slack cuts texts of more than 40,000 characters. */
const MOST_BYTES = 40_000;

const signs = { error: "[!!]", warning: "[!]", info: "[i]" } as const;

export function slackSink(name: string, url: ReadSecret, limits: Limits = {}): Sink {
  return jsonSink(name, url, slackBody, limits);
}

/** What the webhook is given: as much as it takes. */
export function slackBody(message: Message) {
  const frame = bytesOf(posted({ ...message, lines: [], omitted: Number.MAX_SAFE_INTEGER }));
  return posted(trimmed(message, MOST_BYTES - frame, section));
}

function posted({ footing, title, severity, lines, omitted }: Message) {
  const heading = `${signs[severity]} ${title}`;
  return {
    // For notifications, which show no blocks.
    text: escaped(heading, SECTION_LIMIT),
    mrkdwn: false,
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      { type: "header", text: plain(heading, HEADER_LIMIT) },
      ...lines.map(section),
      ...(omitted > 0 ? [section({ tenants: "", text: `And ${omitted} more.` })] : []),
      { type: "context", elements: [plain(footing, SECTION_LIMIT)] },
    ],
  };
}

function section(line: Line) {
  return { type: "section", text: plain(textOf(line), SECTION_LIMIT) };
}

function textOf({ tenants, text }: Line): string {
  return tenants === "" ? text : `${tenants}: ${text}`;
}

function plain(text: string, limit: number) {
  return { type: "plain_text", text: escaped(text, limit), emoji: false };
}

/** Escaping makes five characters of one at most, and no escape may be cut in two. */
function escaped(text: string, limit: number): string {
  const whole = entities(text);
  return whole.length <= limit ? whole : entities(clipped(text, Math.floor(limit / 5)));
}

function entities(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

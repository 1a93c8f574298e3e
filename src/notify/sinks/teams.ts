/**
 * Microsoft Teams: an Adaptive Card for a workflow that starts when a webhook request is received
 * (https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using).
 * Text stands in TextRuns alone, in which Markdown is not read
 * (https://adaptivecards.io/explorer/TextRun.html), and mentions need entities, of which there are none.
 */
import type { AlertSeverity } from "../../model/generated/alert.ts";
import { bytesOf, type Line, type Message, trimmed } from "../message.ts";
import { jsonSink } from "./post.ts";
import type { Limits, ReadSecret, Sink } from "./sink.ts";

/**
 * Bytes; a message may have 28 KB
 * (https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook).
 */
const MOST_BYTES = 27_000;

const colours: Readonly<Record<AlertSeverity, string>> = {
  error: "attention",
  warning: "warning",
  info: "good",
};

export function teamsSink(name: string, url: ReadSecret, limits: Limits = {}): Sink {
  return jsonSink(name, url, teamsBody, limits);
}

/** What the workflow is given: as much as it takes. */
export function teamsBody(message: Message) {
  const frame = bytesOf(posted({ ...message, lines: [], omitted: Number.MAX_SAFE_INTEGER }));
  return posted(trimmed(message, MOST_BYTES - frame, lineBlock));
}

function posted(message: Message) {
  return {
    type: "message",
    attachments: [
      {
        contentType: "application/vnd.microsoft.card.adaptive",
        contentUrl: null,
        content: card(message),
      },
    ],
  };
}

function card({ footing, title, severity, lines, omitted }: Message) {
  const color = colours[severity];
  const heading: TextRun = { text: title, weight: "bolder", size: "medium", color };
  const more = omitted > 0 ? [textBlock({ text: `And ${omitted} more.` })] : [];
  return {
    $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
    type: "AdaptiveCard",
    version: "1.4",
    fallbackText: title,
    msteams: { width: "Full" },
    body: [
      textBlock(heading),
      ...lines.map(lineBlock),
      ...more,
      textBlock({ text: footing, size: "small", isSubtle: true }),
    ],
  };
}

function lineBlock({ tenants, text }: Line) {
  const before: TextRun[] = tenants === "" ? [] : [{ text: `${tenants}: `, weight: "bolder" }];
  return textBlock(...before, { text });
}

interface TextRun {
  readonly text: string;
  readonly weight?: "bolder";
  readonly size?: "small" | "medium";
  readonly color?: string;
  readonly isSubtle?: true;
}

function textBlock(...runs: readonly TextRun[]) {
  return { type: "RichTextBlock", inlines: runs.map((run) => ({ type: "TextRun", ...run })) };
}

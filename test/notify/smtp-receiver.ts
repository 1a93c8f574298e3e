/** A real SMTP server, as small as one can be (RFC 5321): it takes mail, or refuses it as it is told. */
import { EventEmitter, once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { TLSSocket } from "node:tls";

export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  /** Headers and body as they came, lines ended by \n. */
  readonly data: string;
  /** What was sent to sign in; null when nobody did. */
  readonly login: string | null;
  readonly isEncrypted: boolean;
}

interface Identity {
  readonly key: string;
  readonly cert: string;
}

export interface SmtpReceiver extends AsyncDisposable {
  readonly port: number;
  readonly mails: Mail[];
  /**
   * The next command that begins so is answered this, once; `.` is a whole mail. null: never; `hang up`:
   * the connection ends.
   */
  answer(command: string, answer: string | null): void;
  /** Answers this to whoever was answered nothing last. */
  say(answer: string): void;
  /** Resolves when the next command that begins so has come; `.` is a whole mail. */
  hears(command: string): Promise<void>;
  /** Whether it asks who sends, and what it offers besides. */
  readonly offers: string[];
}

/** `identity`: PEM, with which STARTTLS is answered (RFC 3207). */
export async function startSmtpReceiver(identity?: Identity): Promise<SmtpReceiver> {
  const mails: Mail[] = [];
  const offers: string[] = identity ? ["STARTTLS"] : [];
  const answers = new Map<string, string | null>();
  const sockets = new Set<Socket>();
  const heard = new EventEmitter();
  let pending: (answer: string) => void = () => undefined;
  const hang = (say: (answer: string) => void) => {
    pending = say;
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
    void talk(socket, { mails, offers, answers, identity, heard, hang });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    mails,
    offers,
    answer: (command, answer) => void answers.set(command, answer),
    say: (answer) => pending(answer),
    hears: async (command) => void (await once(heard, command)),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

interface State {
  readonly mails: Mail[];
  readonly offers: readonly string[];
  readonly answers: Map<string, string | null>;
  readonly identity: Identity | undefined;
  /** Emits each command that is answered as it was told, and `.` for each whole mail. */
  readonly heard: EventEmitter;
  /** Takes what answers a command to which nothing is said yet. */
  readonly hang: (say: (answer: string) => void) => void;
}

async function talk(socket: Socket, state: State): Promise<void> {
  const { mails, offers, answers, identity, heard, hang } = state;
  const isEncrypted = socket instanceof TLSSocket;
  const say = (text: string) => socket.write(`${text}\r\n`);
  let from = "";
  let to: string[] = [];
  let login: string | null = null;
  let data: string[] | null = null;
  if (!isEncrypted) say("220 receiver ESMTP");
  for await (const line of createInterface({
    input: socket,
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    if (data !== null) {
      if (line !== ".") {
        data.push(line.startsWith(".") ? line.slice(1) : line);
        continue;
      }
      const mail = { from, to, data: data.join("\n"), login, isEncrypted };
      const judge = (verdict: string) => {
        if (verdict.startsWith("2")) mails.push(mail);
        if (verdict === "hang up") socket.destroy();
        else say(verdict);
      };
      const verdict = answers.has(".") ? answers.get(".") : "250 taken";
      answers.delete(".");
      [data, to] = [null, []];
      if (verdict) judge(verdict);
      else hang(judge);
      heard.emit(".");
      continue;
    }
    const told = [...answers.keys()].find((command) => line.startsWith(command));
    if (told !== undefined) {
      const answer = answers.get(told);
      answers.delete(told);
      if (answer === "hang up") socket.destroy();
      else if (answer) say(answer);
      else hang(say);
      heard.emit(told);
      continue;
    }
    const address = /<(.*)>/.exec(line)?.[1] ?? "";
    if (line.startsWith("EHLO"))
      say(
        [...offers, "8BITMIME"]
          .map((one, index, all) => `250${index < all.length - 1 ? "-" : " "}${one}`)
          .join("\r\n"),
      );
    else if (line.startsWith("AUTH PLAIN")) {
      login = Buffer.from(line.slice("AUTH PLAIN ".length), "base64").toString("utf8");
      say("235 welcome");
    } else if (line.startsWith("MAIL")) {
      from = address;
      say("250 ok");
    } else if (line.startsWith("RCPT")) {
      to.push(address);
      say("250 ok");
    } else if (line === "DATA") {
      data = [];
      say("354 go on");
    } else if (line === "STARTTLS" && identity) {
      say("220 go on");
      const secured = new TLSSocket(socket, { isServer: true, ...identity });
      secured.on("error", () => undefined);
      return talk(secured, state);
    } else if (line === "QUIT") socket.end("221 bye\r\n");
    else say("502 not known");
  }
}

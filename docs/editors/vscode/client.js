// The Language Server Protocol over a program's standard input and output: messages with a length before them. Needs nothing but Node.
"use strict";
const { spawn } = require("child_process");

class Client {
  /** @param {string} command @param {string[]} args @param {(name: string, value: object) => void} onNotice */
  constructor(command, args, onNotice) {
    this.waiting = new Map();
    this.next = 1;
    this.pending = Buffer.alloc(0);
    this.onNotice = onNotice;
    this.ended = false;
    this.process = spawn(command, args, { stdio: ["pipe", "pipe", "ignore"] });
    this.process.stdout.on("data", (data) => this.read(data));
    this.process.stdin.on("error", () => {});
    const end = (why) => {
      this.ended = true;
      for (const { reject } of this.waiting.values()) reject(new Error(why));
      this.waiting.clear();
    };
    this.process.on("error", (error) => end(error.code === "ENOENT" ? `there is no program \`${command}\`` : error.message));
    this.process.on("exit", (code) => end(`the language server ended (${code})`));
  }

  read(data) {
    this.pending = Buffer.concat([this.pending, data]);
    for (;;) {
      const head = this.pending.indexOf("\r\n\r\n");
      if (head < 0) return;
      const length = /content-length: *(\d+)/i.exec(this.pending.subarray(0, head).toString("latin1"));
      const start = head + 4;
      const size = length ? Number(length[1]) : 0;
      if (this.pending.length < start + size) return;
      const text = this.pending.subarray(start, start + size).toString("utf8");
      this.pending = this.pending.subarray(start + size);
      if (size > 0) this.receive(JSON.parse(text));
    }
  }

  receive(message) {
    if (message.method === undefined) {
      const call = this.waiting.get(message.id);
      this.waiting.delete(message.id);
      if (call) message.error ? call.reject(new Error(message.error.message)) : call.resolve(message.result);
    } else if (message.id !== undefined) {
      // The server asks for nothing that is needed here.
      this.send({ id: message.id, result: null });
    } else {
      this.onNotice(message.method, message.params);
    }
  }

  send(message) {
    if (this.ended) return;
    const body = Buffer.from(JSON.stringify({ jsonrpc: "2.0", ...message }), "utf8");
    this.process.stdin.write(`Content-Length: ${body.length}\r\n\r\n`);
    this.process.stdin.write(body);
  }

  notify(method, params) {
    this.send({ method, params });
  }

  /** @returns {Promise<any>} what the server answers. `token` is VS Code's: cancelling it cancels the request. */
  request(method, params, token) {
    if (this.ended) return Promise.reject(new Error("the language server has ended"));
    const id = this.next++;
    const answer = new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
    if (token) token.onCancellationRequested(() => this.notify("$/cancelRequest", { id }));
    this.send({ id, method, params });
    return answer;
  }

  async stop() {
    if (this.ended) return;
    const kill = setTimeout(() => this.process.kill(), 2000);
    this.process.once("exit", () => clearTimeout(kill));
    await this.request("shutdown", null).catch(() => {});
    this.notify("exit", null);
  }
}

module.exports = { Client };

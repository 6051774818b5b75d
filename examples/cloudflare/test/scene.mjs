// A set, an account and sealed vouchers, made with the command line as an operator and a client make them.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "./worker.mjs";

const samples = fileURLToPath(new URL("../../../bin/samples/", import.meta.url));
const command = fileURLToPath(new URL("veilhash", build));

// Of the sample pictures these are in the set.
export const listed = ["2-aircraft.jpg", "3-moon.jpg"];

export class Scene {
  constructor() {
    this.dir = mkdtempSync(join(tmpdir(), "veilhash-cloudflare-"));
    mkdirSync(join(this.dir, "listed"));
    for (const name of listed) copyFileSync(join(samples, name), join(this.dir, "listed", name));
    this.run("key", "new", "operator.key");
    this.run("set", "build", "--images", "listed", "--key", "operator.key", "--out", "set");
    this.run("account", "new", "alice.account");
    this.keys = {
      chat: this.run("app", "new", "chat").trim(),
      reader: this.run("app", "new", "reader", "--scopes", "console:read").trim(),
    };
  }

  run(...args) {
    return execFileSync(command, args, { cwd: this.dir, stdio: ["ignore", "pipe", "pipe"] }).toString();
  }

  // seal is a client's: the voucher of a sample picture in a message of alice's.
  seal(picture, message) {
    this.run("seal", "--set", "set", "--account", "alice.account", "--binding", `alice/${message}`, "--out", `vouchers-${message}`, join(samples, picture));
    const [file] = readdirSync(join(this.dir, `vouchers-${message}`));
    return readFileSync(join(this.dir, `vouchers-${message}`, file));
  }

  // files are the published set's, by name.
  files() {
    const names = readdirSync(join(this.dir, "set"));
    return new Map(names.map((name) => [name, readFileSync(join(this.dir, "set", name))]));
  }

  keyring() {
    return readFileSync(join(this.dir, "operator.key"), "utf8");
  }

  // applications is the file of applications, key the key of one of them, stranger one that is not in the file.
  applications() {
    return readFileSync(join(this.dir, "applications"), "utf8");
  }

  key(name) {
    return this.keys[name];
  }

  stranger() {
    return this.run("app", "new", "chat", "--apps", "other-applications").trim();
  }

  remove() {
    rmSync(this.dir, { recursive: true });
  }
}

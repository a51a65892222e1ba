// The demonstration, running for one file of tests: with its own PostgreSQL,
// Redis and data folder, on a port that nobody else has. It tests the program
// that `make build` made, or the one that $WARTEFREI names.

import assert from "node:assert/strict";
import {spawn} from "node:child_process";
import {once} from "node:events";
import {access, chmod, mkdtemp, readFile, readdir, readlink} from "node:fs/promises";
import {createInterface} from "node:readline";
import {after} from "node:test";
import {fileURLToPath} from "node:url";

const program = process.env.WARTEFREI ?? fileURLToPath(new URL("../../.build/wartefrei", import.meta.url));

// Whoever runs the tests may be killed; then nobody waits for what this file finds.
const parent = process.ppid;
setInterval(() => { if (process.ppid !== parent) process.exit(1); }, 1000).unref();

// Runs the program $0 and removes its folder $1 afterwards. Both end with us, also when we are killed.
const keeper = `
  trap 'trap "" TERM; kill $demo' TERM # once: a second one would end it at once
  setpriv --pdeathsig TERM "$0" demo & demo=$!
  wait $demo; code=$?
  while kill -0 $demo 2>/dev/null; do wait $demo; code=$?; done # the wait was interrupted
  until rm -rf "$1"; do sleep 0.2; done; exit $code`;

/**
 * Starts the demonstration and ends it after the tests of the file. Ending it
 * is a test too: it must leave no process behind.
 *
 * url leads to the start page; password is that of every account; folder goes
 * with the demonstration, also when we are killed; signal(name) sends the
 * program, and not its PostgreSQL or Redis, a signal.
 */
export async function demonstration() {
  const folder = await mkdtemp("/tmp/wartefrei-browser-");
  await chmod(folder, 0o755); // PostgreSQL's own user goes in
  const child = spawn("setpriv", ["--pdeathsig", "TERM", "sh", "-c", keeper, program, folder], {
    env: {...process.env, WARTEFREI_DATA: folder, WARTEFREI_LISTEN: "127.0.0.1:0", WARTEFREI_LOG: "warn", LC_ALL: "en"},
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exited = once(child, "exit");
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text) => { log += text; });
  const emergency = () => child.kill("SIGTERM");
  process.once("exit", emergency);

  after(async () => {
    child.kill("SIGTERM");
    const [code, signal] = await exited;
    process.off("exit", emergency);
    const left = await processesIn(folder);
    assert.deepEqual([code, signal], [0, null], `the program did not end well:\n${log}`);
    assert.deepEqual(left, [], "processes are left");
    await assert.rejects(access(folder), "the data folder is left");
  });

  const said = await Promise.race([welcome(child.stdout), exited.then(() => null)]);
  assert(said, `the program did not start:\n${log}`);
  await ready(said.url);
  const pid = Number(await readFile(`/proc/${child.pid}/task/${child.pid}/children`, "utf8")); // the keeper has one child
  return {...said, folder, signal: (name) => process.kill(pid, name)};
}

/** Reads what the program prints until it has said all. */
async function welcome(output) {
  let text = "";
  for await (const line of createInterface({input: output})) {
    text += line + "\n";
    const url = /overview\s+(http:\S+?)\/\s/.exec(text)?.[1];
    const password = /password .* is (\S+)\.$/m.exec(text)?.[1];
    if (url && password) {
      output.resume();
      return {url, password};
    }
  }
  return null;
}

/** Waits until the server takes requests as a load balancer would see it. */
async function ready(url) {
  await until(async () => (await fetch(url + "/readyz")).ok, "the server is not ready");
}

/** Asks again and again until the answer is true; for what no page shows. */
export async function until(asked, otherwise, seconds = 60) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; ) {
    const answer = await asked();
    if (answer) return answer;
    await new Promise((done) => setTimeout(done, 100));
  }
  assert.fail(otherwise);
}

/** The processes that run in the folder or were told its name. */
async function processesIn(folder) {
  const found = [];
  for (const pid of await readdir("/proc")) {
    if (!/^\d+$/.test(pid)) continue;
    const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    const place = await readlink(`/proc/${pid}/cwd`).catch(() => "");
    if (command.includes(folder) || place.startsWith(folder)) found.push(`${pid} ${command.replaceAll("\0", " ")}`);
  }
  return found;
}

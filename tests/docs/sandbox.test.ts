import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { type SandboxServer, startSandboxServer } from "../../sandbox/server.ts";
import { blocksOf, document, ROOT } from "./document.ts";

const blocks = blocksOf(document("docs/sandbox.md"));

let sandbox: SandboxServer;

before(async () => {
  sandbox = await startSandboxServer({ seed: 1 });
  sandbox.addNumber({
    phoneNumberId: "100000000000001",
    businessAccountId: "200000000000001",
    displayPhoneNumber: "15550001234",
    accessToken: "token",
    appSecret: "secret",
    // Nobody listens there.
    webhookUrl: "http://127.0.0.1:9/webhooks",
  });
});

after(() => sandbox.close());

/** A `curl` of the page as a request to this test's sandbox. */
function requestOf(command: string, variables: ReadonlyMap<string, string>): Request {
  const [, variable = "", path = ""] = /\$([A-Z]+)([^\s"]*)/.exec(command) ?? [];
  const address = `${variables.get(variable)}${path}`.replace("http://127.0.0.1:4000", sandbox.url);
  const [, method = "GET"] = /-X ([A-Z]+)/.exec(command) ?? [];
  const [, body = null] = /-d '([\s\S]*?)'/.exec(command) ?? [];
  const [, contentType = "application/json"] = /content-type: ([^']*)'/.exec(command) ?? [];
  return new Request(address, { method, body, headers: { "content-type": contentType } });
}

test("the control API accepts the requests of the page", async () => {
  const shell = blocks.filter(({ language, text }) => language === "sh" && text.includes("curl"));
  const variables = new Map<string, string>();
  let count = 0;
  for (const { text, line } of shell) {
    for (const [, name = "", value = ""] of text.matchAll(/^([A-Z]+)=(\S+)$/gm)) variables.set(name, value);
    for (const [command] of text.matchAll(/^curl [\s\S]*?(?=^curl |^#|(?![\s\S]))/gm)) {
      const response = await fetch(requestOf(command, variables));
      assert.ok(response.ok, `line ${line}: ${response.status} ${await response.text()} for ${command}`);
      count += 1;
    }
  }
  assert.ok(count >= 10, `${count} requests`);
});

test("the totals that the page shows are those of the ledger", async () => {
  const shown = blocks.find(({ language, text }) => language === "json" && text.includes("accepted"));
  const response = await fetch(`${sandbox.url}/sandbox/api/ledger`);
  assert.deepEqual(
    Object.keys(JSON.parse(shown?.text ?? "{}")),
    Object.keys((await response.json()) as object),
  );
});

test("the example for tests in process runs", async () => {
  const example = blocks.find(({ language }) => language === "ts");
  // Nobody answers here, and so there is nothing to wait for.
  const program = example?.text.replace(/^await sandbox\.waitFor.*$/m, "") ?? "throw new Error('no example')";
  await promisify(execFile)(process.execPath, ["--input-type=module-typescript", "-e", program], {
    cwd: ROOT,
  });
});

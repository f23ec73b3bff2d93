/**
 * The receiver and the worker in a process of their own, for tests that kill it. Reads TEST_OWNER_URL and TEST_PORT;
 * prints "ready" when it listens.
 */
import { createServer } from "node:http";
import express from "express";
import { readConfig } from "../../src/base/config.ts";
import { createLog } from "../../src/base/log.ts";
import { createPool } from "../../src/database/pool.ts";
import { createWebhookReceiver } from "../../src/inbound/receiver.ts";
import { startWorker } from "../../src/process/worker.ts";
import { testKeyRing as keyRing } from "./program.ts";

const ownerUrl = process.env.TEST_OWNER_URL!;
const config = readConfig({ NODE_ENV: "test", MEDIA_STORAGE: process.env.MEDIA_STORAGE });
const log = createLog(process.env.LOG_LEVEL ?? "silent");
const pool = createPool(ownerUrl, "webhooks", config, log);
const receiver = createWebhookReceiver({ pool, keyRing, log });
const server = createServer(express().use("/webhooks", receiver.router));
await startWorker({ ownerUrl, keyRing, config, log });
server.listen(Number(process.env.TEST_PORT), "127.0.0.1", () => console.log("ready"));

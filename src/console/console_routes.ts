import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";
import express, { type RequestHandler, type Router } from "express";
import type { Log } from "../base/log.ts";
import { type Asset, type Bundle, bundleConsole } from "./bundle.ts";
import { consolePage, contentSecurityPolicy } from "./page.ts";

type Options = {
  /** Whether the start page, and no page of another origin, shows the console in a frame: beside the sandbox's phone. */
  isFramed?: boolean;
  bundle?: () => Promise<Bundle>;
};

/**
 * Serves the console under /console. It is bundled now, while the server starts. If that fails, the pages are answered with the
 * reason, and everything else works.
 */
export function consoleRoutes(log: Log, { isFramed = false, bundle = bundleConsole }: Options = {}): Router {
  const bundled = bundle();
  bundled.catch((error: Error) => log.error({ err: error }, "the console could not be bundled"));
  const router = express.Router();
  router.get("/assets/:name", serveAsset(bundled));
  // The path of a page is read by the script.
  router.get(["/", "/*path"], servePage(bundled, isFramed));
  return router;
}

function servePage(bundled: Promise<Bundle>, isFramed: boolean): RequestHandler {
  const policy = contentSecurityPolicy({ isFramed });
  return async (_request, response) => {
    const page = await bundled.then(consolePage, (error: Error) => error);
    if (page instanceof Error) {
      const message = `The console could not be bundled: ${page.message}`;
      response.status(503).json({ error: { code: "PYUNA", message } });
      return;
    }
    response.setHeader("content-security-policy", policy);
    if (isFramed) response.setHeader("x-frame-options", "SAMEORIGIN");
    response.setHeader("cache-control", "no-cache");
    response.type("html").send(page);
  };
}

const compress = promisify(brotliCompress);
/** Level 9 takes a tenth of the time of the highest, for 3 % more bytes. */
const COMPRESSION = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };

function serveAsset(bundled: Promise<Bundle>): RequestHandler<{ name: string }> {
  /** Each file is compressed once, when it is first asked for. */
  const compressed = new Map<Asset, Promise<Buffer>>();
  const compressedBody = (asset: Asset) => {
    const body = compressed.get(asset) ?? compress(asset.body, COMPRESSION);
    compressed.set(asset, body);
    return body;
  };
  return async (request, response) => {
    const { assets } = await bundled.catch(() => ({ assets: new Map<string, Asset>() }));
    const asset = assets.get(request.params.name);
    if (!asset) {
      const message = "This file does not exist: the console has changed since its page was loaded";
      response.status(404).json({ error: { code: "PYNFD", message } });
      return;
    }
    response.setHeader("content-type", asset.type);
    response.setHeader("cache-control", "public, max-age=31536000, immutable");
    response.setHeader("vary", "accept-encoding");
    if (!request.acceptsEncodings("br")) {
      response.send(asset.body);
      return;
    }
    response.setHeader("content-encoding", "br");
    response.send(await compressedBody(asset));
  };
}

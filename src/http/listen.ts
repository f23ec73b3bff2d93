import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { ParleyError } from "../base/errors.ts";

/** The setting that names the port, for the error. */
type PortSetting = "PORT" | "METRICS_PORT";

/**
 * Listens, and returns the port; 0 takes any free port.
 * @throws ParleyError PYUNA when the port is in use
 */
export function listen(server: Server, host: string, port: number, setting: PortSetting): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.once("error", (cause: NodeJS.ErrnoException) => reject(explain(cause, host, port, setting)));
  server.listen(port, host, () => {
    server.removeAllListeners("error");
    resolve((server.address() as AddressInfo).port);
  });
  return promise;
}

function explain(cause: NodeJS.ErrnoException, host: string, port: number, setting: PortSetting): Error {
  switch (cause.code) {
    case "EADDRINUSE":
      return new ParleyError(
        "PYUNA",
        `Port ${port} of ${host} is in use: stop what runs there, or set ${setting}`,
        { cause },
      );
    case "EACCES":
      return new ParleyError(
        "PYUNA",
        `Port ${port} may not be used by this account: set ${setting} to one above 1023`,
        {
          cause,
        },
      );
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return new ParleyError("PYUNA", `This machine has no address ${host}: set HOST`, { cause });
    default:
      return cause;
  }
}

import { type Config, ConfigError } from "../base/config.ts";
import type { S3Settings } from "./s3_bucket.ts";

/**
 * How to reach the bucket of an address, `s3://bucket/prefix`; undefined if it is another address.
 * @throws ConfigError if the keys are not set
 */
export function s3Settings(address: string, config: Config): S3Settings | undefined {
  const { bucket, prefix } = /^s3:\/\/(?<bucket>[^/]+)\/*(?<prefix>.*?)\/*$/.exec(address)?.groups ?? {};
  if (bucket === undefined || prefix === undefined) return undefined;
  const { MEDIA_S3_ENDPOINT, MEDIA_S3_REGION: region } = config;
  const { MEDIA_S3_ACCESS_KEY_ID: accessKeyId, MEDIA_S3_SECRET_ACCESS_KEY: secretAccessKey } = config;
  if (accessKeyId === undefined || secretAccessKey === undefined)
    throw new ConfigError(`MEDIA_S3_ACCESS_KEY_ID and MEDIA_S3_SECRET_ACCESS_KEY are needed for ${address}`);
  const endpoint = MEDIA_S3_ENDPOINT ?? `https://s3.${region}.amazonaws.com`;
  return { endpoint, region, bucket, prefix, accessKeyId, secretAccessKey };
}

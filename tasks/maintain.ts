import type { Program } from "../src/program.ts";

/** Every day: partitions for the months to come, and what is old enough to be forgotten. */
export default ({ pool, config, log }: Program) =>
  async (): Promise<void> => {
    const { rows } = await pool.query("select app_private.ensure_partitions() as name");
    if (rows.length > 0) log.info({ partitions: rows.map(({ name }) => name) }, "partitions were made ahead");
    await pool.query("select app_private.forget_old_rows(make_interval(days => $1))", [
      config.WEBHOOK_RETENTION_DAYS,
    ]);
  };

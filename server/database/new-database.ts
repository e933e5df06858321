/**
 * The program of the process that makes an embedded database: `node new-database.ts <folder>`. Making one runs several
 * instances of PostgreSQL in turn, whose memory (300 MB and more) a process keeps until it ends; the server has no part
 * in that this way.
 */
import { PGlite } from '@electric-sql/pglite';

try {
  const pglite = await PGlite.create({ dataDir: process.argv[2] ?? '' });
  await pglite.close();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

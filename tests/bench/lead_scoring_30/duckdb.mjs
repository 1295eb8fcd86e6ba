// node duckdb.mjs FOLDER LEADS.csv OUTPUT.csv: the thirty rules (rules.sql) by DuckDB on one thread, with the module
// @duckdb/node-api that is installed in FOLDER. Prints one line: the milliseconds of the rules alone over a table in
// memory, the milliseconds from the CSV file to a CSV file of verdicts, and the checksums of both, which are one.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const [folder, leads, output] = process.argv.slice(2);
const { DuckDBInstance } = createRequire(resolve(folder, 'package.json'))('@duckdb/node-api');
const beside = (name) => readFileSync(new URL(name, import.meta.url), 'utf8');
const rules = beside('rules.sql');
const checksums = beside('checksums.sql');
const quoted = (text) => `'${text.replaceAll("'", "''")}'`;

// Both start from a database with nothing in it.
async function connect() {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run('SET threads TO 1');
  return connection;
}

async function milliseconds(work) {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

const columns = `* REPLACE (CAST(epoch(last_activity) AS BIGINT) AS last_activity,
  CAST(epoch(created_at) AS BIGINT) AS created_at)`;
const file = `read_csv(${quoted(leads)}, types = {'annual_revenue': 'DOUBLE', 'budget': 'DOUBLE'})`;
const sums = async (connection) => (await connection.runAndReadAll(checksums)).getRows()[0].join(',');

const memory = await connect();
await memory.run(`CREATE TABLE leads AS SELECT ${columns} FROM ${file}`);
const inMemory = await milliseconds(() => memory.run(rules));
const inMemorySums = await sums(memory);

// A view, so that the file is read by the statement that applies the rules.
const whole = await connect();
const fromFile = await milliseconds(async () => {
  await whole.run(`CREATE VIEW leads AS SELECT ${columns} FROM ${file}`);
  await whole.run(rules);
  await whole.run(`COPY verdicts TO ${quoted(output)} (HEADER, DELIMITER ',')`);
});
if ((await sums(whole)) !== inMemorySums) throw new Error('two checksums of the same leads');
console.log(inMemory.toFixed(1), fromFile.toFixed(1), inMemorySums);

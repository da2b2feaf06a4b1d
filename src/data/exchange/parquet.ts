/** Parquet files as rows of plain JSON values, read group by group. */
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import type { SchemaElement } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { InstructError } from '../../protocol/errors.ts';

/** The rows in order. @throws InstructError `bad-record` for a file that is no whole Parquet file. */
export async function* readParquet(
  path: string,
  name: string,
): AsyncGenerator<unknown, void, undefined> {
  const rowsAtOnce = 5000;
  try {
    const file = await asyncBufferFromFile(path);
    const metadata = await parquetMetadataAsync(file);
    const total = Number(metadata.num_rows);
    for (let rowStart = 0; rowStart < total; rowStart += rowsAtOnce) {
      const rowEnd = Math.min(total, rowStart + rowsAtOnce);
      const rows = await parquetReadObjects({ file, metadata, compressors, rowStart, rowEnd });
      yield* rows.map(plain);
    }
  } catch (error) {
    if (error instanceof InstructError) throw error;
    throw new InstructError(
      {
        code: 'bad-record',
        message: `"${name}" cannot be read as Parquet: ${error instanceof Error ? error.message : String(error)}.`,
        remedy: 'Check that the file is whole, or convert it to JSONL.',
        place: { path: name },
      },
      { cause: error },
    );
  }
}

/** Whole numbers of 64 bits become numbers, times texts, and fields that are null are left out. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(plain);
  if (ArrayBuffer.isView(value))
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('utf8');
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, one]) =>
      one === null || one === undefined ? [] : [[key, plain(one)] as const],
    ),
  );
}

/**
 * The bytes of a Parquet file of rows: one column a key, with lists and objects as nested columns
 * (as `datasets` and verl read chat lists). Values of several kinds become JSON texts.
 */
export function parquetBytes(rows: readonly Readonly<Record<string, unknown>>[]): Uint8Array {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const columns = names.map((name) => {
    const values = rows.map((row) => row[name] ?? null);
    const elements = elementsOf(name, values);
    return { name, elements, data: values };
  });
  const root: SchemaElement = { name: 'root', num_children: columns.length };
  return new Uint8Array(
    parquetWriteBuffer({
      columnData: columns.map(({ name, data }) => ({ name, data })),
      schema: [root, ...columns.flatMap(({ elements }) => elements)],
    }),
  );
}

/** The schema of a column (or of a part of one) that holds the values. */
function elementsOf(name: string, values: readonly unknown[]): SchemaElement[] {
  const known = values.filter((value) => value !== null && value !== undefined);
  const optional = { name, repetition_type: 'OPTIONAL' } as const;
  if (known.length > 0 && known.every((value) => Array.isArray(value))) {
    return [
      { ...optional, converted_type: 'LIST', num_children: 1 },
      { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      ...elementsOf('element', known.flat()),
    ];
  }
  const objects = known.filter(isObject);
  const keys = [...new Set(objects.flatMap((value) => Object.keys(value)))];
  if (keys.length > 0 && objects.length === known.length) {
    const children = keys.map((key) =>
      elementsOf(
        key,
        objects.map((value) => value[key]),
      ),
    );
    return [{ ...optional, num_children: keys.length }, ...children.flat()];
  }
  if (known.every((value) => typeof value === 'string')) {
    return [{ ...optional, type: 'BYTE_ARRAY', converted_type: 'UTF8' }];
  }
  if (known.every((value) => typeof value === 'boolean')) return [{ ...optional, type: 'BOOLEAN' }];
  if (known.every((value) => Number.isInteger(value) && Math.abs(Number(value)) < 2 ** 31)) {
    return [{ ...optional, type: 'INT32' }];
  }
  if (known.every((value) => typeof value === 'number')) return [{ ...optional, type: 'DOUBLE' }];
  return [{ ...optional, type: 'BYTE_ARRAY', converted_type: 'JSON' }];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

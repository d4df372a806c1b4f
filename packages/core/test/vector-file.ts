import departures from './vectors/departures.json' with { type: 'json' }
import documentViewIds from './vectors/document_view_ids.json' with { type: 'json' }
import documents from './vectors/documents.json' with { type: 'json' }
import entries from './vectors/entries.json' with { type: 'json' }
import entriesDecode from './vectors/entries_decode.json' with { type: 'json' }
import entriesEncodeErrors from './vectors/entries_encode_errors.json' with { type: 'json' }
import graphRun from './vectors/graph_run.json' with { type: 'json' }
import graphSorting from './vectors/graph_sorting.json' with { type: 'json' }
import hash from './vectors/hash.json' with { type: 'json' }
import keypairs from './vectors/keypairs.json' with { type: 'json' }
import lipmaa from './vectors/lipmaa.json' with { type: 'json' }
import operationsDecode from './vectors/operations_decode.json' with { type: 'json' }
import operationsEncode from './vectors/operations_encode.json' with { type: 'json' }
import operationsFields from './vectors/operations_fields.json' with { type: 'json' }
import operationsFieldsErrors from './vectors/operations_fields_errors.json' with { type: 'json' }
import publishScenarios from './vectors/publish_scenarios.json' with { type: 'json' }
import schemaIds from './vectors/schema_ids.json' with { type: 'json' }
import utils from './vectors/utils.json' with { type: 'json' }
import varu64 from './vectors/varu64.json' with { type: 'json' }

/** Imported, not read from disk, so that the tests run in a browser too. */
const FILES = {
  'departures.json': departures,
  'document_view_ids.json': documentViewIds,
  'documents.json': documents,
  'entries.json': entries,
  'entries_decode.json': entriesDecode,
  'entries_encode_errors.json': entriesEncodeErrors,
  'graph_run.json': graphRun,
  'graph_sorting.json': graphSorting,
  'hash.json': hash,
  'keypairs.json': keypairs,
  'lipmaa.json': lipmaa,
  'operations_decode.json': operationsDecode,
  'operations_encode.json': operationsEncode,
  'operations_fields.json': operationsFields,
  'operations_fields_errors.json': operationsFieldsErrors,
  'publish_scenarios.json': publishScenarios,
  'schema_ids.json': schemaIds,
  'utils.json': utils,
  'varu64.json': varu64,
} as const satisfies Record<string, unknown>

export type VectorFile = keyof typeof FILES

/** A file of test/vectors, as a copy that the test may change. */
export function readVectors<Content>(file: VectorFile): Content {
  return structuredClone(FILES[file] as unknown) as Content
}

/** A case whose result differs from the reference's on purpose. */
export interface Departure {
  readonly reference: unknown
  readonly ours: unknown
  readonly reason: string
}

/** Departures of one file, by the name of the case. */
export function readDepartures(file: VectorFile): ReadonlyMap<string, Departure> {
  const all = readVectors<Record<string, Record<string, Departure>>>('departures.json')
  return new Map(Object.entries(all[file] ?? {}))
}

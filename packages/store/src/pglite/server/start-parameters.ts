import { LOG_LINE_PREFIX } from './server-log.js'

/**
 * Settings of PostgreSQL that keep a node small: one user, no background processes, little memory. With PGlite's
 * own settings (shared_buffers of 128 MB above all) an empty node takes twice the memory. The benchmark `memory-empty`
 * measures it.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  // As PGlite starts itself: its one process can fork no workers.
  search_path: 'public',
  exit_on_error: 'false',
  log_checkpoints: 'false',
  log_line_prefix: LOG_LINE_PREFIX,
  max_worker_processes: '0',
  max_parallel_workers: '0',
  max_parallel_workers_per_gather: '0',
  max_parallel_maintenance_workers: '0',
  io_method: 'sync',
  // The page cache. With half of it a bulk insert is half as fast. Twice of it takes more memory and gains little.
  shared_buffers: '16MB',
  // At 16 MB of buffers the default would be 512 kB; a node's transactions are short.
  wal_buffers: '256kB',
  // Lock tables and process arrays are sized by these.
  max_connections: '5',
  max_prepared_transactions: '0',
  autovacuum_worker_slots: '1',
  // There is no standby to feed: less is logged, and new tables are filled without a log.
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_replication_slots: '0',
  // New segments are files that grow, not zeros written ahead; every byte counts where storage is memory or IndexedDB.
  wal_init_zero: 'off',
  min_wal_size: '2MB',
  // A plan made when the tables were small reads all of them, row by row, for ever. Only an ANALYZE would have it made
  // again.
  plan_cache_mode: 'force_custom_plan',
  // A page that is not in the buffers is copied from memory or from the operating system's cache. Random access there
  // is as quick as sequential. PostgreSQL's defaults assume a disk: with them a batch of updates would read whole
  // tables instead of its rows by their index.
  seq_page_cost: '0.2',
  random_page_cost: '0.25',
  // Segments beyond these are removed at a checkpoint instead of kept for later.
  max_wal_size: '32MB',
  // The least that PostgreSQL takes. The loop of messages takes half of it away again.
  max_stack_depth: '100kB',
  // A statement may be long, and is nobody's business but the app's.
  log_min_error_statement: 'panic',
  // Nobody reads the activities. The counts tell maintenance which tables need it.
  track_activities: 'off',
  track_counts: 'on',
  // An ANALYZE reads 300 rows for each: 6 000 tell enough and are read quickly.
  default_statistics_target: '20',
}

/** Arguments of PostgreSQL's single-user mode; `-F`: no fsync (what a storage can do happens in `flush`). */
export const START_PARAMETERS: readonly string[] = [
  '--single',
  '-F',
  '-O',
  '-j',
  ...Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
]

/**
 * The same where PostgreSQL's syncs reach the storage. Each commit syncs its log. Each checkpoint syncs the files
 * before it gives up their log. Of the ways to sync, PGlite passes on this one only.
 */
export const SYNCED_START_PARAMETERS: readonly string[] = [
  ...START_PARAMETERS.filter((parameter) => parameter !== '-F'),
  '-c',
  'wal_sync_method=fsync',
]

/**
 * Size of a segment of the write-ahead log, fixed when the prepared directory is made. It is the smallest there is: an
 * empty database has little beside its catalog but the segments that wait to be filled again.
 */
export const WAL_SEGMENT_MB = 1

import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { MIGRATIONS } from '../src/tables/migrations/migrate.js'

/** SHA-256 of each migration's statements. A line is added when a format is published, and never changed. */
const PUBLISHED: readonly string[] = [
  '129fb3c0175ff0b75d3713d4521dae39d2bf4dae84124dc5a717a94badc276ea',
  '02a4737ff638cc6f8978dda8146b3f76704f8b20090e972c2720193c86e7d868',
  '40a6caa79a0ed89bfb20f88f60d4016fbc9fb8e0de3998fead87a609fb9a044d',
  'b8bfbbefe52aaff9c89db2c36bd021917c4d5e703725290a08bcce163fa51a20',
  '08297c368e70c6090ded47cb1b559c9b5e6ad22378777a242402bd51bb325054',
  '1d83f4de76feff4f30f02b21a8ac4752bfbae23b1aa81b294b1bfc44ea54b072',
  'bc27f6189891e612f160add07dfd854bb10cbb953abef65e3f6e0e375a48158a',
  'a2e47e47d737e0f623c7f7a3db9a4883af63dd13c2ce12895d35c77cad80e16b',
  '2429322e0672cc36cdf622dd38c881e9a4adb0d3964683d969e6116d205524ad',
  'dc7fe7337c3891ed29caffc8af4c8607eee948dc3539557c5f5f925375af98ab',
  '26aabc5edbcd2d82d50d184347d6a07642f24cddc0bf12864088f39df7b0df1b',
  '0f782803977f903fb9179dedafa86e540abd73f2d9cc3370504a2f76886853b4',
  '6b0b3ba25e7e39f2938dae5827b78a1dda80be0dd2a286f04b00e261714a0f41',
  '68ec5669f5b05299b74fde6f9078e3d93d8f5f95068205dd390692509589086a',
  'f7f4067847a6dec41babe3f8d80e0e205e46fdac7794e323839335fbf50f2572',
]

test('What a published migration does never changes', () => {
  const hashes = MIGRATIONS.map(({ sql }) => createHash('sha256').update(sql('"rakko"')).digest('hex'))
  expect(hashes).toEqual(PUBLISHED)
})

test('Formats are numbered from 1 without gaps', () => {
  expect(MIGRATIONS.map(({ format }) => format)).toEqual(MIGRATIONS.map((_, index) => index + 1))
})

/**
 * Ids are lower-case hexadecimal text at the API and bytes inside; the brand keeps one kind from passing for another.
 * A document id is an operation id, and that is a hash: each passes for what it is.
 */
declare const brand: unique symbol
type Brand<Names extends string> = string & { readonly [brand]: { readonly [Name in Names]: true } }

/** 68 hexadecimal digits: the 34 bytes `00 20` + BLAKE3-256. */
export type Hash = Brand<'Hash'>
/** Hash of an entry's bytes; the id of the entry and of the operation that it carries. */
export type OperationId = Brand<'Hash' | 'OperationId'>
/** Operation id of a document's CREATE. */
export type DocumentId = Brand<'Hash' | 'OperationId' | 'DocumentId'>
/** Operation ids of a document's tips, ascending, joined by `_`. */
export type DocumentViewId = Brand<'DocumentViewId'>
/** `name_<view id of its definition>` or `blob_v1` and the other system schemas. */
export type SchemaId = Brand<'SchemaId'>
/** 64 hexadecimal digits: an Ed25519 public key. */
export type PublicKey = Brand<'PublicKey'>

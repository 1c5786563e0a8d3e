// Imports in words: fields, encodings, separators, and why rows are refused.
import type { Encoding, ImportField, RowReason, Separator, TagsMode } from '../../../server/imports/schema.ts'
import { m } from '../paraglide/messages.js'

export const fieldWord = (field: ImportField): string =>
  ({
    phone: m.import_field_phone,
    display_name: m.import_field_name,
    tags: m.tags,
    first_seen_at: m.import_field_first_seen,
    last_seen_at: m.import_field_last_seen,
  })[field]()

/** Their own names, which are the same in every language. */
export const ENCODING_NAMES: Record<Encoding, string> = {
  'utf-8': 'UTF-8',
  'utf-16le': 'UTF-16 LE',
  'utf-16be': 'UTF-16 BE',
  'windows-1252': 'Windows-1252',
}

export const separatorWord = (separator: Separator): string =>
  ({ ',': m.import_separator_comma, ';': m.import_separator_semicolon, '\t': m.import_separator_tab })[separator]()

export const modeWord = (mode: TagsMode): string =>
  ({ add: m.import_mode_add, replace: m.import_mode_replace, remove: m.import_mode_remove })[mode]()

const ROWS: Record<RowReason, () => string> = {
  row_phone_missing: m.row_phone_missing,
  row_phone_invalid: m.row_phone_invalid,
  row_phone_exponent: m.row_phone_exponent,
  row_phone_decimal: m.row_phone_decimal,
  row_phone_bare: m.row_phone_bare,
  row_columns_differ: m.row_columns_differ,
  row_nul: m.row_nul,
  row_name_too_long: m.row_name_too_long,
  row_time_unreadable: m.row_time_unreadable,
  row_time_future: m.row_time_future,
  row_times_crossed: m.row_times_crossed,
  row_two_contacts: m.row_two_contacts,
  row_portfolio_missing: m.row_portfolio_missing,
  row_portfolio_unknown: m.row_portfolio_unknown,
  row_not_here: m.row_not_here,
  row_failed: m.row_failed,
}

export const rowWords = (reason: RowReason): string => ROWS[reason]()

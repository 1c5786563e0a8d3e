// Why rows are refused, in sentences for people; programs go by the reason.
import type { RowReason } from './schema.ts'

const SENTENCES: Record<RowReason, string> = {
  row_phone_missing: 'There is neither a phone nor an id here: nobody can be found or made by this row.',
  row_phone_invalid:
    'This is neither a whole phone number, nor an id of WhatsApp that is known here, nor an id of another system such as crm:4711.',
  row_phone_exponent:
    'A spreadsheet has shortened this number, and digits are lost. Format the column as text and put the whole number in.',
  row_phone_decimal:
    'A spreadsheet has made a number with decimals of this phone. Format the column as text and put the phone in without them.',
  row_phone_bare: 'The number has no plus. Write it with plus and its country’s code, such as +34600123456.',
  row_columns_differ: 'The row has more or fewer cells than the first line.',
  row_nul: 'A cell holds a character that cannot be kept (NUL).',
  row_name_too_long: 'The name has more than 1,000 characters.',
  row_time_unreadable: 'A time is not written as 2026-05-30T10:00:00Z or 2026-05-30.',
  row_time_future: 'A contact was not seen in the future.',
  row_times_crossed: 'A contact cannot have been last seen before it was first seen.',
  row_two_contacts: 'This id belongs to two contacts, of two business portfolios.',
  row_portfolio_missing:
    'An id of WhatsApp belongs to a business portfolio, and none is connected. Connect a WhatsApp account first.',
  row_portfolio_unknown:
    'An id of WhatsApp belongs to one business portfolio, and several are connected. Choose under Columns which one it is.',
  row_not_here: 'There is no such contact, and none were to be created.',
  row_failed: 'Something went wrong on the server with this row. It was logged.',
}

export const sentenceOf = (reason: RowReason): string => SENTENCES[reason]

// What the server refuses, said in the language of the console: by the stable reason, with the facts that it names.
// Loaded only once something was refused, or with a form.
import type { ProblemBody } from '../../../server/lib/shapes.ts'
import { m } from '../paraglide/messages.js'
import { formatCount } from './numbers.ts'

/** The facts of a reason bear the names that its message has; `problem-words.test.ts` compares them. */
type Facts = Readonly<Record<string, unknown>>
type Words = (facts: never) => string

const WORDS: Record<string, Words> = {
  input_invalid: m.problem_input_invalid,
  too_short: m.problem_too_short,
  too_long: m.problem_too_long,
  days_out_of_range: m.problem_days_out_of_range,
  object_missing: m.problem_object_missing,
  database_silent: m.problem_database_silent,
  stopping: m.problem_stopping,

  no_session: m.problem_no_session,
  wrong_credentials: m.problem_wrong_credentials,
  too_many_attempts: m.problem_too_many_attempts,
  role_not_allowed: m.problem_role_not_allowed,
  cross_site: m.problem_cross_site,
  too_many_streams: m.problem_too_many_streams,
  organization_missing: m.problem_organization_missing,
  setup_link_invalid: m.problem_setup_link_invalid,
  already_set_up: m.problem_already_set_up,
  email_missing: m.problem_email_missing,
  email_incomplete: m.problem_email_incomplete,
  password_missing: m.problem_password_missing,
  organization_name_missing: m.problem_organization_name_missing,
  person_name_missing: m.problem_person_name_missing,
  code_missing: m.problem_code_missing,
  code_needed: m.problem_code_needed,
  code_wrong: m.problem_code_wrong,
  too_many_codes: m.problem_too_many_codes,
  two_factor_unreadable: m.problem_two_factor_unreadable,
  two_factor_on: m.problem_two_factor_on,
  two_factor_not_begun: m.problem_two_factor_not_begun,
  password_wrong: m.problem_password_wrong,
  password_same: m.problem_password_same,
  password_is_email: m.problem_password_is_email,
  password_common: m.problem_password_common,
  session_missing: m.problem_session_missing,
  person_missing: m.problem_person_missing,
  reset_of_oneself: m.problem_reset_of_oneself,
  reset_beyond_organization: m.problem_reset_beyond_organization,
  reset_link_invalid: m.problem_reset_link_invalid,
  email_taken: m.problem_email_taken,
  organizations_closed: m.problem_organizations_closed,
  last_administrator: m.problem_last_administrator,
  invitation_missing: m.problem_invitation_missing,
  invitation_accepted: m.problem_invitation_accepted,
  already_member: m.problem_already_member,
  invitation_invalid: m.problem_invitation_invalid,
  invitation_used: m.problem_invitation_used,
  invitation_withdrawn: m.problem_invitation_withdrawn,
  invitation_expired: m.problem_invitation_expired,

  account_missing: m.problem_account_missing,
  account_name_missing: m.problem_account_name_missing,
  app_secret_missing: m.problem_app_secret_missing,
  digits_only: m.problem_digits_only,
  number_name_missing: m.problem_number_name_missing,
  number_taken: m.problem_number_taken,
  phone_incomplete: m.problem_phone_incomplete,
  secrets_lost: m.problem_secrets_lost,
  delivery_missing: m.problem_delivery_missing,
  webhook_refused: m.problem_webhook_refused,
  customer_missing: m.problem_customer_missing,
  customer_unnamed: m.problem_customer_unnamed,
  user_id_invalid: m.problem_user_id_invalid,
  username_invalid: m.problem_username_invalid,
  message_missing: m.problem_message_missing,
  not_empty: m.problem_not_empty,

  contact_missing: m.problem_contact_missing,
  conversation_missing: m.problem_conversation_missing,
  conversation_closed: m.problem_conversation_closed,
  conversation_taken: m.problem_conversation_taken,
  conversation_not_taken: m.problem_conversation_not_taken,
  conversation_not_yours: m.problem_conversation_not_yours,
  new_message: m.problem_new_message,
  message_unknown: m.problem_message_unknown,
  message_not_failed: m.problem_message_not_failed,
  message_not_uncertain: m.problem_message_not_uncertain,
  window_closed: m.problem_window_closed,
  reply_target_missing: m.problem_reply_target_missing,
  reply_target_unsent: m.problem_reply_target_unsent,
  reply_missing: m.problem_reply_missing,
  reply_name_taken: m.problem_reply_name_taken,
  reply_changed_meanwhile: m.problem_reply_changed_meanwhile,
  too_many_replies: m.problem_too_many_replies,
  reply_name_missing: m.problem_reply_name_missing,
  reply_text_missing: m.problem_reply_text_missing,
  reply_variable_unknown: m.problem_reply_variable_unknown,
  contact_erased: m.problem_contact_erased,
  merged: m.problem_merged,
  conflict_missing: m.problem_conflict_missing,
  already_decided: m.problem_already_decided,
  not_decided: m.problem_not_decided,
  one_contact_only: m.problem_one_contact_only,
  id_of_another_contact: m.problem_id_of_another_contact,
  identity_taken: m.problem_identity_taken,
  same_contact: m.problem_same_contact,
  test_and_real: m.problem_test_and_real,
  merge_missing: m.problem_merge_missing,
  merged_since: m.problem_merged_since,
  already_undone: m.problem_already_undone,

  operation_missing: m.problem_operation_missing,
  no_contacts: m.problem_no_contacts,
  count_changed: ({ expected, matched }: { expected: number; matched: number }) =>
    m.problem_count_changed({ expected: formatCount(expected), matched: formatCount(matched) }),
  too_many_contacts: ({ max }: { max: number }) => m.problem_too_many_contacts({ max: formatCount(max) }),
  unfinished: m.problem_unfinished,
  ended: m.problem_ended,
  not_undoable: m.problem_not_undoable,
  nothing_to_undo: m.problem_nothing_to_undo,
  not_cancellable: m.problem_not_cancellable,
  not_failed: m.problem_not_failed,
  undone: m.problem_undone,
  // Of single contacts within an operation.
  contact_gone: m.failure_contact_gone,
  contact_failed: m.failure_internal,
  tag_deleted_since: m.failure_tag_deleted_since,
  changed_since: m.failure_changed_since,
  put_on_since: m.failure_put_on_since,

  tag_missing: m.problem_tag_missing,
  tag_unknown: m.problem_tag_unknown,
  tag_deleted: m.problem_tag_deleted,
  tag_merged: m.problem_tag_merged,
  tag_merged_already: m.problem_tag_merged_already,
  merged_into_itself: m.problem_merged_into_itself,
  tag_both: m.problem_tag_both,
  tag_name_missing: m.problem_tag_name_missing,
  no_visible_character: m.problem_no_visible_character,
  control_characters: m.problem_control_characters,
  name_taken: m.problem_name_taken,
  test_message_missing: m.problem_test_message_missing,
  error_code_unknown: m.problem_error_code_unknown,
  name_deleted: m.problem_name_deleted,
  changed_meanwhile: m.problem_changed_meanwhile,
  removal_not_allowed: m.problem_removal_not_allowed,
}

/** What a reason says with its facts; the server's own sentence when only programs are told it. */
export function wordsOf(reason: string, facts: Facts, sentence: string): string {
  const words = Object.hasOwn(WORDS, reason) ? WORDS[reason] : undefined
  return words === undefined ? sentence : (words as (facts: Facts) => string)(facts)
}

/** The sentence of an answer. */
export function problemWords(problem: Pick<ProblemBody, 'code' | 'detail' | 'reason' | 'data' | 'request_id'>): string {
  const { code, reason, data, detail, request_id: id } = problem
  if (reason === undefined) return code === 'internal' && id !== undefined ? m.problem_internal({ id }) : detail
  return wordsOf(reason, data ?? {}, detail)
}

// Meta's errors of sending, as it writes them; of the permissions from 200 to 299 the first. https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes

interface MetaError {
  status: number
  title: string
  details: string
}

/** By their numbers. */
export const META_ERRORS: ReadonlyMap<number, MetaError> = new Map(
  (
    [
      [0, 401, 'AuthException', 'We were unable to authenticate the app user.'],
      [1, 400, 'API Unknown', 'Invalid request or possible server error.'],
      [2, 503, 'API Service', 'Temporary due to downtime or due to being overloaded.'],
      [3, 500, 'API Method', 'Capability or permissions issue.'],
      [4, 400, 'API Too Many Calls', 'The app has reached its API call rate limit.'],
      [10, 403, 'Permission Denied', 'Permission is either not granted or has been removed.'],
      [33, 400, 'Parameter value is not valid', 'The business phone number has been deleted.'],
      [100, 400, 'Invalid parameter', 'The request included one or more unsupported or misspelled parameters.'],
      [190, 401, 'Access token has expired', 'Your access token has expired.'],
      [200, 403, 'API Permission', 'Permission is either not granted or has been removed.'],
      [
        368,
        403,
        'Temporarily blocked for policies violations',
        'The account has been restricted for a violation of policy.',
      ],
      [80_007, 400, 'Rate limit issues', 'The WhatsApp Business Account has reached its rate limit.'],
      [130_429, 400, 'Rate limit hit', 'Cloud API message throughput has been reached.'],
      [130_472, 400, "User's number is part of an experiment", 'Message was not sent as part of an experiment.'],
      [
        130_497,
        403,
        'Business account is restricted from messaging users in this country.',
        'The WhatsApp Business Account is restricted from messaging to users in certain countries.',
      ],
      [131_000, 500, 'Something went wrong', 'Message failed to send due to an unknown error.'],
      [131_005, 403, 'Access denied', 'Permission is either not granted or has been removed.'],
      [131_008, 400, 'Required parameter is missing', 'The request is missing a required parameter.'],
      [131_009, 400, 'Parameter value is not valid', 'One or more parameter values are invalid.'],
      [131_016, 500, 'Service unavailable', 'A service is temporarily unavailable.'],
      [131_021, 400, 'Recipient cannot be sender', 'Sender and recipient phone number is the same.'],
      [131_026, 400, 'Message undeliverable', 'Unable to deliver message.'],
      [
        131_030,
        400,
        'Recipient phone number not in allowed list',
        'Recipient phone number is not in the allowed list.',
      ],
      [
        131_031,
        403,
        'Account has been locked',
        'The account has been restricted or disabled for violating a platform policy.',
      ],
      [
        131_037,
        400,
        'WhatsApp provided number needs display name approval before message can be sent.',
        'The display name of the phone number used to send the request has not been approved.',
      ],
      [131_042, 400, 'Business eligibility payment issue', 'There was an error related to your payment method.'],
      [131_045, 500, 'Incorrect certificate', 'Message failed to send due to a phone number registration error.'],
      [
        131_047,
        400,
        'Re-engagement message',
        'More than 24 hours have passed since the recipient last replied to the sender number.',
      ],
      [
        131_048,
        400,
        'Spam rate limit hit',
        'Message failed to send because there are restrictions on how many messages can be sent from this phone number.',
      ],
      [
        131_049,
        400,
        'Meta chose not to deliver',
        'This message was not delivered to maintain healthy ecosystem engagement.',
      ],
      [
        131_050,
        400,
        'Unable to deliver the message',
        'This recipient has chosen to stop receiving marketing messages on WhatsApp from your business.',
      ],
      [131_051, 400, 'Unsupported message type', 'Unsupported message type.'],
      [131_052, 400, 'Media download error', 'Unable to download the media sent by the user.'],
      [131_053, 400, 'Media upload error', 'Unable to upload the media used in the message.'],
      [
        131_056,
        400,
        '(Business Account, Consumer Account) pair rate limit hit',
        'Too many messages sent from the sender phone number to the same recipient phone number in a short period of time.',
      ],
      [131_057, 400, 'Account in maintenance mode', 'Business Account is in maintenance mode.'],
      [
        132_000,
        400,
        'Template param count mismatch',
        'The number of parameters does not match the expected number of params.',
      ],
      [132_001, 404, 'Template does not exist', 'The template name does not exist in the translation.'],
      [132_005, 400, 'Template hydrated text too long', 'The translated text is too long.'],
      [132_007, 400, 'Template Format Character Policy Violated', 'Template content violates a WhatsApp policy.'],
      [
        132_012,
        400,
        'Template parameter format mismatch',
        'The parameter format does not match the format in the created template.',
      ],
      [132_015, 400, 'Template is paused', 'The template is paused due to low quality, so it cannot be sent.'],
      [
        132_016,
        400,
        'Template is disabled',
        'The template has been paused too many times due to low quality and is now permanently disabled.',
      ],
      [132_018, 400, 'Invalid parameters', 'There is an issue with the parameters in the template.'],
      [132_068, 400, 'Flow is blocked', 'Flow is in blocked state.'],
      [
        132_069,
        400,
        'Flow is throttled',
        'Flow is in throttled state, and its messages of this hour were already sent.',
      ],
      [133_010, 400, 'Phone number Not Registered', 'Phone number not registered on the WhatsApp Business Platform.'],
      [
        134_011,
        400,
        'WhatsApp Payments terms of service has not been accepted',
        'The terms of service for payments have not been accepted for this account.',
      ],
      [
        135_000,
        400,
        'Generic user error',
        'Message failed to send because of an unknown error with your request parameters.',
      ],
    ] satisfies [code: number, status: number, title: string, details: string][]
  ).map(([code, status, title, details]) => [code, { status, title, details }]),
)

/** Errors that Meta finds out only later: it answers 200, and tells them in a status. */
export const TOLD_LATER: readonly number[] = [130_472, 130_497, 131_026, 131_042, 131_047, 131_049, 131_050, 131_053]

/** What is known of a code, or of any that is not. */
export const errorOf = (code: number): MetaError =>
  META_ERRORS.get(code) ?? { status: 400, title: 'Unknown error', details: 'Unknown error.' }

/** An error as a status has it. */
export function statusError(code: number): {
  code: number
  title: string
  message: string
  error_data: { details: string }
} {
  const { title, details } = errorOf(code)
  return { code, title, message: title, error_data: { details } }
}

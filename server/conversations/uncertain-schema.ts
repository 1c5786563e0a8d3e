// Why nobody knows whether WhatsApp has a message, where screens have words of their own for it.

/** It stood in the outbox when a backup was made that was restored: it may have gone out after that. */
export const RESTORED = 'Restored from a backup: it may have been sent after the backup was made.'

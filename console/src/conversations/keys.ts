// Under which keys what is read of conversations is cached.
export const conversationKeys = {
  all: (organization: string) => ['conversations', organization] as const,
  lists: (organization: string) => ['conversations', organization, 'list'] as const,
  earlier: (organization: string, id: string, contactId: string) =>
    ['conversations', organization, 'earlier', id, contactId] as const,
  counts: (organization: string) => ['conversations', organization, 'counts'] as const,
  one: (organization: string, id: string) => ['conversations', organization, 'one', id] as const,
  threads: (organization: string) => ['conversations', organization, 'messages'] as const,
  messages: (organization: string, id: string) => ['conversations', organization, 'messages', id] as const,
}

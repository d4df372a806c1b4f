import { defineSchemas, int, str } from '@rakko/client'

export const definitions = defineSchemas({
  venue: { description: 'A place', fields: { name: str(), capacity: int() } },
})

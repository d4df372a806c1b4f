import { Visit } from './visit.js'

export default function Page() {
  return <Visit />
}

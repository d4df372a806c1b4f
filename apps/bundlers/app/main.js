import { visit } from './visit.js'

visit().then(
  (found) => {
    document.title = found
  },
  (error) => {
    document.title = `${error.code}: ${error.message}`
  },
)

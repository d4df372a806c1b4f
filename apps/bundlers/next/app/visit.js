'use client'

import { useEffect, useState } from 'react'
import { visit } from '../../app/visit.js'

/** While developing, React runs effects twice. A database is open once. */
let visiting
const visitOnce = () => {
  visiting ??= visit()
  return visiting
}

export function Visit() {
  const [found, setFound] = useState('waiting')
  useEffect(() => {
    visitOnce().then(setFound, (error) => setFound(`${error.code}: ${error.message}`))
  }, [])
  return (
    <>
      <title>{found}</title>
      <p>{found}</p>
    </>
  )
}

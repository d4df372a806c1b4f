/**
 * A weekend of a festival that never was, for those who want to look around before they type. Days count from the
 * festival's first one; times are wall times, and an end at or before its start lies on the next day.
 */
export const SAMPLE_VENUES = [
  {
    key: 'kelp',
    name: 'Kelp Stage',
    capacity: 1200,
    colour: 2,
    description: 'The big one, down where the meadow meets the water. Bring a blanket, mind the swans.',
  },
  {
    key: 'pool',
    name: 'Tide Pool',
    capacity: 350,
    colour: 3,
    description: 'A round tent with a sprung floor. Dancing from noon, louder after dark.',
  },
  {
    key: 'shell',
    name: 'The Shell',
    capacity: 180,
    colour: 0,
    description: 'Acoustic sets in the old bandstand. No amplifiers, good echoes.',
  },
  {
    key: 'lighthouse',
    name: 'Lighthouse Cinema',
    capacity: 90,
    colour: 1,
    description: 'Deck chairs, one wall, one projector. Starts when it is dark enough.',
  },
  {
    key: 'cove',
    name: 'Cove Workshop',
    capacity: 24,
    colour: 4,
    description: 'Make something with your hands. Tools are here, questions are welcome.',
  },
  {
    key: 'galley',
    name: 'The Galley',
    capacity: 60,
    colour: 5,
    description: 'Long tables and one pot of soup that has been on since Thursday.',
  },
] as const

type VenueKey = (typeof SAMPLE_VENUES)[number]['key']
type SampleEvent = readonly [
  day: 0 | 1 | 2,
  starts: string,
  ends: string,
  venue: VenueKey,
  title: string,
  about: string,
]

export const SAMPLE_EVENTS: readonly SampleEvent[] = [
  [0, '16:00', '17:00', 'kelp', 'Gates and brass', 'The town band walks everyone in. Join the end of the line.'],
  [0, '17:00', '18:30', 'cove', 'Build a lantern', 'Paper, willow, a candle. You will need it on Sunday.'],
  [0, '17:30', '18:30', 'shell', 'Ada and the Low Tide', 'Two fiddles, one cello, many stories.'],
  [0, '18:30', '20:00', 'galley', 'First supper', 'Soup, bread, strangers.'],
  [0, '19:00', '20:15', 'kelp', 'Moss & Barnacle', 'Slow, heavy and surprisingly cheerful.'],
  [0, '20:30', '21:30', 'pool', 'Sea Urchin Disco', 'All spikes, all strings, all night. Well, for an hour.'],
  [0, '21:00', '22:30', 'kelp', 'The Undertow', 'Headline set. The lasers are visible from the island.'],
  [0, '22:15', '23:59', 'lighthouse', 'Short films about rain', 'Eleven of them. Bring a jumper.'],
  [0, '23:00', '03:00', 'pool', 'Night swim with DJ Pelican', 'Not in the water, please.'],
  [1, '07:30', '08:30', 'shell', 'Sunrise float', 'Lie down, listen, drift off. Tea afterwards.'],
  [1, '09:00', '11:00', 'galley', 'Breakfast of champions', 'Porridge in nine flavours.'],
  [1, '10:30', '12:00', 'cove', 'Knots that hold', 'Five knots for life, taught by a retired ferry captain.'],
  [1, '12:00', '13:00', 'pool', 'Shanty dance class', 'Beginners first, everyone after.'],
  [1, '13:30', '14:30', 'shell', 'Ólafur Þór og Sævar', 'Quiet songs from further north.'],
  [1, '15:00', '16:00', 'kelp', 'Kaijū Lullaby', 'A monster of a band from Hokkaidō, on their first trip over.'],
  [1, '16:30', '18:00', 'cove', 'Solder a synth', 'It will make one noise. It will be your noise.'],
  [1, '17:00', '18:15', 'kelp', 'Rosalba y los Faros', 'Cumbia for wet boots.'],
  [1, '18:30', '20:00', 'galley', 'The long table', 'One table, sixty places, three sittings.'],
  [1, '19:30', '20:45', 'kelp', 'Otter Choir', 'Two hundred voices and whoever turns up at rehearsal.'],
  [1, '21:15', '22:45', 'kelp', 'Cassiopeia Drive', 'Synths, smoke, stars if we are lucky.'],
  [1, '22:30', '00:15', 'lighthouse', 'The Cartographer’s Wife', 'Silent film from 1926 with a live accordion.'],
  [1, '23:00', '04:00', 'pool', 'Bioluminescence', 'Five hours, one colour at a time.'],
  [2, '09:30', '11:00', 'galley', 'Leftovers brunch', 'Everything must go.'],
  [2, '10:00', '11:00', 'shell', 'Morning ragas', 'Sitar and tabla while the mist lifts.'],
  [2, '11:30', '13:00', 'cove', 'Mend what tore', 'Tents, trousers, hearts. Needles provided.'],
  [2, '13:00', '14:00', 'pool', 'Tiny rave', 'For everyone under a metre twenty and their grown-ups.'],
  [2, '14:30', '15:30', 'kelp', 'The Pocket Stones', 'They each brought exactly one instrument.'],
  [2, '16:00', '17:15', 'kelp', 'Mariam Sow Quartet', 'Kora, upright bass and two very patient drummers.'],
  [2, '20:30', '21:30', 'kelp', 'Lantern raft', 'We let go of what we built on Friday, all together.'],
]

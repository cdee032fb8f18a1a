import { randomInt } from 'node:crypto';

/**
 * A run's id: six characters of seconds since 2025 and four at random, in Crockford's base 32 (no i, l, o, u), so
 * that ids sort by creation and can be typed. Good until 2059; two ids of one second meet once in a million.
 */
export function newRunId(now: Date): string {
  const seconds = Math.floor((now.getTime() - Date.UTC(2025, 0)) / 1000);
  return base32(seconds, 6) + base32(randomInt(2 ** 20), 4);
}

/** A name nobody has taken: the preset (or `run`) and two words. */
export function newRunName(preset: string | undefined, taken: (name: string) => boolean): string {
  for (let attempt = 1; ; attempt++) {
    const words = `${preset ?? 'run'}-${pick(ADJECTIVES)}-${pick(NOUNS)}`;
    const name = attempt <= 20 ? words : `${words}-${attempt}`;
    if (!taken(name)) return name;
  }
}

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

function base32(value: number, digits: number): string {
  let out = '';
  for (let i = 0; i < digits; i++) {
    out = ALPHABET[value % 32]! + out;
    value = Math.floor(value / 32);
  }
  return out;
}

function pick(words: readonly string[]): string {
  return words[randomInt(words.length)]!;
}

const ADJECTIVES =
  'amber ancient bold brave bright calm clear clever coral crisp deep early eager fair fine fleet fresh gentle gilt glad golden grand green happy hazel humble jade keen kind late light lilac lively lucid lunar mellow merry mild misty neat noble olive opal pale patient plain proud quick quiet rapid ready rosy ruby sandy silent silver small smooth soft solar steady still sunny swift tall teal tidy warm wide wild wise young'.split(
    ' ',
  );
const NOUNS =
  'alder ash aspen badger bay beech birch brook canyon cedar cliff cloud comet cove crane creek dale dawn delta dune eagle elm falcon fern field finch fjord forest fox glade grove harbor hare hawk hazel heath heron hill iris island ivy juniper lagoon lake larch lark laurel lynx maple marsh meadow mesa moss oak orchid otter owl pebble pine plover pond poplar quartz raven reef ridge river robin sage shore sparrow spruce stone stream swan thistle tulip valley willow wren'.split(
    ' ',
  );

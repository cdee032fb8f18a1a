import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';

/** A zip reader and writer of a few lines, independent of the library, which refuses to write what tests need. */

export interface RawEntry {
  name: string;
  content: string | Uint8Array;
  /** 0 stored, 8 deflated, or a lie. */
  method?: number;
  /** Declared unpacked size, instead of the true one. */
  size?: number;
  /** Unix mode, with the type of the file. */
  mode?: number;
  /** General purpose bits; 1 is "encrypted". */
  flags?: number;
  /** In the local header, instead of `name`. */
  localName?: string;
}

export function buildZip(entries: readonly RawEntry[]): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const { name, content, method = 8, size, mode = 0o100644, flags = 0, localName = name } of entries) {
    const plain = Buffer.from(content);
    const packed = method === 8 ? deflateRawSync(plain) : plain;
    const shared = (nameBytes: Buffer): Buffer => {
      const b = Buffer.alloc(26);
      b.writeUInt16LE(20, 0); // version needed
      b.writeUInt16LE(flags | 0x800, 2); // names in UTF-8
      b.writeUInt16LE(method, 4);
      b.writeUInt32LE(0x00210000, 6); // date and time
      b.writeUInt32LE(crc32(plain), 10);
      b.writeUInt32LE(packed.length, 14);
      b.writeUInt32LE(size ?? plain.length, 18);
      b.writeUInt16LE(nameBytes.length, 22);
      return b;
    };
    const [inLocal, inCentral] = [Buffer.from(localName), Buffer.from(name)];
    const local = Buffer.concat([Buffer.from('PK\u0003\u0004'), shared(inLocal), inLocal, packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE((mode << 16) >>> 0, 6);
    tail.writeUInt32LE(offset, 10);
    const madeBy = Buffer.from([20, 3]); // Unix
    central.push(Buffer.concat([Buffer.from('PK\u0001\u0002'), madeBy, shared(inCentral), tail, inCentral]));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write('PK\u0005\u0006', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}

/** Entries in the order of the central directory, with their content. */
export function readZip(zip: Buffer): { name: string; method: number; content: Buffer }[] {
  const end = zip.lastIndexOf('PK\u0005\u0006', undefined, 'latin1');
  const count = zip.readUInt16LE(end + 10);
  let at = zip.readUInt32LE(end + 16);
  return Array.from({ length: count }, () => {
    const method = zip.readUInt16LE(at + 10);
    const packed = zip.readUInt32LE(at + 20);
    const [nameLength, extra, comment] = [28, 30, 32].map((o) => zip.readUInt16LE(at + o)) as [
      number,
      number,
      number,
    ];
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength);
    const local = zip.readUInt32LE(at + 42);
    const data = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const bytes = zip.subarray(data, data + packed);
    at += 46 + nameLength + extra + comment;
    return { name, method, content: method === 8 ? inflateRawSync(bytes) : Buffer.from(bytes) };
  });
}

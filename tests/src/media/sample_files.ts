import { crc32 } from "node:zlib";

/** The smallest files of each type: what their content is recognised by. */
export const SAMPLES = {
  jpeg: bytes("ffd8ffe000104a46494600010100000100010000ffd9"),
  png: Buffer.from(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
    "base64",
  ),
  gif: Buffer.from("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7", "base64"),
  webp: webp(0),
  animatedWebp: webp(2),
  mp3: Buffer.concat([Buffer.from("ID3\x04\0\0\0\0\0\0", "latin1"), bytes("fffb9064"), Buffer.alloc(500)]),
  aac: Buffer.concat([bytes("fff15080041ffc"), Buffer.alloc(200)]),
  amr: Buffer.from("#!AMR\n\x3c\x91\x17\x16\xbe\x66\x79\xe1\xe0\x01\xe7\xba\xf0\0\0\0\x80", "latin1"),
  opus: ogg(1),
  stereoOpus: ogg(2),
  vorbis: ogg(null),
  mp4: mp4("isom"),
  m4a: mp4("M4A "),
  threeGpp: mp4("3gp5"),
  mov: mp4("qt  "),
  pdf: Buffer.from("%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer <<>>\n%%EOF\n"),
  docx: zip({
    "[Content_Types].xml": contentTypes("wordprocessingml.document"),
    "word/document.xml": "<w/>",
  }),
  xlsx: zip({ "[Content_Types].xml": contentTypes("spreadsheetml.sheet"), "xl/workbook.xml": "<w/>" }),
  docm: zip({
    "[Content_Types].xml":
      '<Types><Override PartName="/word/document.xml" ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>',
    "word/document.xml": "<w/>",
  }),
  odt: zip({ mimetype: "application/vnd.oasis.opendocument.text", "content.xml": "<o/>" }),
  zip: zip({ "notes.txt": "hello" }),
  jar: zip({ "META-INF/MANIFEST.MF": "Manifest-Version: 1.0\n", "A.class": "x" }),
  apk: zip({ "AndroidManifest.xml": "x", "classes.dex": "x" }),
  oldOffice: Buffer.concat([bytes("d0cf11e0a1b11ae1"), Buffer.alloc(512)]),
  text: Buffer.from("Günaydın, dünya\r\n"),
  turkishCsv: Buffer.from(
    "ad;\u015fehir\nAy\u015fe;\u0130zmir\n".replace(/[\u015f\u0130]/g, "\xfe"),
    "latin1",
  ),
  utf16: Buffer.from("\ufeffbir;iki\r\n", "utf16le"),
  html: Buffer.from("<!doctype html><script>alert(1)</script>"),
  lateHtml: Buffer.from("\ufeff \n\t<html><script>alert(1)</script>"),
  svg: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
  xmlSvg: Buffer.from('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'),
  script: Buffer.from("#!/bin/sh\nrm -rf /\n"),
  exe: Buffer.concat([Buffer.from("MZ\x90\0\x03\0\0\0", "latin1"), Buffer.alloc(200)]),
  elf: Buffer.concat([bytes("7f454c460201010000000000000000000200"), Buffer.alloc(200)]),
  noise: bytes("00010203040506070809aabbccddeeff"),
  empty: Buffer.alloc(0),
};

function bytes(hex: string): Buffer {
  return Buffer.from(hex, "hex");
}

function webp(flags: number): Buffer {
  const chunk = Buffer.from([0x56, 0x50, 0x38, 0x58, 10, 0, 0, 0, flags, 0, 0, 0, 255, 1, 0, 255, 1, 0]);
  const head = Buffer.from("RIFF\0\0\0\0WEBP", "latin1");
  head.writeUInt32LE(chunk.length + 4, 4);
  return Buffer.concat([head, chunk]);
}

/** A first page with the header of Opus, or of Vorbis. */
function ogg(opusChannels: number | null): Buffer {
  const header =
    opusChannels === null
      ? Buffer.concat([Buffer.from("\x01vorbis", "latin1"), Buffer.alloc(23)])
      : Buffer.concat([
          Buffer.from("OpusHead\x01", "latin1"),
          Buffer.from([opusChannels]),
          bytes("380180bb0000000000"),
        ]);
  return Buffer.concat([
    Buffer.from("OggS\0\x02", "latin1"),
    Buffer.alloc(20),
    Buffer.from([1, header.length]),
    header,
  ]);
}

function mp4(brand: string): Buffer {
  const box = Buffer.from(`\0\0\0\x18ftyp${brand}\0\0\x02\0${brand}mp41`, "latin1");
  return Buffer.concat([box, Buffer.from("\0\0\0\x08mdat", "latin1")]);
}

function contentTypes(type: string): string {
  return `<Types><Override PartName="/x.xml" ContentType="application/vnd.openxmlformats-officedocument.${type}.main+xml"/></Types>`;
}

/** An archive without compression. */
export function zip(files: Record<string, string>): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const [path, data] = [Buffer.from(name), Buffer.from(text)];
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt32LE(crc32(data), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(data.length, 18);
    common.writeUInt16LE(path.length, 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), common, path, data]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    central.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\0", "latin1"), common, tail, path]));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(central.length, 8);
  end.writeUInt16LE(central.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}

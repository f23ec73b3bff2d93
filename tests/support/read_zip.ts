/** The files of a ZIP archive that compresses nothing, by name. */
export function readZip(archive: Buffer): Map<string, Buffer> {
  const end = archive.lastIndexOf("PK\x05\x06");
  const count = archive.readUInt16LE(end + 10);
  const files = new Map<string, Buffer>();
  for (let entry = 0, at = archive.readUInt32LE(end + 16); entry < count; entry += 1) {
    const size = archive.readUInt32LE(at + 24);
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) =>
      archive.readUInt16LE(at + offset),
    ) as [number, number, number];
    const name = archive.toString("utf8", at + 46, at + 46 + nameLength);
    const header = archive.readUInt32LE(at + 42);
    const from = header + 30 + archive.readUInt16LE(header + 26) + archive.readUInt16LE(header + 28);
    files.set(name, archive.subarray(from, from + size));
    at += 46 + nameLength + extraLength + commentLength;
  }
  return files;
}

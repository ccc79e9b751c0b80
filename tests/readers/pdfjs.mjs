// Answers each line of standard input, the path of a PDF, with the text that pdf.js reads in it, as a line of JSON.
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";

// Drawing asks for these of a browser; reading text does not.
for (const name of ["DOMMatrix", "ImageData", "Path2D"]) globalThis[name] ??= class {};
console.warn = console.log = () => {};
const { getDocument } = await import("pdfjs-dist/legacy/build/pdf.mjs");

for await (const path of createInterface({ input: process.stdin })) {
  const task = getDocument({ data: new Uint8Array(await readFile(path)), verbosity: 0 });
  const document = await task.promise;
  const pages = [];
  for (let number = 1; number <= document.numPages; number++) {
    const { items } = await (await document.getPage(number)).getTextContent();
    pages.push(items.map((item) => item.str + (item.hasEOL ? "\n" : "")).join(""));
  }
  await task.destroy();
  process.stdout.write(JSON.stringify(pages) + "\n");
}

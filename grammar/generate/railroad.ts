// Draws the grammar as railroad diagrams in one SVG: a track runs from left to right through boxes (square: a rule, round: a token)
// and branches around what may be left out or repeated.
import type { Production, Rule } from "./productions.ts";

const characterWidth = 7.2;
const boxHeight = 24;
const boxPadding = 10;
const gap = 14;
const rowGap = 10;
const margin = 24;
const ruleGap = 34;
const titleHeight = 22;

/** A drawn part: it is entered and left at height `track` of its own `height`, all in pixels. */
interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly track: number;
  draw(x: number, y: number): string;
}

export function drawRailroad(rules: readonly Rule[]): string {
  let y = margin;
  let width = 0;
  const parts: string[] = [];
  for (const rule of rules) {
    const drawing = drawingOf(rule.body);
    const top = y + titleHeight;
    const track = top + drawing.track;
    const right = margin + gap + drawing.width + gap;
    parts.push(
      `<g id="${rule.name}"><text class="title" x="${margin}" y="${y + 12}">${escapeXml(rule.name)}</text>`,
      dot(margin, track),
      line(margin, track, margin + gap),
      drawing.draw(margin + gap, top),
      line(right - gap, track, right),
      dot(right, track),
      "</g>",
    );
    y = top + drawing.height + ruleGap;
    width = Math.max(width, right + margin);
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${number(width)}" height="${number(y)}" viewBox="0 0 ${number(width)} ${number(y)}">`,
    // A ground of its own: on a dark page black lines on nothing cannot be read.
    `<rect width="100%" height="100%" fill="white"/>`,
    "<style>",
    "svg { background: #fff } path { fill: none; stroke: #444; stroke-width: 1.5 } circle { fill: #444 }",
    "rect { stroke: #444; stroke-width: 1.2 } .rule rect { fill: #eef3fa } .token rect { fill: #f6f1e4 }",
    "text { font: 12px ui-monospace, Menlo, Consolas, monospace; fill: #111 } .title { font-weight: 700 }",
    "</style>",
    ...parts,
    "</svg>",
    "",
  ].join("\n");
}

function drawingOf(production: Production): Drawing {
  switch (production.kind) {
    case "token":
      return box(production.text, "token", boxHeight / 2);
    case "rule":
      return box(production.name, "rule", 0);
    case "sequence":
      return row(production.items.map(drawingOf));
    case "choice":
      return branches(production.items.map(drawingOf));
    case "optional":
      return branches([skip(), drawingOf(production.item)]);
    case "repeat": {
      const back = production.separator === undefined ? skip() : drawingOf(production.separator);
      const repeated = loop(drawingOf(production.item), back);
      return production.least === 1 ? repeated : branches([skip(), repeated]);
    }
  }
}

function box(text: string, kind: "rule" | "token", radius: number): Drawing {
  const width = text.length * characterWidth + 2 * boxPadding;
  return {
    width,
    height: boxHeight,
    track: boxHeight / 2,
    draw: (x, y) => {
      const link = kind === "rule" ? [`<a href="#${text}">`, "</a>"] : ["", ""];
      const rectangle = `<rect x="${number(x)}" y="${number(y)}" width="${number(width)}" height="${boxHeight}" rx="${radius}"/>`;
      const label = `<text x="${number(x + boxPadding)}" y="${number(y + 16)}">${escapeXml(text)}</text>`;
      return `<g class="${kind}">${link[0]}${rectangle}${label}${link[1]}</g>`;
    },
  };
}

/** A bare track. */
function skip(): Drawing {
  return { width: 0, height: 4, track: 2, draw: () => "" };
}

function row(items: readonly Drawing[]): Drawing {
  if (items.length === 0) return skip();
  const track = Math.max(...items.map((item) => item.track));
  const below = Math.max(...items.map((item) => item.height - item.track));
  return {
    width: items.reduce((sum, item) => sum + item.width, 0) + gap * (items.length - 1),
    height: track + below,
    track,
    draw: (x, y) => {
      let at = x;
      return items
        .map((item, index) => {
          const drawn = item.draw(at, y + track - item.track);
          at += item.width;
          const joint = index < items.length - 1 ? line(at, y + track, at + gap) : "";
          at += gap;
          return drawn + joint;
        })
        .join("");
    },
  };
}

/** One above the other; the track goes straight through the first. */
function branches(items: readonly Drawing[]): Drawing {
  const inner = Math.max(...items.map((item) => item.width));
  const tops: number[] = [];
  let height = 0;
  for (const item of items) {
    tops.push(height);
    height += item.height + rowGap;
  }
  const track = items[0]?.track ?? 0;
  return {
    width: inner + 2 * gap,
    height: height - rowGap,
    track,
    draw: (x, y) =>
      items
        .map((item, index) => {
          const top = y + (tops[index] ?? 0);
          const own = top + item.track;
          const start = curve(x, y + track, x + gap, own);
          const end = curve(x + gap + inner, own, x + inner + 2 * gap, y + track);
          return start + item.draw(x + gap, top) + line(x + gap + item.width, own, x + gap + inner) + end;
        })
        .join(""),
  };
}

/** `item`, and a way back from its end to its start through `back` below it. */
function loop(item: Drawing, back: Drawing): Drawing {
  const inner = Math.max(item.width, back.width);
  const backTop = item.height + rowGap;
  return {
    width: inner + 2 * gap,
    height: backTop + back.height,
    track: item.track,
    draw: (x, y) => {
      const track = y + item.track;
      const low = y + backTop + back.track;
      const left = x + gap;
      const right = x + gap + inner;
      return [
        line(x, track, left),
        item.draw(left, y),
        line(left + item.width, track, right + gap),
        `<path d="M${number(right)} ${number(track)} C${number(right + gap)} ${number(track)} ${number(right + gap)} ${number(low)} ${number(right)} ${number(low)}"/>`,
        `<path d="M${number(left)} ${number(track)} C${number(left - gap)} ${number(track)} ${number(left - gap)} ${number(low)} ${number(left)} ${number(low)}"/>`,
        back.draw(left, y + backTop),
        line(left + back.width, low, right),
      ].join("");
    },
  };
}

function line(x: number, y: number, toX: number): string {
  return toX > x ? `<path d="M${number(x)} ${number(y)} H${number(toX)}"/>` : "";
}

function curve(x: number, y: number, toX: number, toY: number): string {
  if (y === toY) return line(x, y, toX);
  const middle = number((x + toX) / 2);
  return `<path d="M${number(x)} ${number(y)} C${middle} ${number(y)} ${middle} ${number(toY)} ${number(toX)} ${number(toY)}"/>`;
}

function dot(x: number, y: number): string {
  return `<circle cx="${number(x)}" cy="${number(y)}" r="4"/>`;
}

function number(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

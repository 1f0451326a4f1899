// What mmx asks of ffmpeg: frames and sound made a film, a film's frames taken out, a picture's pixels.
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProgram } from "./program.ts";
import { type FileValue, ServiceError } from "./service.ts";

const remedy = "Install it: apt-get install ffmpeg (Debian), brew install ffmpeg (macOS).";

function ffmpeg(service: string, given: readonly string[], input?: Iterable<Uint8Array>): Promise<Uint8Array> {
  return runProgram({ service, program: "ffmpeg", arguments: given, input, remedy });
}

export async function ffmpegVersion(service: string): Promise<string> {
  const output = await ffmpeg(service, ["-version"]);
  return /version (\S+)/.exec(new TextDecoder().decode(output))?.[1] ?? "unknown";
}

async function inFolder<Result>(use: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), "mmx-film-"));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export interface Film {
  readonly speech: FileValue;
  /** RGB, eight bits each, row by row. */
  readonly pictures: Iterable<Uint8Array>;
  /** Width and height of a picture in pixels. */
  readonly size: number;
  readonly framesPerSecond: number;
}

/** An mp4. Without dates or program names in the file, and with one thread: equal frames give equal bytes. */
export function encodeFilm(service: string, { speech, pictures, size, framesPerSecond }: Film): Promise<FileValue> {
  return inFolder(async (folder) => {
    const sound = join(folder, "speech.wav");
    const path = join(folder, "film.mp4");
    const raw = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", `${size}x${size}`, "-r", `${framesPerSecond}`, "-i", "-"];
    const video = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-pix_fmt", "yuv420p", "-threads", "1"];
    const audio = ["-c:a", "aac", "-b:a", "96k"];
    const exact = ["-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact"];
    await writeFile(sound, speech.bytes);
    const given = ["-v", "error", ...raw, "-i", sound, ...video, ...audio, ...exact, "-movflags", "+faststart", path];
    await ffmpeg(service, given, pictures);
    return { kind: "file", extension: "mp4", bytes: await readFile(path) };
  });
}

/** Positions of `count` of `total` frames from the first to the last, evenly apart; all of them where there are no more. */
export function evenlySpaced(total: number, count: number): readonly number[] {
  if (total <= count) return Array.from({ length: total }, (_, at) => at);
  if (count === 1) return [0];
  return Array.from({ length: count }, (_, at) => Math.round((at * (total - 1)) / (count - 1)));
}

/** At most `count` frames of a film as jpg, evenly spaced from its first to its last. Throws a `ServiceError` where it has none. */
export function framesOf(service: string, film: FileValue, count: number): Promise<readonly FileValue[]> {
  return inFolder(async (folder) => {
    // A file, not a pipe: the index of an mp4 may stand at its end.
    const path = join(folder, `film.${film.extension}`);
    await writeFile(path, film.bytes);
    const source = ["-v", "error", "-i", path, "-map", "0:v:0", "-fps_mode", "passthrough"];
    const progress = await ffmpeg(service, [...source, "-f", "null", "-progress", "-", join(folder, "none")]);
    const total = Number(/.*frame=(\d+)/s.exec(new TextDecoder().decode(progress))?.[1] ?? 0);
    if (total === 0) throw new ServiceError(service, "was given a film without frames");
    const wanted = evenlySpaced(total, count).map((at) => `eq(n,${at})`);
    const jpg = ["-c:v", "mjpeg", "-q:v", "3", "-pix_fmt", "yuvj420p", "-threads", "1", "-flags:v", "+bitexact"];
    await ffmpeg(service, [
      ...source,
      "-vf",
      `select=${wanted.join("+")}`.replaceAll(",", "\\,"),
      ...jpg,
      join(folder, "frame-%03d.jpg"),
    ]);
    const names = (await readdir(folder)).filter((name) => name.startsWith("frame-")).sort();
    return Promise.all(
      names.map(
        async (name): Promise<FileValue> => ({ kind: "file", extension: "jpg", bytes: await readFile(join(folder, name)) }),
      ),
    );
  });
}

/** A picture's pixels, RGB, eight bits each, scaled to a square of `size` pixels. */
export function pixelsOf(service: string, picture: FileValue, size: number): Promise<Uint8Array> {
  const square = ["-vf", `scale=${size}:${size}`, "-f", "rawvideo", "-pix_fmt", "rgb24", "-frames:v", "1"];
  return ffmpeg(service, ["-v", "error", "-i", "-", ...square, "-"], [picture.bytes]);
}

// The diagnostics of the syntax stage, MMX1xxx.
import { labelsRange } from "./labels-range.ts";
import { leadingOperator } from "./leading-operator.ts";
import { lostResult } from "./lost-result.ts";
import { missingBlock } from "./missing-block.ts";
import { missingHeader } from "./missing-header.ts";
import { missingValue } from "./missing-value.ts";
import { mixedBraces } from "./mixed-braces.ts";
import { reservedWord } from "./reserved-word.ts";
import { sideBySide } from "./side-by-side.ts";
import { strayBracket } from "./stray-bracket.ts";
import { unclosedBracket } from "./unclosed-bracket.ts";
import { unclosedString } from "./unclosed-string.ts";
import { unexpected } from "./unexpected.ts";
import { unknownCharacter } from "./unknown-character.ts";
import { unknownDeclaration } from "./unknown-declaration.ts";
import { unsupportedVersion } from "./unsupported-version.ts";
import { wrongSign } from "./wrong-sign.ts";

export const syntaxDiagnostics = [
  unexpected,
  unknownCharacter,
  unclosedString,
  unclosedBracket,
  strayBracket,
  missingHeader,
  unsupportedVersion,
  reservedWord,
  lostResult,
  unknownDeclaration,
  wrongSign,
  missingBlock,
  leadingOperator,
  mixedBraces,
  labelsRange,
  sideBySide,
  missingValue,
] as const;

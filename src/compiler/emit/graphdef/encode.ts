// Writes a TensorFlow graph as the bytes of a SavedModel. Field numbers are those of tensorflow/core/framework/*.proto and
// tensorflow/core/protobuf/{saved_model,meta_graph}.proto.
import { bytes, entry, type Field, integer, message, packed } from "./protobuf.ts";
import {
  type Argument,
  type AttributeValue,
  dataType,
  type FunctionRecord,
  type GraphRecord,
  type NodeRecord,
} from "./records.ts";

/** The graph's version, that of TensorFlow 2.9: older ones need not read it, newer ones keep its meaning. */
const producer = 1087;

/** The bytes of `saved_model.pb`, with one graph under the tag `serve`. */
export function encodeSavedModel(graph: GraphRecord): Uint8Array {
  const information = bytes(1, bytes(4, "serve"));
  const metaGraph = message(information, bytes(2, encodeGraph(graph)));
  return message(integer(1, 1), bytes(2, metaGraph));
}

function encodeGraph({ nodes, functions }: GraphRecord): Uint8Array {
  const library = bytes(2, message(functions.map((each) => bytes(1, encodeFunction(each)))));
  return message(
    nodes.map((node) => bytes(1, encodeNode(node))),
    library,
    bytes(4, integer(1, producer)),
  );
}

function encodeNode({ name, op, inputs, attributes }: NodeRecord): Uint8Array {
  return message(
    bytes(1, name),
    bytes(2, op),
    inputs.map((input) => bytes(3, input)),
    encodeAttributes(5, attributes),
  );
}

function encodeFunction(record: FunctionRecord): Uint8Array {
  const argument = (field: number, { name, type }: Argument): Field =>
    bytes(field, message(bytes(1, name), integer(3, dataType[type])));
  const signature = message(
    bytes(1, record.name),
    record.arguments.map((each) => argument(2, each)),
    record.results.map((each) => argument(3, each)),
    record.effects.length > 0 ? integer(17, true) : [],
    record.effects.map((effect) => bytes(20, effect)),
  );
  return message(
    bytes(1, signature),
    record.nodes.map((node) => bytes(3, encodeNode(node))),
    record.results.map(({ name, value }) => entry(4, name, bytes(2, value))),
    encodeAttributes(5, record.attributes),
    record.effects.map((effect) => entry(6, effect, bytes(2, effect))),
  );
}

function encodeAttributes(field: number, attributes: Readonly<Record<string, AttributeValue>>): readonly Field[] {
  return Object.entries(attributes).map(([name, value]) => entry(field, name, bytes(2, encodeAttribute(value))));
}

function encodeAttribute(value: AttributeValue): Uint8Array {
  if ("integer" in value) return integer(3, value.integer);
  if ("boolean" in value) return integer(5, value.boolean);
  if ("text" in value) return bytes(2, value.text);
  if ("type" in value) return integer(6, dataType[value.type]);
  if ("shape" in value) return bytes(7, encodeShape(value.shape));
  if ("called" in value) return bytes(10, bytes(1, value.called));
  if ("types" in value) {
    return bytes(
      1,
      packed(
        6,
        value.types.map((type) => dataType[type]),
      ),
    );
  }
  if ("shapes" in value) return bytes(1, message(value.shapes.map((shape) => bytes(7, encodeShape(shape)))));
  const { type, shape, content } = value.tensor;
  return bytes(8, message(integer(1, dataType[type]), bytes(2, encodeShape(shape)), bytes(4, content)));
}

function encodeShape(shape: readonly number[]): Uint8Array {
  return message(shape.map((size) => bytes(2, integer(1, size))));
}

"""Makes the three tiny models of this folder: a few numbers each, in the layout in which real ones come, so that the real packages run
them. Their weights are fractions that float32 holds exactly, and the tests work the results out by hand.
Usage: python make_models.py, with the packages onnx and numpy."""

import json
import pathlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HERE = pathlib.Path(__file__).parent
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "fine", "good", "bad", "film", "not"]


def save(folder, config, inputs, outputs, nodes, weights, others):
    place = HERE / folder
    (place / "onnx").mkdir(parents=True, exist_ok=True)
    graph = helper.make_graph(nodes, folder, inputs, outputs, [numpy_helper.from_array(value, name) for name, value in weights.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, place / "onnx" / "model.onnx")
    for name, content in {"config.json": config, **others}.items():
        (place / name).write_text(json.dumps(content, indent=1) + "\n")


def states(shape):
    return [helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, shape)]


# Token t becomes (t, t / 2, -t, 1).
tokens = np.array([[t, t / 2, -t, 1] for t in range(len(WORDS))], np.float32)
special = [{"id": at, "content": word, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
           for at, word in enumerate(WORDS[:5])]
save(
    "text",
    {"model_type": "bert", "hidden_size": 4, "max_position_embeddings": 16},
    [helper.make_tensor_value_info("input_ids", TensorProto.INT64, [1, "T"])],
    states([1, "T", 4]),
    [helper.make_node("Gather", ["tokens", "input_ids"], ["last_hidden_state"])],
    {"tokens": tokens},
    {
        "tokenizer_config.json": {"tokenizer_class": "BertTokenizer", "do_lower_case": True, "model_max_length": 16,
                                  "cls_token": "[CLS]", "sep_token": "[SEP]", "pad_token": "[PAD]", "unk_token": "[UNK]"},
        "tokenizer.json": {
            "version": "1.0", "truncation": None, "padding": None, "added_tokens": special,
            "normalizer": {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True},
            "pre_tokenizer": {"type": "BertPreTokenizer"},
            "post_processor": {"type": "TemplateProcessing",
                               "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
                                          {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
                               "pair": [], "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [2], "tokens": ["[CLS]"]},
                                                              "[SEP]": {"id": "[SEP]", "ids": [3], "tokens": ["[SEP]"]}}},
            "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
            "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
                      "vocab": {word: at for at, word in enumerate(WORDS)}},
        },
    },
)

# A frame is 160 samples, which is 10 ms: their sum / 160, and twice that.
save(
    "audio",
    {"model_type": "wav2vec2", "hidden_size": 2},
    [helper.make_tensor_value_info("input_values", TensorProto.FLOAT, [1, "N"])],
    states([1, "T", 2]),
    [
        helper.make_node("Unsqueeze", ["input_values", "axis"], ["channels"]),
        helper.make_node("Conv", ["channels", "frames"], ["framed"], kernel_shape=[160], strides=[160]),
        helper.make_node("Transpose", ["framed"], ["last_hidden_state"], perm=[0, 2, 1]),
    ],
    {"axis": np.array([1], np.int64), "frames": np.stack([np.full((1, 160), 1 / 160), np.full((1, 160), 2 / 160)]).astype(np.float32)},
    {"preprocessor_config.json": {"feature_extractor_type": "Wav2Vec2FeatureExtractor", "sampling_rate": 16000, "feature_size": 1,
                                  "do_normalize": False, "padding_value": 0.0, "return_attention_mask": False}},
)

# A patch is 4 x 4 pixels: the means of its red, its green and its blue, between 0 and 1.
patch = np.zeros((3, 3, 4, 4), np.float32)
for colour in range(3):
    patch[colour, colour] = 1 / 16
save(
    "image",
    {"model_type": "vit", "hidden_size": 3},
    [helper.make_tensor_value_info("pixel_values", TensorProto.FLOAT, [1, 3, 8, 8])],
    states([1, 4, 3]),
    [
        helper.make_node("Conv", ["pixel_values", "patch"], ["patches"], kernel_shape=[4, 4], strides=[4, 4]),
        helper.make_node("Reshape", ["patches", "flat"], ["listed"]),
        helper.make_node("Transpose", ["listed"], ["last_hidden_state"], perm=[0, 2, 1]),
    ],
    {"patch": patch, "flat": np.array([1, 3, 4], np.int64)},
    {"preprocessor_config.json": {"image_processor_type": "ViTImageProcessor", "do_resize": True, "size": {"height": 8, "width": 8},
                                  "resample": 2, "do_rescale": True, "rescale_factor": 1 / 255, "do_normalize": False,
                                  "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}},
)

"""Files of many architectures: sizes, precision of their weights, and what is said of strange ones.

The files hold what models are known by; `billions` is the total that the maker states.
"""

import json
from pathlib import Path

import pytest

from gigawatt.catalog import load_catalog
from gigawatt.errors import InputError
from gigawatt.performance.configs import read_config, shape_from_config
from gigawatt.performance.models import resolve_model
from gigawatt.performance.shapes import require_supported, shape_from_record, total_params

EXAMPLES = json.loads(Path(__file__).with_name("config_examples.json").read_text())
SIZED = [name for name, held in EXAMPLES.items() if held["billions"]]
PRECISION = {
    "glm-4.6-fp8": "fp8", "deepseek-v3.2": "fp8", "gpt-oss-120b": "mxfp4", "gpt-oss-quark": "mxfp4",
    "llama-4-maverick": "fp8", "llama-4-scout": "bf16", "llama-70b-nvfp4": "nvfp4",
    "llama-70b-w4a8-awq": "int4", "qwen2.5-72b-awq": "int4", "mixtral-gptq": "int4",
    "kimi-k2.5-int4": "int4", "minimax-m2": "fp8",
}  # fmt: skip
REFUSED = {
    "falcon-h1-34b": "side by side", "rwkv-7": "recurrent", "llada-diffusion": "diffusion",
    "brandnew": "hyena",
}  # fmt: skip


def shape(name):
    return shape_from_config(EXAMPLES[name]["config"], name)


@pytest.mark.parametrize("name", [n for n in SIZED if n not in REFUSED])
def test_the_weights_are_those_that_the_maker_states(name):
    found = require_supported(shape(name))
    assert total_params(found) / 1e9 == pytest.approx(EXAMPLES[name]["billions"], rel=0.025)
    assert not any("not known here" in text for text in found.approximations) or "nested" in name


@pytest.mark.parametrize("name", PRECISION)
def test_the_precision_of_the_weights_is_read(name):
    assert shape(name).native_precision == PRECISION[name]


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_represented_is_refused_by_name(name):
    with pytest.raises(InputError, match=REFUSED[name]):
        require_supported(shape(name))


def test_an_unknown_architecture_says_so():
    config = {**EXAMPLES["phi-4"]["config"], "model_type": "zyxw"}
    assert shape("phi-4").approximations == ()
    assert "'zyxw' is not known" in shape_from_config(config, "new").approximations[0]


def test_blocks_of_an_architecture_search_are_counted():
    found = require_supported(shape("nemotron-ultra-253b"))
    assert (found.layers, found.attention_layers, found.kv_heads) == (162, 65, 8)


def test_shapes_of_cards_hold_their_totals(tmp_path):
    catalog = load_catalog()
    for name in ("longcat-flash", "minimax-m1", "step3-321b", "kimi-linear-48b-a3b",
                 "command-a-111b", "glm-4.7-flash", "granite-4.0-h-small"):  # fmt: skip
        record = catalog.record("models", name)
        weights = total_params(require_supported(shape_from_record(record))) / 1e9
        assert weights == pytest.approx(record.value("total_params_b"), rel=0.025), name
    assert resolve_model("Mistral Large 3", catalog).attention == "mla"
    path = tmp_path / "config.json"
    path.write_text(json.dumps(EXAMPLES["longcat-flash"]["config"]))
    assert read_config(path).top_k == 8
    assert resolve_model(str(path), catalog).id == "longcat-flash"


@pytest.mark.parametrize(
    ("algorithm", "precision"), [("NVFP4", "nvfp4"), ("FP8", "fp8"), ("W4A8_AWQ", "int4")]
)
def test_a_file_beside_tells_the_precision(tmp_path, algorithm, precision):
    config = {**EXAMPLES["llama-70b-nvfp4"]["config"]}
    config.pop("quantization_config")
    (tmp_path / "config.json").write_text(json.dumps(config))
    beside = {"quantization": {"quant_algo": algorithm, "kv_cache_quant_algo": "FP8"}}
    (tmp_path / "hf_quant_config.json").write_text(json.dumps(beside))
    assert read_config(tmp_path / "config.json").native_precision == precision


def test_strange_files_get_one_clear_error(tmp_path):
    path = tmp_path / "config.json"
    for text, words in (
        ("", "not JSON"), ("[]", "a JSON object"),
        ('{"num_hidden_layers": "x"}', "must be a number"),
        ('{"num_hidden_layers": 4, "hidden_size": 100, "num_attention_heads": 3, "vocab_size": 9}',
         "does not divide"),
        ('{"num_hidden_layers": -4}', "zero or more"), ('{"text_config": {}}', "no layers"),
    ):  # fmt: skip
        path.write_text(text)
        with pytest.raises(InputError, match=words):
            resolve_model(str(path), load_catalog())

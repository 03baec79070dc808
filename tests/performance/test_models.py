"""From names and config.json files to shapes; every name of the reference tables resolves."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from gigawatt.catalog import load_catalog
from gigawatt.errors import InputError
from gigawatt.performance.configs import read_config, shape_from_config
from gigawatt.performance.models import resolve_model
from gigawatt.performance.shapes import (
    active_params,
    kv_elements,
    kv_elements_per_token,
    layers_by_window,
    moe_layers,
    shape_from_record,
    softmax_layers,
    total_params,
)

CATALOG = load_catalog()
LLAMA = {
    "model_type": "llama", "num_hidden_layers": 32, "hidden_size": 4096, "vocab_size": 128256,
    "num_attention_heads": 32, "num_key_value_heads": 8, "intermediate_size": 14336,
    "max_position_embeddings": 131072, "hidden_act": "silu", "tie_word_embeddings": False,
}  # fmt: skip


def write(folder: Path, config: object) -> Path:
    path = folder / "config.json"
    path.write_text(json.dumps(config))
    return path


def test_every_name_of_the_reference_tables_resolves(shared: Path) -> None:
    seen = set()
    for folder in ("training", "inference"):
        for table in sorted((shared / "reference" / folder).glob("*.csv")):
            with table.open() as rows:
                for row in csv.DictReader(rows):
                    seen |= {row[k] for k in ("model", "model_path") if row.get(k)}
    assert len(seen) > 35
    for name in sorted(seen):
        assert resolve_model(name, CATALOG, supported=False).layers > 0, name


def test_the_89_public_shapes_agree_with_their_configurations(shared: Path) -> None:
    table = shared / "reference/catalog/model_configs.csv"
    columns = {
        "num_hidden_layers": "layers", "hidden_size": "hidden", "num_attention_heads": "heads",
        "num_key_value_heads": "kv_heads", "vocab_size": "vocab", "kv_lora_rank": "kv_lora_rank",
        "q_lora_rank": "q_lora_rank", "num_experts_per_tok": "top_k", "index_topk": "index_topk",
        "moe_intermediate_size": "expert_ffn", "max_position_embeddings": "context",
    }  # fmt: skip
    rows = list(csv.DictReader(table.read_text().splitlines()))
    assert len(rows) == 89
    variants = {"nvidia/MiniMax-M3-NVFP4": "expert_ffn", "nvidia/MiniMax-M2.7-NVFP4": "context"}
    for row in rows:
        shape = resolve_model(row["hf_id"], CATALOG, supported=False)
        for column, field in columns.items():
            if row[column] and variants.get(row["hf_id"]) != field:
                assert getattr(shape, field) == int(float(row[column])), (row["hf_id"], field)


@pytest.mark.parametrize(
    ("name", "model_id"),
    [
        ("GPT-3 175B", "gpt3-175b"), ("llama3-70b", "llama-3.1-70b"), ("LLaMA2-7B", "llama-2-7b"),
        ("llama3.1_405b", "llama-3.1-405b"), ("llama31_405b", "llama-3.1-405b"),
        ("DSV3", "deepseek-v3"), ("DeepSeek-V3 671B", "deepseek-v3"), ("530B", "gpt-megatron-530b"),
        ("Mixtral-8x7B-Instruct-v0.1", "mixtral-8x7b"), ("Kimi K2", "kimi-k2"),
        ("Qwen3-235B-A22B-Instruct-2507", "qwen3-235b-a22b"), ("llama2-70b-99.9", "llama-2-70b"),
        ("MT-NLG-530B 280 nodes", "gpt-megatron-530b"), ("gpt3", "gpt3-175b"),
        ("nvidia/Llama-3.1-8B-Instruct-FP8", "llama-3.1-8b"), ("zhipuai/GLM-5", "glm-5"),
    ],
)  # fmt: skip
def test_names_as_people_write_them(name: str, model_id: str) -> None:
    assert resolve_model(name, CATALOG).id == model_id


@pytest.mark.parametrize(
    "name", ["GPT-3 44B", "GLM-5.9", "Llama 3 90B", "DeepSeek-V9", "Qwen3 7B", "GLM-4.5 Flash"]
)
def test_a_name_that_is_not_known_is_not_taken_for_another(name: str) -> None:
    with pytest.raises(InputError, match="Unknown model"):
        resolve_model(name, CATALOG)


def test_a_checkpoint_carries_its_precision() -> None:
    assert resolve_model("nvidia/DeepSeek-V3.1-NVFP4", CATALOG).native_precision == "nvfp4"
    assert resolve_model("deepseek-ai/DeepSeek-V3", CATALOG).native_precision == "fp8"


def test_a_cut_model_keeps_its_kinds_of_layers() -> None:
    cut = resolve_model("DeepSeek-V3 cut to 4 layers", CATALOG)
    assert (cut.layers, cut.dense_layers, moe_layers(cut)) == (4, 1, 3)
    cut = resolve_model("Llama-3-70B cut to 12 layers", CATALOG)
    assert (cut.layers, cut.dense_layers) == (12, 12)


def test_active_parameters_against_what_makers_state() -> None:
    """Makers round, and count embeddings or not: within 17 % or 0.9 billion."""
    for record in CATALOG.records["models"].values():
        shape = shape_from_record(record)
        if "active_params_b" not in record.facts or shape.unsupported:
            continue
        ours, stated = active_params(shape) / 1e9, record.value("active_params_b")
        if abs(ours / stated - 1) > 0.03:
            print(
                f"{shape.id:32s} active {ours:7.2f} stated {stated:7.2f} {ours / stated - 1:+.1%}"
            )
        assert abs(ours - stated) < max(0.17 * stated, 0.9), shape.id


def test_what_cannot_be_computed_is_refused_with_the_reason(tmp_path: Path) -> None:
    path = write(tmp_path, {**LLAMA, "model_type": "rwkv"})
    with pytest.raises(InputError, match="a recurrent model"):
        resolve_model(str(path), CATALOG)
    refused = [i for i, r in CATALOG.records["models"].items() if r.attributes.get("unsupported")]
    assert not refused


def test_totals_of_hybrids_with_latent_mixtures_are_those_in_their_names() -> None:
    for name, total, active in (
        ("nvidia/NVIDIA-Nemotron-3-Ultra-550B-A55B-NVFP4", 550e9, 55e9),
        ("nvidia/NVIDIA-Nemotron-3.5-Lightning-30B-A3B-NVFP4", 31.6e9, 3.6e9),
        ("moonshotai/Kimi-K3", 2.77e12, 97e9),
    ):
        shape = resolve_model(name, CATALOG)
        assert total_params(shape) == pytest.approx(total, rel=0.01)
        assert active_params(shape) == pytest.approx(active, rel=0.03)


def test_hybrids_keep_a_cache_only_where_there_is_attention() -> None:
    qwen = resolve_model("Qwen/Qwen3.5-397B-A17B", CATALOG)
    assert (softmax_layers(qwen), qwen.linear_layers) == (15, 45)
    assert kv_elements_per_token(qwen) == 15 * 2 * 2 * 256
    state = qwen.linear_layers * qwen.linear_state
    assert kv_elements(qwen, 1000.0) == kv_elements_per_token(qwen) * 1000 + state
    nano = resolve_model("Nemotron 3 Nano", CATALOG)
    assert (softmax_layers(nano), nano.linear_layers, moe_layers(nano)) == (6, 23, 23)
    gemma = resolve_model("google/gemma-4-26B-A4B", CATALOG)
    assert layers_by_window(gemma) == (5, 25)


def test_a_config_file_is_what_the_user_has_at_hand(tmp_path: Path) -> None:
    shape = resolve_model(str(write(tmp_path, LLAMA)), CATALOG)
    assert total_params(shape) / 1e9 == pytest.approx(8.03, rel=0.001)
    assert resolve_model(str(tmp_path), CATALOG) == shape  # the folder will do
    nested = {"model_type": "some_vl", "text_config": LLAMA, "vision_config": {"hidden_size": 1}}
    assert shape_from_config(nested, "x").layers == 32


CONFIGS: list[tuple[dict[str, object], float]] = [
    ({"model_type": "gpt2", "n_layer": 48, "n_embd": 1600, "n_head": 25, "vocab_size": 50257,
      "n_positions": 1024, "activation_function": "gelu_new"}, 1.56),
    ({"model_type": "gpt_neox", "num_hidden_layers": 44, "hidden_size": 6144, "vocab_size": 50432,
      "num_attention_heads": 64, "intermediate_size": 24576, "hidden_act": "gelu_fast"}, 20.6),
    ({"model_type": "falcon", "num_hidden_layers": 32, "hidden_size": 4544, "vocab_size": 65024,
      "num_attention_heads": 71, "multi_query": True, "tie_word_embeddings": False}, 7.22),
    ({"model_type": "nemotron", "num_hidden_layers": 96, "hidden_size": 18432, "vocab_size": 256000,
      "num_attention_heads": 96, "num_key_value_heads": 8, "intermediate_size": 73728,
      "hidden_act": "relu2"}, 340),
    ({"model_type": "mixtral", "num_hidden_layers": 32, "hidden_size": 4096, "vocab_size": 32000,
      "num_attention_heads": 32, "num_key_value_heads": 8, "intermediate_size": 14336,
      "num_local_experts": 8, "num_experts_per_tok": 2, "sliding_window": None}, 46.7),
    ({"model_type": "qwen3_moe", "num_hidden_layers": 48, "hidden_size": 2048, "head_dim": 128,
      "num_attention_heads": 32, "num_key_value_heads": 4, "intermediate_size": 6144,
      "moe_intermediate_size": 768, "num_experts": 128, "num_experts_per_tok": 8,
      "vocab_size": 151936, "decoder_sparse_step": 1, "mlp_only_layers": []}, 30.5),
    ({"model_type": "glm4_moe", "num_hidden_layers": 92, "hidden_size": 5120, "head_dim": 128,
      "num_attention_heads": 96, "num_key_value_heads": 8, "intermediate_size": 12288,
      "moe_intermediate_size": 1536, "n_routed_experts": 160, "num_experts_per_tok": 8,
      "n_shared_experts": 1, "first_k_dense_replace": 3, "vocab_size": 151552}, 355),
    ({"model_type": "deepseek_v2", "num_hidden_layers": 27, "hidden_size": 2048,
      "num_attention_heads": 16, "num_key_value_heads": 16, "intermediate_size": 10944,
      "moe_intermediate_size": 1408, "n_routed_experts": 64, "n_shared_experts": 2,
      "num_experts_per_tok": 6, "first_k_dense_replace": 1, "moe_layer_freq": 1,
      "kv_lora_rank": 512, "q_lora_rank": None, "qk_nope_head_dim": 128, "qk_rope_head_dim": 64,
      "v_head_dim": 128, "vocab_size": 102400}, 15.7),
    ({"model_type": "phi3", "num_hidden_layers": 40, "hidden_size": 5120, "vocab_size": 100352,
      "num_attention_heads": 40, "num_key_value_heads": 10, "intermediate_size": 17920}, 14.7),
    ({"model_type": "gemma3_text", "num_hidden_layers": 62, "hidden_size": 5376, "head_dim": 128,
      "num_attention_heads": 32, "num_key_value_heads": 16, "intermediate_size": 21504,
      "vocab_size": 262208, "hidden_activation": "gelu_pytorch_tanh", "sliding_window": 1024,
      "sliding_window_pattern": 6, "tie_word_embeddings": True}, 27.0),
    ({"model_type": "llama4", "text_config": {
      "model_type": "llama4_text", "num_hidden_layers": 48, "hidden_size": 5120, "head_dim": 128,
      "num_attention_heads": 40, "num_key_value_heads": 8, "intermediate_size": 8192,
      "intermediate_size_mlp": 16384, "num_local_experts": 128, "num_experts_per_tok": 1,
      "interleave_moe_layer_step": 2, "attention_chunk_size": 8192, "vocab_size": 202048}}, 400),
    ({"model_type": "dbrx", "n_layers": 40, "d_model": 6144, "n_heads": 48, "vocab_size": 100352,
      "attn_config": {"kv_n_heads": 8}, "ffn_config": {
          "ffn_hidden_size": 10752, "moe_num_experts": 16, "moe_top_k": 4}}, 132),
    ({"model_type": "mpt", "n_layers": 48, "d_model": 7168, "n_heads": 64, "vocab_size": 50432,
      "expansion_ratio": 4}, 30.0),
]  # fmt: skip


@pytest.mark.parametrize(
    ("config", "billion"), CONFIGS, ids=[str(c["model_type"]) for c, _ in CONFIGS]
)
def test_config_files_of_many_architectures(config: dict[str, object], billion: float) -> None:
    ours = total_params(shape_from_config(config, "x")) / 1e9
    print(f"{config['model_type']}: {ours:.2f} against {billion} ({ours / billion - 1:+.2%})")
    assert ours == pytest.approx(billion, rel=0.01)


def test_layers_found_by_search_are_counted_and_averaged() -> None:
    """Llama 3.3 Nemotron Super 49B: 49.87 bn weights as published, cache of 49 of its 80 layers."""
    widths = {5.25: 49, 1.3125: 10, 1.0: 8, 2.625: 6, 0.5: 6, 3.28125: 1}
    ffn = [mult for mult, count in widths.items() for _ in range(count)]
    blocks = [
        {"attention": {"no_op": i >= 49, "n_heads_in_group": 8 if i < 49 else None},
         "ffn": {"ffn_mult": mult, "no_op": False}}
        for i, mult in enumerate(ffn)
    ]  # fmt: skip
    raw = {
        "model_type": "nemotron-nas", "num_hidden_layers": 80, "hidden_size": 8192,
        "num_attention_heads": 64, "vocab_size": 128256, "max_position_embeddings": 131072,
        "block_configs": blocks,
    }  # fmt: skip
    shape = shape_from_config(raw, "nas")
    assert total_params(shape) == pytest.approx(49.87e9, rel=1e-3)
    assert kv_elements_per_token(shape) == 49 * 2 * 8 * 128
    held = resolve_model("nvidia/Llama-3_3-Nemotron-Super-49B-v1_5", CATALOG)
    assert total_params(held) == total_params(shape)
    odd = [{**blocks[0], "attention": {"replace_with_linear": True}}, *blocks[1:]]
    assert shape_from_config({**raw, "block_configs": odd}, "odd").unsupported


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"num_hidden_layers": None}, "no layers"),
        ({"hidden_size": 0}, "no hidden"),
        ({"hidden_size": -1}, "must be a number"),
        ({"num_attention_heads": 7}, "does not divide"),
        ({"vocab_size": "many"}, "must be a number"),
    ],
)
def test_a_config_with_a_wrong_size_is_one_clear_error(
    tmp_path: Path, change: dict[str, object], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        read_config(write(tmp_path, {**LLAMA, **change}))


def test_files_that_are_no_config(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="can't be read"):
        resolve_model(str(tmp_path / "none.json"), CATALOG)
    with pytest.raises(InputError, match="JSON object"):
        read_config(write(tmp_path, [1]))
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(InputError, match="not JSON"):
        read_config(tmp_path / "config.json")
    with pytest.raises(InputError, match="state-space"):
        resolve_model(str(write(tmp_path, {**LLAMA, "model_type": "mamba"})), CATALOG)


@pytest.mark.parametrize(
    ("quantization", "precision"),
    [
        ({"quant_method": "compressed-tensors", "format": "float-quantized", "config_groups": {
            "group_0": {"weights": {"num_bits": 8, "type": "float"}}}}, "fp8"),
        ({"quant_method": "compressed-tensors", "format": "int-quantized", "config_groups": {
            "group_0": {"weights": {"num_bits": 8, "type": "int"}}}}, "int8"),
        ({"quant_method": "compressed-tensors", "format": "pack-quantized", "config_groups": {
            "group_0": {"weights": {"num_bits": 4, "type": "int"}}}}, "int4"),
        ({"quant_method": "compressed-tensors", "format": "nvfp4-pack-quantized", "config_groups": {
            "group_0": {"weights": {"num_bits": 4, "type": "float"}}}}, "nvfp4"),
        ({"quant_method": "fp8", "weight_block_size": [128, 128]}, "fp8"),
        ({"quant_method": "gptq", "bits": 8}, "int8"),
        ({"quant_method": "awq", "bits": 4}, "int4"),
        ({"quant_method": "bitsandbytes", "load_in_4bit": True}, "int4"),
        ({"quant_method": "mxfp4"}, "mxfp4"),
    ],
    ids=str,
)  # fmt: skip
def test_a_config_tells_how_its_weights_are_stored(
    quantization: dict[str, object], precision: str
) -> None:
    shape = shape_from_config({**LLAMA, "quantization_config": quantization}, "x")
    assert shape.native_precision == precision


def test_sizes_that_gemma_3_leaves_to_its_class() -> None:
    text = {"model_type": "gemma3_text", "hidden_size": 2560, "intermediate_size": 10240,
            "num_hidden_layers": 34, "sliding_window": 1024}  # fmt: skip
    ours = shape_from_config({"model_type": "gemma3", "text_config": text}, "x")
    catalog = resolve_model("google/gemma-3-4b-it", load_catalog())
    for name in ("heads", "kv_heads", "head_dim", "sliding_window", "windowed_layers"):
        assert getattr(ours, name) == getattr(catalog, name), name
    assert total_params(ours) == pytest.approx(total_params(catalog), rel=0.01)


@pytest.mark.parametrize(
    ("name", "id_"),
    [
        ("Qwen/QwQ-32B-AWQ", "qwen2.5-32b"),
        ("RedHatAI/Meta-Llama-3.1-70B-Instruct-quantized.w8a8", "llama-3.1-70b"),
        ("mistralai/Devstral-Small-2507", "mistral-small-24b"),
        ("Qwen/Qwen3-Coder-Next", "qwen3-next-80b-a3b"),
        ("Qwen/Qwen3-Coder-30B-A3B-Instruct-FP8", "qwen3-30b-a3b"),
    ],
)
def test_names_of_checkpoints_of_a_known_shape(name: str, id_: str) -> None:
    assert resolve_model(name, load_catalog()).id == id_


def test_a_file_of_a_known_shape_goes_by_the_catalogs_id(tmp_path: Path) -> None:
    folder = tmp_path / "my-tuned-70b"
    folder.mkdir()
    sizes = {"hidden_size": 8192, "intermediate_size": 28672, "num_hidden_layers": 80,
             "num_attention_heads": 64, "num_key_value_heads": 8, "vocab_size": 128256}  # fmt: skip
    path = write(folder, {"model_type": "llama", **sizes})
    shape = resolve_model(str(path), load_catalog())
    assert (shape.id, shape.name) == ("llama-3.1-70b", "my-tuned-70b")
    qwen = {"model_type": "qwen3_moe", "hidden_size": 4096, "intermediate_size": 12288,
            "moe_intermediate_size": 1536, "num_hidden_layers": 94, "num_attention_heads": 64,
            "num_key_value_heads": 4, "head_dim": 128, "num_experts": 128,
            "num_experts_per_tok": 8, "vocab_size": 151936}  # fmt: skip
    assert resolve_model(str(write(folder, qwen)), load_catalog()).id == "qwen3-235b-a22b"
    other = write(folder, {"model_type": "llama", **sizes, "num_hidden_layers": 81})
    assert resolve_model(str(other), load_catalog()).id == "my-tuned-70b"

"""Makes test/reference/llama: small random models of the Llama family saved by transformers, and what they compute.

usage: python test/reference/llama.py        (pip install torch transformers safetensors)
One folder a model. In its expected.safetensors stand: the logits of a batch padded on the right, by transformers with
its attention mask, at the positions before the padding; the gradients of the language model's mean loss over
that batch; the scores of a sequence classification head (its weight beside it); and the ids of greedy generation.
"""
import pathlib
import shutil

import torch
from safetensors.torch import save_file
from transformers import (LlamaConfig, LlamaForCausalLM, LlamaForSequenceClassification, MistralConfig, MistralForCausalLM,
                          MistralForSequenceClassification, Qwen2Config, Qwen2ForCausalLM, Qwen2ForSequenceClassification,
                          Qwen3Config, Qwen3ForCausalLM, Qwen3ForSequenceClassification)

root = pathlib.Path(__file__).parent / "llama"
shutil.rmtree(root, ignore_errors=True)
torch.set_num_threads(1)
common = dict(vocab_size=48, hidden_size=16, intermediate_size=20, num_hidden_layers=2, num_attention_heads=4,
              max_position_embeddings=24, initializer_range=0.2, bos_token_id=1, eos_token_id=0)
llama = (LlamaConfig, LlamaForCausalLM, LlamaForSequenceClassification)
mistral = (MistralConfig, MistralForCausalLM, MistralForSequenceClassification)
qwen2 = (Qwen2Config, Qwen2ForCausalLM, Qwen2ForSequenceClassification)
qwen3 = (Qwen3Config, Qwen3ForCausalLM, Qwen3ForSequenceClassification)
llama3_rope = dict(rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
                   original_max_position_embeddings=32, rope_theta=100.0)  # one pair kept, one in between, two stretched
yarn_rope = dict(rope_type="yarn", factor=4.0, original_max_position_embeddings=16, beta_fast=2.0, rope_theta=100.0)
models = {
    "llama2": (llama, dict(num_key_value_heads=4)),
    "llama3": (llama, dict(num_key_value_heads=2, head_dim=8, max_position_embeddings=64, rope_parameters=llama3_rope,
                           eos_token_id=[0, 2])),
    "smollm2": (llama, dict(num_key_value_heads=1, tie_word_embeddings=True, rope_parameters=dict(rope_type="default", rope_theta=100000.0))),
    "tinyllama": (llama, dict(num_key_value_heads=2, attention_bias=True, mlp_bias=True,
                              rope_parameters=dict(rope_type="linear", factor=2.0, rope_theta=10000.0))),
    "mistral": (mistral, dict(num_key_value_heads=2, sliding_window=None, head_dim=6)),
    "qwen2": (qwen2, dict(num_key_value_heads=2, tie_word_embeddings=True)),
    "qwen2-yarn": (qwen2, dict(num_key_value_heads=2, head_dim=16, max_position_embeddings=64, rope_parameters=yarn_rope)),
    "qwen3": (qwen3, dict(num_key_value_heads=2, head_dim=8, tie_word_embeddings=True)),
    "qwen3-biased": (qwen3, dict(num_key_value_heads=4, head_dim=4, attention_bias=True)),
}

lengths = [12, 7, 3]
for seed, (name, ((config_class, model_class, reward_class), settings)) in enumerate(models.items()):
    torch.manual_seed(seed)
    shape = {**common, **settings}
    model = model_class(config_class(**shape)).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() == 1:
                parameter.add_(0.1 * torch.randn_like(parameter))  # biases and gains that do something
    tokens = torch.zeros(len(lengths), max(lengths), dtype=torch.int64)
    mask = torch.zeros_like(tokens)
    for row, length in enumerate(lengths):
        tokens[row, :length] = torch.randint(3, 48, (length,))
        mask[row, :length] = 1
    logits = model(tokens, attention_mask=mask).logits
    targets = tokens[:, 1:].masked_fill(mask[:, 1:] == 0, -100)
    loss = torch.nn.functional.cross_entropy(logits[:, :-1].flatten(0, 1), targets.flatten())
    loss.backward()
    expected = {"tokens": tokens.to(torch.float32), "lengths": torch.tensor(lengths, dtype=torch.float32),
                "loss": loss.detach().reshape(1)}
    for row, length in enumerate(lengths):
        expected[f"logits.{row}"] = logits[row, :length].detach()
    for parameter_name, parameter in model.named_parameters():
        expected[f"gradient.{parameter_name}"] = parameter.grad.clone()
    with torch.no_grad():
        greedy = model.generate(tokens[1:2, :7], attention_mask=torch.ones(1, 7, dtype=torch.int64), do_sample=False,
                                max_new_tokens=16, min_new_tokens=16, pad_token_id=0)
        expected["greedy"] = greedy[0, 7:].to(torch.float32)
        reward = reward_class(config_class(**{**shape, "num_labels": 1, "pad_token_id": 0})).eval()
        reward.model.load_state_dict(model.model.state_dict())
        reward.score.weight.normal_(0, 0.3)
        expected["score.weight"] = reward.score.weight.detach()
        expected["scores"] = reward(tokens, attention_mask=mask).logits[:, 0]
    model.save_pretrained(root / name)
    (root / name / "generation_config.json").unlink(missing_ok=True)
    save_file({key: tensor.contiguous() for key, tensor in expected.items()}, root / name / "expected.safetensors")
    print(name, loss.item())

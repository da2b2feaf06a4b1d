"""Makes test/reference/lora: adapters that PEFT saved over the models of gpt2.py and llama.py, and what they compute.

usage: python test/reference/lora.py        (pip install torch transformers peft safetensors; after gpt2.py and llama.py)
One folder an adapter, as PEFT writes it. In its expected.safetensors stand: the tokens of one row, the logits with the
adapter (or the score at the last token), and the gradients of the mean loss (of the score) by the adapter's parameters.
"""
import json
import pathlib
import shutil

import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification

here = pathlib.Path(__file__).parent
root = here / "lora"
shutil.rmtree(root, ignore_errors=True)
torch.set_num_threads(1)
adapters = {
    "gpt2": ("gpt2/language", "CAUSAL_LM", dict(r=3, lora_alpha=6, target_modules="all-linear", fan_in_fan_out=True)),
    "gpt2-attention": ("gpt2/language", "CAUSAL_LM", dict(r=2, lora_alpha=1, target_modules=["attn.c_proj", "c_attn"],
                                                          fan_in_fan_out=True)),
    "llama3": ("llama/llama3", "CAUSAL_LM", dict(r=4, lora_alpha=8, target_modules=["q_proj", "v_proj", "down_proj"])),
    "qwen2-stabilised": ("llama/qwen2", "CAUSAL_LM", dict(r=4, lora_alpha=2, target_modules="all-linear", use_rslora=True)),
    "reward": ("gpt2/reward", "SEQ_CLS", dict(r=2, lora_alpha=4, target_modules=["c_attn"], fan_in_fan_out=True)),
}
for seed, (name, (base, task, settings)) in enumerate(adapters.items()):
    torch.manual_seed(seed)
    scalar = task == "SEQ_CLS"
    model_class = AutoModelForSequenceClassification if scalar else AutoModelForCausalLM
    model = get_peft_model(model_class.from_pretrained(here / base), LoraConfig(task_type=task, **settings)).eval()
    with torch.no_grad():
        for parameter_name, parameter in model.named_parameters():
            if parameter.requires_grad:
                parameter.normal_(0, 0.2)
    tokens = torch.randint(3, 48, (1, 11))
    logits = model(tokens).logits
    loss = logits[0, 0] if scalar else torch.nn.functional.cross_entropy(logits[0, :-1], tokens[0, 1:])
    loss.backward()
    expected = {"tokens": tokens.to(torch.float32), "value": logits[0].detach().clone(), "loss": loss.detach().reshape(1)}
    for parameter_name, parameter in model.named_parameters():
        if parameter.requires_grad:
            key = parameter_name.removeprefix("base_model.model.").replace(".default", "").replace(".modules_to_save", "")
            expected[f"gradient.{key}"] = parameter.grad.clone()
    model.save_pretrained(root / name)
    (root / name / "README.md").unlink(missing_ok=True)
    config_path = root / name / "adapter_config.json"
    config = json.loads(config_path.read_text())
    config["base_model_name_or_path"] = f"../../{base}"
    config["target_modules"] = sorted(config["target_modules"])
    config_path.write_text(json.dumps(config, indent=2) + "\n")
    save_file({key: tensor.contiguous() for key, tensor in expected.items()}, root / name / "expected.safetensors")
    print(name, loss.item(), sorted(key for key in expected if "layers.0" in key or "h.0" in key or "score" in key)[:6])

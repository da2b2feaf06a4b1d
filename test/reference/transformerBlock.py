"""Writes transformerBlock.json: a small transformer's loss and gradients, and a few functions at
extreme arguments, by PyTorch in float64. Run with torch 2.13: python transformerBlock.py"""

import json
import math
import pathlib

import torch
import torch.nn.functional as F

torch.manual_seed(7)
torch.set_default_dtype(torch.float64)
B, T, C, H, V = 2, 5, 8, 2, 11

shapes = {
    "wte": (V, C),
    "wpe": (T, C),
    "ln1.weight": (C,),
    "ln1.bias": (C,),
    "attn.weight": (C, 3 * C),
    "attn.bias": (3 * C,),
    "proj.weight": (C, C),
    "proj.bias": (C,),
    "ln2.weight": (C,),
    "ln2.bias": (C,),
    "fc.weight": (C, 4 * C),
    "fc.bias": (4 * C,),
    "out.weight": (4 * C, C),
    "out.bias": (C,),
    "lnf.weight": (C,),
    "lnf.bias": (C,),
}
# Rounded to float32 so that both sides start from the same numbers.
p = {
    name: (torch.randn(shape) * 0.5).float().double().requires_grad_()
    for name, shape in shapes.items()
}
tokens = torch.randint(0, V, (B, T))
targets = torch.randint(0, V, (B, T))


def norm(x, name):
    return F.layer_norm(x, (C,), p[f"{name}.weight"], p[f"{name}.bias"])


def heads(x):
    return x.view(B, T, H, C // H).transpose(1, 2)


h = p["wte"][tokens] + p["wpe"]
q, k, v = (norm(h, "ln1") @ p["attn.weight"] + p["attn.bias"]).split(C, dim=2)
attended = F.scaled_dot_product_attention(heads(q), heads(k), heads(v), is_causal=True)
h = h + attended.transpose(1, 2).reshape(B, T, C) @ p["proj.weight"] + p["proj.bias"]
inner = F.gelu(norm(h, "ln2") @ p["fc.weight"] + p["fc.bias"], approximate="tanh")
h = h + inner @ p["out.weight"] + p["out.bias"]
logits = norm(h, "lnf") @ p["wte"].T
loss = F.cross_entropy(logits.view(-1, V), targets.view(-1))
loss.backward()

x = torch.tensor([-100.0, -20.0, -5.0, -0.5, 0.0, 0.5, 5.0, 20.0, 100.0])
functions = {
    "sigmoid": torch.sigmoid,
    "softplus": F.softplus,
    "logSigmoid": F.logsigmoid,
    "tanh": torch.tanh,
    "gelu": lambda z: F.gelu(z, approximate="tanh"),
    "softmax": lambda z: torch.softmax(z, -1),
    "logSoftmax": lambda z: torch.log_softmax(z, -1),
}


def with_slopes(function):
    z = x.clone().requires_grad_()
    y = function(z)
    (y * torch.arange(1.0, len(x) + 1)).sum().backward()
    return {"values": y.tolist(), "slopes": z.grad.tolist()}


def ties(function):
    a = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    b = torch.tensor([1.0, 3.0, 2.0], requires_grad=True)
    function(a, b).sum().backward()
    return {"a": a.grad.tolist(), "b": b.grad.tolist()}


z = torch.tensor([[2.0, 5.0, 5.0], [1.0, 1.0, 1.0]], requires_grad=True)
z.amax(1).sum().backward()

fixture = {
    "torch": torch.__version__.split("+")[0],
    "sizes": {"B": B, "T": T, "C": C, "H": H, "V": V},
    "tokens": tokens.flatten().tolist(),
    "targets": targets.flatten().tolist(),
    "parameters": {
        name: {
            "shape": list(value.shape),
            "values": value.detach().flatten().tolist(),
            "gradient": value.grad.flatten().tolist(),
        }
        for name, value in p.items()
    },
    "loss": loss.item(),
    "logits": logits.flatten().tolist(),
    "extremes": {"x": x.tolist(), **{name: with_slopes(f) for name, f in functions.items()}},
    "ties": {
        "minimum": ties(torch.minimum),
        "maximum": ties(torch.maximum),
        "amax": z.grad.flatten().tolist(),
    },
}
assert math.isfinite(fixture["loss"])
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(fixture) + "\n")

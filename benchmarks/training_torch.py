"""The peers of the training benchmark: the same RoFormer and the same contrastive step in PyTorch, without compilation.

`eager` is the model as a person writes it down: torch.nn modules, scores, softmax and mixture as three steps,
torch.optim.AdamW as it comes. `sdpa+fused` asks PyTorch for its fastest forms: scaled_dot_product_attention and the
fused AdamW.

Reads one JSON object as the first line of standard input: which peer, size of the model, file of its initial weights,
batch, threads. Answers with the version, the number of parameters and the loss before any update, so that the caller can
see that both compute the same function. Then for every line `N` makes N updates and answers with the milliseconds of
each, on the clock and of processor time.
"""
import json
import math
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn


def load_parameters(model, path, entries):
    """Raw float32, one tensor after the other; matrices of linear layers are turned to PyTorch's [out, in]."""
    with open(path, "rb") as file:
        data = torch.frombuffer(bytearray(file.read()), dtype=torch.float32)
    parameters, at = dict(model.named_parameters()), 0
    for name, shape in entries:
        size = math.prod(shape)
        tensor = data[at : at + size].reshape(shape)
        is_linear = name.startswith("layers.") and len(shape) == 2
        with torch.no_grad():
            parameters.pop(torch_name(name)).copy_(tensor.t() if is_linear else tensor)
        at += size
    if parameters:
        raise ValueError(f"no weights were given for {', '.join(parameters)}")


def torch_name(name):
    """A norm's scale is PyTorch's weight."""
    if name == "embeddings.token":
        return "token.weight"
    return name.replace("embeddings.norm", "norm").replace("scale", "weight")


class RotaryTables:
    def __init__(self, head_dim, base, longest=512):
        frequencies = base ** (-torch.arange(0, head_dim, 2).float() / head_dim)
        angles = torch.arange(longest).float()[:, None] * frequencies
        # [longest, head_dim], every angle twice: interleaved pairs
        self.cosines = angles.cos().repeat_interleave(2, -1)
        self.sines = angles.sin().repeat_interleave(2, -1)

    def rotate(self, x):
        length = x.shape[2]
        turned = torch.stack((-x[..., 1::2], x[..., ::2]), -1).reshape_as(x)
        return x * self.cosines[:length] + turned * self.sines[:length]


class Attention(nn.Module):
    def __init__(self, config, rotary, has_sdpa):
        super().__init__()
        hidden = config["hiddenSize"]
        self.heads, self.rotary, self.has_sdpa = config["numAttentionHeads"], rotary, has_sdpa
        self.query, self.key, self.value, self.output = (nn.Linear(hidden, hidden) for _ in range(4))
        self.norm = nn.LayerNorm(hidden, eps=config["layerNormEpsilon"])

    def forward(self, x, bias):
        batch, length, hidden = x.shape

        def split(projected):
            return projected.view(batch, length, self.heads, -1).transpose(1, 2)

        query, key, value = (split(part(x)) for part in (self.query, self.key, self.value))
        query, key = self.rotary.rotate(query), self.rotary.rotate(key)
        if self.has_sdpa:
            mixed = F.scaled_dot_product_attention(query, key, value, attn_mask=bias)
        else:
            scores = query @ key.transpose(-1, -2) / math.sqrt(hidden // self.heads) + bias
            mixed = F.softmax(scores, dim=-1) @ value
        return self.norm(x + self.output(mixed.transpose(1, 2).reshape(batch, length, hidden)))


class FeedForward(nn.Module):
    def __init__(self, config):
        super().__init__()
        hidden, intermediate = config["hiddenSize"], config["intermediateSize"]
        self.inner, self.output = nn.Linear(hidden, intermediate), nn.Linear(intermediate, hidden)
        self.norm = nn.LayerNorm(hidden, eps=config["layerNormEpsilon"])

    def forward(self, x):
        return self.norm(x + self.output(F.gelu(self.inner(x), approximate="tanh")))


class Layer(nn.Module):
    def __init__(self, config, rotary, has_sdpa):
        super().__init__()
        self.attention = Attention(config, rotary, has_sdpa)
        self.feedForward = FeedForward(config)

    def forward(self, x, bias):
        return self.feedForward(self.attention(x, bias))


class Encoder(nn.Module):
    def __init__(self, config, has_sdpa):
        super().__init__()
        hidden = config["hiddenSize"]
        rotary = RotaryTables(hidden // config["numAttentionHeads"], config["rotaryBase"])
        self.token = nn.Embedding(config["vocabSize"], hidden)
        self.norm = nn.LayerNorm(hidden, eps=config["layerNormEpsilon"])
        self.layers = nn.ModuleList(Layer(config, rotary, has_sdpa) for _ in range(config["numHiddenLayers"]))

    def forward(self, ids, mask):
        bias = (1 - mask)[:, None, None, :] * -1e9
        x = self.norm(self.token(ids))
        for layer in self.layers:
            x = layer(x, bias)
        shares = mask / mask.sum(1, keepdim=True)
        return F.normalize(torch.bmm(shares[:, None, :], x)[:, 0], dim=-1)


def main():
    setting = json.loads(sys.stdin.readline())
    torch.set_num_threads(setting["threads"])
    torch.set_num_interop_threads(1)
    is_fastest = setting["peer"] == "sdpa+fused"
    encoder = Encoder(setting["config"], is_fastest)
    load_parameters(encoder, setting["parametersPath"], setting["parameters"])
    blocks = [torch.tensor(rows) for rows in (setting["queries"], setting["documents"])]
    masks = [torch.ones(block.shape) for block in blocks]
    targets = torch.arange(blocks[0].shape[0])

    def loss():
        queries, documents = (encoder(ids, mask) for ids, mask in zip(blocks, masks))
        scores = setting["scale"] * queries @ documents.t()
        return (F.cross_entropy(scores, targets) + F.cross_entropy(scores.t(), targets)) / 2

    rates = {"lr": setting["learningRate"], "weight_decay": setting["weightDecay"]}
    optimizer = torch.optim.AdamW(encoder.parameters(), **rates, **({"fused": True} if is_fastest else {}))

    def update():
        optimizer.zero_grad(set_to_none=True)
        loss().backward()
        optimizer.step()

    with torch.no_grad():
        first = loss().item()
    count = sum(tensor.numel() for tensor in encoder.parameters())
    answer({"version": torch.__version__, "parameterCount": count, "firstLoss": first})
    for line in sys.stdin:
        times = []
        for _ in range(int(line)):
            started, processor = time.perf_counter(), time.process_time()
            update()
            wall, used = time.perf_counter() - started, time.process_time() - processor
            times.append({"wallMs": wall * 1000, "processorMs": used * 1000})
        answer(times)


def answer(value):
    print(json.dumps(value), flush=True)


if __name__ == "__main__":
    main()

"""The peer of the training benchmark: the same RoFormer and the same contrastive step in PyTorch eager.

Reads one JSON object as the first line of standard input: size of the model, file of its initial weights, batch,
threads. Answers with the version, the number of parameters and the loss before any update, so that the caller can see
that both compute the same function. Then for every line `N` makes N updates and answers with the milliseconds of each, on the
clock and of processor time.
"""
import json
import math
import sys
import time

import torch
import torch.nn.functional as F


def read_parameters(path, entries):
    """Raw float32, one tensor after the other; matrices of linear layers are turned to PyTorch's [out, in]."""
    with open(path, "rb") as file:
        data = torch.frombuffer(bytearray(file.read()), dtype=torch.float32)
    parameters, at = {}, 0
    for name, shape in entries:
        size = math.prod(shape)
        tensor = data[at : at + size].reshape(shape)
        is_linear = name.startswith("layers.") and len(shape) == 2
        own = (tensor.t() if is_linear else tensor).clone(memory_format=torch.contiguous_format)
        parameters[name] = own.requires_grad_()
        at += size
    return parameters


class Encoder:
    def __init__(self, config, parameters):
        self.layers = config["numHiddenLayers"]
        self.heads = config["numAttentionHeads"]
        self.hidden = config["hiddenSize"]
        self.epsilon = config["layerNormEpsilon"]
        self.parameters = parameters
        head_dim = self.hidden // self.heads
        longest = 512
        frequencies = config["rotaryBase"] ** (-torch.arange(0, head_dim, 2).float() / head_dim)
        angles = torch.arange(longest).float()[:, None] * frequencies
        # [longest, head_dim], every angle twice: interleaved pairs
        self.cosines = angles.cos().repeat_interleave(2, -1)
        self.sines = angles.sin().repeat_interleave(2, -1)

    def linear(self, name, x):
        return F.linear(x, self.parameters[f"{name}.weight"], self.parameters[f"{name}.bias"])

    def norm(self, name, x):
        scale, bias = self.parameters[f"{name}.scale"], self.parameters[f"{name}.bias"]
        return F.layer_norm(x, (self.hidden,), scale, bias, self.epsilon)

    def rotate(self, x):
        length = x.shape[2]
        turned = torch.stack((-x[..., 1::2], x[..., ::2]), -1).reshape_as(x)
        return x * self.cosines[:length] + turned * self.sines[:length]

    def attention(self, name, x, bias):
        batch, length, _ = x.shape
        parts = (
            self.linear(f"{name}.{part}", x).view(batch, length, self.heads, -1).transpose(1, 2)
            for part in ("query", "key", "value")
        )
        query, key, value = parts
        mixed = F.scaled_dot_product_attention(self.rotate(query), self.rotate(key), value, attn_mask=bias)
        return self.linear(f"{name}.output", mixed.transpose(1, 2).reshape(batch, length, self.hidden))

    def feed_forward(self, name, x):
        return self.linear(f"{name}.output", F.gelu(self.linear(f"{name}.inner", x), approximate="tanh"))

    def embed(self, ids, mask):
        bias = (1 - mask)[:, None, None, :] * -1e9
        x = self.norm("embeddings.norm", F.embedding(ids, self.parameters["embeddings.token"]))
        for layer in range(self.layers):
            name = f"layers.{layer}.attention"
            x = self.norm(f"{name}.norm", x + self.attention(name, x, bias))
            name = f"layers.{layer}.feedForward"
            x = self.norm(f"{name}.norm", x + self.feed_forward(name, x))
        shares = mask / mask.sum(1, keepdim=True)
        return F.normalize(torch.bmm(shares[:, None, :], x)[:, 0], dim=-1)


def main():
    setting = json.loads(sys.stdin.readline())
    torch.set_num_threads(setting["threads"])
    torch.set_num_interop_threads(1)
    parameters = read_parameters(setting["parametersPath"], setting["parameters"])
    encoder = Encoder(setting["config"], parameters)
    blocks = [torch.tensor(rows) for rows in (setting["queries"], setting["documents"])]
    masks = [torch.ones(block.shape) for block in blocks]
    targets = torch.arange(blocks[0].shape[0])

    def loss():
        queries, documents = (encoder.embed(ids, mask) for ids, mask in zip(blocks, masks))
        scores = setting["scale"] * queries @ documents.t()
        return (F.cross_entropy(scores, targets) + F.cross_entropy(scores.t(), targets)) / 2

    # The fused form is PyTorch's fastest on processors.
    optimizer = torch.optim.AdamW(
        parameters.values(), lr=setting["learningRate"], weight_decay=setting["weightDecay"], fused=True
    )

    def update():
        optimizer.zero_grad(set_to_none=True)
        loss().backward()
        optimizer.step()

    with torch.no_grad():
        first = loss().item()
    count = sum(tensor.numel() for tensor in parameters.values())
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

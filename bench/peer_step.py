"""The steps of a workload as a user of PyTorch writes them: batches padded to their longest, stock AdamW and dropout, clipping; inference in file order, in inference mode.

usage: peer_step.py WORKLOAD.json [bf16]     (run by peer.py, which reads `times`, `toks` and `losses`; with bf16 under autocast)
"""
import contextlib
import json
import math
import os
import struct
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

with open(sys.argv[1], encoding="utf8") as file:
    workload = json.load(file)
kind, shape, sequences = workload["kind"], workload["shape"], workload["sequences"]
width, heads = shape["hidden_size"], shape["heads"]
trains = kind in ("train", "prompt", "masked_language")
dropout = workload["dropout"] if trains else 0.0
masked_language_names = [("transform.", "cls.predictions.transform.dense."), ("transform_norm.", "cls.predictions.transform.LayerNorm."), ("decoder_bias", "cls.predictions.bias")]
names = [
    ("words.", "embeddings.word_embeddings."), ("positions.", "embeddings.position_embeddings."), ("types.", "embeddings.token_type_embeddings."), ("norm.", "embeddings.LayerNorm."),
    ("layers.", "encoder.layer."), ("query.", "attention.self.query."), ("key.", "attention.self.key."), ("value.", "attention.self.value."), ("projection.", "attention.output.dense."),
    ("attention_norm.", "attention.output.LayerNorm."), ("up.", "intermediate.dense."), ("down.", "output.dense."), ("output_norm.", "output.LayerNorm."),
]


types = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}


def autocast():
    return torch.autocast("cpu", torch.bfloat16) if sys.argv[2:] == ["bf16"] else contextlib.nullcontext()


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.query, self.key, self.value, self.projection = (nn.Linear(width, width) for _ in range(4))
        self.up, self.down = nn.Linear(width, shape["intermediate_size"]), nn.Linear(shape["intermediate_size"], width)
        self.attention_norm, self.output_norm = nn.LayerNorm(width, 1e-12), nn.LayerNorm(width, 1e-12)

    def forward(self, x, mask):
        rows, length, _ = x.shape
        query, key, value = (linear(x).view(rows, length, heads, width // heads).transpose(1, 2) for linear in (self.query, self.key, self.value))
        if hasattr(F, "scaled_dot_product_attention"):
            context = F.scaled_dot_product_attention(query, key, value, mask, dropout)
        else:
            scores = query @ key.transpose(-1, -2) / math.sqrt(width // heads)
            context = F.dropout((scores if mask is None else scores + mask).softmax(-1), dropout) @ value
        x = self.attention_norm(x + F.dropout(self.projection(context.transpose(1, 2).reshape(rows, length, width)), dropout))
        return self.output_norm(x + F.dropout(self.down(F.gelu(self.up(x))), dropout))


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.words, self.positions, self.types = nn.Embedding(shape["vocabulary_size"], width), nn.Embedding(shape["max_positions"], width), nn.Embedding(2, width)
        self.norm = nn.LayerNorm(width, 1e-12)
        self.layers = nn.ModuleList(Layer() for _ in range(shape["layers"]))
        if kind in ("train", "inference"):
            self.dense, self.output = nn.Linear(width, width), nn.Linear(width, workload["classes"])
        elif kind in ("prompt", "masked_language"):
            self.transform, self.transform_norm = nn.Linear(width, width), nn.LayerNorm(width, 1e-12)
            self.decoder_bias = nn.Parameter(torch.zeros(shape["vocabulary_size"]))
        for module in self.modules():
            if isinstance(module, (nn.Linear, nn.Embedding)):
                nn.init.normal_(module.weight, 0, 0.02)
            if isinstance(module, nn.Linear):
                nn.init.zeros_(module.bias)

    def encode(self, ids, mask):
        x = F.dropout(self.norm(self.words(ids) + self.positions.weight[:ids.shape[1]] + self.types.weight[0]), dropout)
        for layer in self.layers:
            x = layer(x, mask)
        return x

    def classify(self, states):
        return self.output(F.dropout(torch.tanh(self.dense(states[:, 0])), dropout))

    def decoded(self, states):
        return self.transform_norm(F.gelu(self.transform(states)).float())


def checkpoint_name(name):
    parts = name.split(".")
    dotted = [part + "." for part in parts[:-1]] + parts[-1:]
    table = dict(masked_language_names if parts[0] in ("transform", "transform_norm", "decoder_bias") else names)
    return "".join(table.get(part, part) for part in dotted)


@torch.no_grad()
def load(model, path):
    """Copies a checkpoint's tensors one by one, so that no second copy of it counts as the step's memory."""
    with open(path, "rb") as stored:
        size = struct.unpack("<Q", stored.read(8))[0]
        entries = json.loads(stored.read(size))
        for name, parameter in model.named_parameters():
            wanted = checkpoint_name(name)
            entry = entries.get(wanted) or entries.get("bert." + wanted)
            if entry is None:
                if name.split(".")[0] not in ("dense", "output"):
                    raise SystemExit(f"{path} lacks {wanted}")
                continue
            begin, end = entry["data_offsets"]
            stored.seek(8 + size + begin)
            parameter.copy_(torch.frombuffer(bytearray(stored.read(end - begin)), dtype=types[entry["dtype"]]).view(parameter.shape))


def padded(rows):
    longest = max(len(row) for row in rows)
    ids, mask = torch.zeros(len(rows), longest, dtype=torch.long), torch.full((len(rows), 1, 1, longest), -1e9)
    for i, row in enumerate(rows):
        ids[i, :len(row)] = torch.tensor(row)
        mask[i, ..., :len(row)] = 0
    return ids, None if all(len(row) == longest for row in rows) else mask


def prepare(batch):
    """The tensors of a step, which are not timed on any side."""
    if kind in ("inference", "embedding"):
        return [padded([sequences[i] for i in batch[k:k + workload["peer_batch"]]]) for k in range(0, len(batch), workload["peer_batch"])]
    if kind == "masked_language":
        ids, mask = padded([workload["corrupted"][i] for i in batch])
        gold = torch.full_like(ids, -100)
        for row, i in enumerate(batch):
            for position in workload["chosen"][i]:
                gold[row, position] = sequences[i][position]
        return ids, mask, gold
    ids, mask = padded([sequences[i] for i in batch])
    read = torch.tensor([workload["read_at"][i] for i in batch]) if kind == "prompt" else None
    return ids, mask, torch.tensor([workload["labels"][i] for i in batch]), read


def loss_of(tensors):
    ids, mask, gold = tensors[:3]
    with autocast():
        states = model.encode(ids, mask)
        if kind == "train":
            logits = model.classify(states)
        elif kind == "masked_language":
            logits = F.linear(model.decoded(states), model.words.weight, model.decoder_bias).view(-1, shape["vocabulary_size"])
        else:
            words = F.linear(model.decoded(states[torch.arange(len(ids)), tensors[3]]), model.words.weight[label_tokens], model.decoder_bias[label_tokens])
            logits = torch.stack([words[:, places].mean(1) for places in label_places], 1)
    return F.cross_entropy(logits.float(), gold.view(-1), ignore_index=-100)


def train(tensors):
    loss = loss_of(tensors)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(parameters, workload["clip"])
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return loss.item()


def infer(tensors):
    parts = []
    with torch.inference_mode(), autocast():
        for ids, mask in tensors:
            states = model.encode(ids, mask)
            if kind == "inference":
                parts.append(model.classify(states).float().softmax(-1))
            elif mask is None:
                parts.append(states.float().mean(1))
            else:
                real = mask.view(len(ids), -1, 1).eq(0).float()
                parts.append((states.float() * real).sum(1) / real.sum(1))
        whole = torch.cat(parts)
    return whole.abs().mean().item()


torch.manual_seed(workload["seed"])
model = Model()
if workload["model_directory"]:
    load(model, os.path.join(workload["model_directory"], "model.safetensors"))
if trains:
    parameters = list(model.parameters())
    optimizer = torch.optim.AdamW(parameters, lr=workload["learning_rate"], eps=1e-8, weight_decay=0.0)
if kind == "prompt":
    label_tokens = sorted({token for tokens in workload["label_tokens"] for token in tokens})
    label_places = [[label_tokens.index(token) for token in tokens] for tokens in workload["label_tokens"]]
times, losses, toks = [], [], 0
for batch in workload["batches"]:
    tensors = prepare(batch)
    start = time.perf_counter()
    loss = train(tensors) if trains else infer(tensors)
    times.append(time.perf_counter() - start)
    losses.append(loss)
    toks += sum(len(sequences[i]) for i in batch)

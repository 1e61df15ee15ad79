"""A BERT training step as a user of PyTorch writes it: random weights, stock AdamW and dropout, clipping, batches without padding.

usage: peer_step.py WORKLOAD.json     (run by peer.py, which reads `times`, `toks` and `losses`)
"""
import json
import math
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

with open(sys.argv[1], encoding="utf8") as file:
    workload = json.load(file)
shape, dropout = workload["shape"], workload["dropout"]
width, heads = shape["hidden_size"], shape["heads"]


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.query, self.key, self.value, self.projection = (nn.Linear(width, width) for _ in range(4))
        self.up, self.down = nn.Linear(width, shape["intermediate_size"]), nn.Linear(shape["intermediate_size"], width)
        self.attention_norm, self.output_norm = nn.LayerNorm(width, 1e-12), nn.LayerNorm(width, 1e-12)

    def forward(self, x):
        rows, length, _ = x.shape
        query, key, value = (linear(x).view(rows, length, heads, width // heads).transpose(1, 2) for linear in (self.query, self.key, self.value))
        if hasattr(F, "scaled_dot_product_attention"):
            context = F.scaled_dot_product_attention(query, key, value, dropout_p=dropout)
        else:
            context = F.dropout((query @ key.transpose(-1, -2) / math.sqrt(width // heads)).softmax(-1), dropout) @ value
        x = self.attention_norm(x + F.dropout(self.projection(context.transpose(1, 2).reshape(rows, length, width)), dropout))
        return self.output_norm(x + F.dropout(self.down(F.gelu(self.up(x))), dropout))


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.words, self.positions, self.types = nn.Embedding(shape["vocabulary_size"], width), nn.Embedding(shape["max_positions"], width), nn.Embedding(2, width)
        self.norm = nn.LayerNorm(width, 1e-12)
        self.layers = nn.ModuleList(Layer() for _ in range(shape["layers"]))
        self.dense, self.output = nn.Linear(width, width), nn.Linear(width, workload["classes"])
        for module in self.modules():
            if isinstance(module, (nn.Linear, nn.Embedding)):
                nn.init.normal_(module.weight, 0, 0.02)
            if isinstance(module, nn.Linear):
                nn.init.zeros_(module.bias)

    def forward(self, ids):
        x = F.dropout(self.norm(self.words(ids) + self.positions.weight[:ids.shape[1]] + self.types.weight[0]), dropout)
        for layer in self.layers:
            x = layer(x)
        return self.output(F.dropout(torch.tanh(self.dense(x[:, 0])), dropout))


torch.manual_seed(workload["seed"])
model = Classifier()
parameters = list(model.parameters())
optimizer = torch.optim.AdamW(parameters, lr=workload["learning_rate"], eps=1e-8, weight_decay=0.0)
times, losses, toks = [], [], 0
for batch in workload["batches"]:
    ids = torch.tensor([workload["sequences"][i] for i in batch])
    labels = torch.tensor([workload["labels"][i] for i in batch])
    start = time.perf_counter()
    loss = F.cross_entropy(model(ids), labels)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(parameters, workload["clip"])
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    times.append(time.perf_counter() - start)
    losses.append(loss.item())
    toks += ids.numel()

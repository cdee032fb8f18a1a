"""Golden values for src/engine/golden.test.ts: what PyTorch computes in float64 for given weights and inputs.

Started by bench/golden.ts. Reads one JSON request from stdin:

  {"model": ModelSpec, "space": {"size", "margin", "periodic"}, "diffusion": DiffusionSpec,
   "training": TrainingSpec, "layout": [{"name", "shape", "offset"}], "parameters": [P],
   "x": (B, 1, N, N), "batches": [{"images", "noise": (B, 1, N, N), "t": (B), "label": (B, 2)}]}, arrays flat

and answers on stdout:

  epsilon        (B, 1, N, N) the predicted noise at x and the first batch's t and labels
  loss           of the first batch
  gradient       (P) of that loss, in the layout's order
  losses         before each of training.steps steps of AdamW with clipping, step k on batch k mod len(batches)
  gradientNorms  before clipping, of the same steps
  rates          learning rate of each step
  averageLoss    of the first batch with the moving average of the weights after the last step

The model is bench/torch_twin.py's; optimizer, clipping and learning rates are PyTorch's own.
"""

import json
import sys

import torch
import torch.nn.functional as F

import torch_twin


def torch_name(name, kind):
    """Our parameter's name in the twin."""
    head, _, rest = name.partition(".")
    if head == "embedding":
        return f"encoding.linear{rest}"
    name = name.replace(".scale", ".weight").replace(".shift", ".bias").replace("forwardNorm", "forward_norm")
    if rest.startswith("attention."):
        name = f"attention.{head}.{name.split('.', 2)[2]}"
        if kind == "transformer":
            name = name.replace(".qkv.", ".mha.in_proj_").replace(".projection.", ".mha.out_proj.")
        return name
    if head[-1].isdigit():
        return f"blocks.{name}"
    return name.replace("out.norm", "out_norm")


class Layout:
    """Copies between our flat vector and the twin's parameters. Our linear weights are (in, out)."""

    def __init__(self, request, net):
        self.size = len(request["parameters"])
        kind = request["model"]["attention"]["kind"]
        named = dict(net.named_parameters())
        self.places = []
        for p in request["layout"]:
            ours, theirs = tuple(p["shape"]), named.pop(torch_name(p["name"], kind))
            turned = len(ours) == 2
            expected = ours[::-1] if turned else tuple(theirs.shape)
            if tuple(theirs.shape) != expected or theirs.numel() != torch.Size(ours).numel():
                raise ValueError(f"{p['name']}: got shape {ours}, expected one like {tuple(theirs.shape)}")
            self.places.append((p["offset"], ours, turned, theirs))
        if named:
            raise ValueError(f"not in the layout: {', '.join(named)}")

    def load(self, flat):
        for offset, shape, turned, theirs in self.places:
            part = flat[offset : offset + theirs.numel()].reshape(shape)
            theirs.data.copy_(part.T if turned else part.reshape(theirs.shape))

    def gradient(self):
        flat = torch.zeros(self.size)
        for offset, _, turned, theirs in self.places:
            grad = theirs.grad.T if turned else theirs.grad
            flat[offset : offset + theirs.numel()] = grad.reshape(-1)
        return flat


class UNetWithoutTies(torch_twin.UNet):
    """Refuses equal values under a maximum: ours shares the gradient among them, PyTorch takes the first."""

    def down(self, h):
        if self.spec["downsample"] == "max":
            first, second = h.unfold(2, 2, 2).unfold(3, 2, 2).flatten(4).topk(2, -1).values.unbind(-1)
            if (first - second).min() < 1e-6:
                raise ValueError("max pooling met (nearly) equal values: choose other inputs")
        return super().down(h)


def golden(request):
    torch.set_default_dtype(torch.float64)
    net = UNetWithoutTies(request["model"], request["space"])
    layout = Layout(request, net)
    layout.load(torch.tensor(request["parameters"]))
    alpha_bar = torch_twin.alpha_bar(request["diffusion"])
    size, training = request["space"]["size"], request["training"]

    def images(flat):
        return torch.tensor(flat).reshape(-1, 1, size, size)

    def coefficients(t):
        a = alpha_bar[t][:, None, None, None]
        return a.sqrt(), (1 - a).sqrt()

    def read(batch):
        return images(batch["images"]), images(batch["noise"]), torch.tensor(batch["t"]), torch.tensor(
            batch["label"]
        ).reshape(-1, 2)

    def loss_of(batch):
        x0, noise, t, label = read(batch)
        signal, spread = coefficients(t)
        target = noise if request["diffusion"]["prediction"] == "epsilon" else signal * noise - spread * x0
        return F.mse_loss(net(signal * x0 + spread * noise, t, label), target)

    batches = request["batches"]
    _, _, t, label = read(batches[0])
    x = images(request["x"])
    with torch.no_grad():
        epsilon = net(x, t, label)
        if request["diffusion"]["prediction"] == "v":
            signal, spread = coefficients(t)
            epsilon = signal * epsilon + spread * x
    loss = loss_of(batches[0])
    loss.backward()
    answer = {"epsilon": epsilon.flatten().tolist(), "loss": loss.item(), "gradient": layout.gradient().tolist()}

    spec, rate, ema = training["optimizer"], training["rate"], training["ema"]
    parameters = list(net.parameters())
    optimizer = torch.optim.AdamW(
        parameters,
        spec["learningRate"],
        (spec["beta1"], spec["beta2"]),
        spec["epsilon"],
        spec["weightDecay"],
    )
    warmup = rate["warmupSteps"]
    schedule = torch.optim.lr_scheduler.SequentialLR(
        optimizer,
        [
            torch.optim.lr_scheduler.LinearLR(optimizer, 1 / warmup, 1, warmup - 1),
            torch.optim.lr_scheduler.CosineAnnealingLR(
                optimizer, training["steps"] - warmup, rate["final"] * spec["learningRate"]
            ),
        ],
        [warmup],
    )
    average = [p.detach().clone() for p in parameters]
    losses, norms, rates = [], [], []
    for k in range(training["steps"]):
        optimizer.zero_grad()
        loss = loss_of(batches[k % len(batches)])
        loss.backward()
        losses.append(loss.item())
        norms.append(torch.nn.utils.clip_grad_norm_(parameters, spec["clipNorm"]).item())
        rates.append(schedule.get_last_lr()[0])
        optimizer.step()
        schedule.step()
        n = k - ema["startStep"]
        decay = min(ema["decay"], (1 + n) / (10 + n)) if n >= 0 else 0
        average = [decay * a + (1 - decay) * p.detach() for a, p in zip(average, parameters)]
    for p, a in zip(parameters, average):
        p.data.copy_(a)
    with torch.no_grad():
        answer["averageLoss"] = loss_of(batches[0]).item()
    return answer | {"losses": losses, "gradientNorms": norms, "rates": rates, "torch": torch.__version__}


if __name__ == "__main__":
    json.dump(golden(json.load(sys.stdin)), sys.stdout)

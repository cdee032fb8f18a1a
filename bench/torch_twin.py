"""The same model and training step in PyTorch, for interleaved measurements.

Reads one JSON request a line from stdin and answers each by one JSON line on stdout:

  {"cmd": "setup", "mode": M, "spec": ModelSpec, "space": {"size", "margin", "periodic"}, "diffusion":
   DiffusionSpec, "batch": B, "threads": n, "clipNorm": c or null, "emaDecay": d or null, "seed": s, "warmup": k}
      -> {"parameters", "seconds"}   M: eager, channels_last, compile, compile_channels_last
  {"cmd": "train", "seconds": s}     -> {"imagesPerSecond", "stepMs", "steps", "loss"}
  {"cmd": "sample", "steps": n, "batch": B, "guidance": false} -> {"imagesPerSecond", "seconds"}
  {"cmd": "info"}                    -> {"torch", "python", "threads", "cpu"}
  {"cmd": "quit"}

Every answer also has "peakMiB", the process's largest resident size so far. A failure answers {"error": text}
and leaves the process usable. A training step is what Clifford's is: labels, rendered bumps, timesteps and
noise, forward, mean squared error, backward, clipping of the global norm, AdamW, moving average.

The blocks follow src/core/nn/unet.ts name for name; the parameter counts must agree.
"""

import json
import math
import os
import platform
import resource
import sys
import time
import traceback

import torch
import torch.nn as nn
import torch.nn.functional as F

ACTIVATIONS = {"silu": F.silu, "gelu": F.gelu}


def convolution(spec, channels, out, kernel=3, bias=True):
    mode = "circular" if spec["padding"] == "circular" and kernel > 1 else "zeros"
    return nn.Conv2d(channels, out, kernel, padding=kernel // 2, bias=bias, padding_mode=mode)


class ResidualBlock(nn.Module):
    """Norm, activation, conv, + embedding, norm, activation, conv, + skip."""

    def __init__(self, spec, channels, out):
        super().__init__()
        groups = spec["normGroups"]
        self.act = ACTIVATIONS[spec["activation"]]
        self.norm1 = nn.GroupNorm(groups, channels)
        self.conv1 = convolution(spec, channels, out)
        self.embedding = nn.Linear(spec["embedding"]["dim"], out)
        self.norm2 = nn.GroupNorm(groups, out)
        self.conv2 = convolution(spec, out, out)
        self.skip = nn.Identity() if channels == out else convolution(spec, channels, out, 1)

    def forward(self, x, e):
        h = self.conv1(self.act(self.norm1(x)))
        h = h + self.embedding(e)[:, :, None, None]
        h = self.conv2(self.act(self.norm2(h)))
        return self.skip(x) + h


class DoubleConv(nn.Module):
    """Conv, norm, activation, conv, norm; residual: activation of the sum with the input."""

    def __init__(self, spec, channels, middle, out, residual):
        super().__init__()
        groups = spec["normGroups"]
        self.act = ACTIVATIONS[spec["activation"]]
        self.conv1 = convolution(spec, channels, middle, bias=False)
        self.norm1 = nn.GroupNorm(groups, middle)
        self.conv2 = convolution(spec, middle, out, bias=False)
        self.norm2 = nn.GroupNorm(groups, out)
        self.residual = residual

    def forward(self, x):
        h = self.norm2(self.conv2(self.act(self.norm1(self.conv1(x)))))
        return self.act(x + h) if self.residual else h


class DoubleBlock(nn.Module):
    """Two double convolutions, the first residual, and the embedding added at the end."""

    def __init__(self, spec, channels, middle, out):
        super().__init__()
        self.first = DoubleConv(spec, channels, channels, channels, True)
        self.second = DoubleConv(spec, channels, middle, out, False)
        self.embedding = nn.Linear(spec["embedding"]["dim"], out)

    def forward(self, x, e):
        return self.second(self.first(x)) + self.embedding(e)[:, :, None, None]


class ProjectionAttention(nn.Module):
    """Residual: norm, 1x1 projections, attention over pixels, 1x1 projection."""

    def __init__(self, spec, channels):
        super().__init__()
        self.heads = spec["attention"]["heads"]
        self.norm = nn.GroupNorm(spec["normGroups"], channels)
        self.qkv = nn.Conv2d(channels, 3 * channels, 1)
        self.projection = nn.Conv2d(channels, channels, 1)

    def forward(self, x):
        b, c, h, w = x.shape
        qkv = self.qkv(self.norm(x)).reshape(b, 3, self.heads, c // self.heads, h * w)
        q, k, v = qkv.transpose(-1, -2).unbind(1)
        out = F.scaled_dot_product_attention(q, k, v)
        return x + self.projection(out.transpose(-1, -2).reshape(b, c, h, w))


class TransformerAttention(nn.Module):
    """Pre-norm transformer block over pixels."""

    def __init__(self, spec, channels):
        super().__init__()
        self.norm = nn.LayerNorm(channels)
        self.mha = nn.MultiheadAttention(channels, spec["attention"]["heads"], batch_first=True)
        self.forward_norm = nn.LayerNorm(channels)
        self.forward1 = nn.Linear(channels, channels)
        self.forward2 = nn.Linear(channels, channels)

    def forward(self, x):
        tokens = x.flatten(2).transpose(1, 2)
        normal = self.norm(tokens)
        attended = self.mha(normal, normal, normal, need_weights=False)[0] + tokens
        out = self.forward2(F.gelu(self.forward1(self.forward_norm(attended)))) + attended
        return out.transpose(1, 2).reshape(x.shape)


class Encoding(nn.Module):
    """Conditioning vector of t and the label, after its nonlinearity."""

    def __init__(self, spec, space):
        super().__init__()
        self.spec, self.space, self.label = spec, space, spec["label"]
        half = spec["time"]["dim"] // 2
        self.register_buffer("time_frequency", spec["time"]["maxPeriod"] ** (-torch.arange(half) / half))
        size, margin = space["size"], space["margin"]
        kind = self.label["kind"]
        if kind == "sinusoidal":
            half = self.label["dim"] // 2
            scale = self.label["scale"] or 8 * math.pi / size
            table = scale * self.label["maxPeriod"] ** (-torch.arange(half) / half)
            width = 2 * half
        elif kind == "harmonics":
            table = 2 * math.pi * torch.arange(1, self.label["count"] + 1) / size
            width = 2 * self.label["count"]
        elif kind == "bump":
            width, span = self.label["dim"], size + 2 * margin
            table = -margin + torch.arange(width) * (span / (width if space["periodic"] else max(1, width - 1)))
        else:
            table = torch.arange(math.ceil(-margin), math.ceil(size + margin)).float()
            width = len(table)
        self.register_buffer("table", table)
        total = spec["time"]["dim"] + 2 * width
        self.mix = spec["mix"] == "mlp"
        if self.mix:
            self.linear1 = nn.Linear(total, spec["dim"])
            self.linear2 = nn.Linear(spec["dim"], spec["dim"])

    def encode(self, v):
        kind = self.label["kind"]
        if kind in ("sinusoidal", "harmonics"):
            angle = v * self.table
            return torch.cat([angle.sin(), angle.cos()], 1)
        if kind == "bump":
            span = self.space["size"] + 2 * self.space["margin"]
            shifts = (-span, 0, span) if self.space["periodic"] else (0,)
            return sum(torch.exp(-((v - self.table - s) ** 2) / (2 * self.label["sigma"] ** 2)) for s in shifts)
        return (v > self.table - 0.5).float() - (v > self.table + 0.5).float()

    def forward(self, t, label):
        angle = t.float()[:, None] * self.time_frequency
        codes = [angle.sin(), angle.cos(), self.encode(label[:, :1]), self.encode(label[:, 1:])]
        e = torch.cat(codes, 1)
        return F.silu(self.linear2(F.silu(self.linear1(e)))) if self.mix else F.silu(e)


class UNet(nn.Module):
    def __init__(self, spec, space):
        super().__init__()
        self.spec = spec
        self.residual = spec["block"] == "residual"
        self.encoding = Encoding(spec["embedding"], space)
        widths, bottleneck, up = spec["widths"], spec["bottleneck"], spec["up"]
        self.blocks, self.attention = nn.ModuleDict(), nn.ModuleDict()
        channels = spec["stem"]
        if self.residual:
            self.stem = convolution(spec, 1, channels)
        else:
            self.stem = DoubleConv(spec, 1, channels, channels, False)
        skips = [] if self.residual else [channels]
        for i, width in enumerate(widths):
            self.add(f"down{i + 1}", channels, width, width)
            channels = width
            if self.residual or i + 1 < len(widths):
                skips.append(width)
        for i, width in enumerate(bottleneck):
            self.add(f"bottleneck{i + 1}", channels, width, width, bottleneck=True)
            channels = width
        for i, width in enumerate(up):
            joined = channels + skips.pop()
            self.add(f"up{i + 1}", joined, joined // 2, width)
            channels = width
        if self.residual:
            self.out_norm = nn.GroupNorm(spec["normGroups"], channels)
            self.out = convolution(spec, channels, 1)
        else:
            self.out = convolution(spec, channels, 1, 1)

    def add(self, name, channels, middle, out, bottleneck=False):
        if self.residual:
            block = ResidualBlock(self.spec, channels, out)
        elif bottleneck:
            block = DoubleConv(self.spec, channels, out, out, False)
        else:
            block = DoubleBlock(self.spec, channels, middle, out)
        self.blocks[name] = block
        if name in self.spec["attention"]["after"]:
            kind = ProjectionAttention if self.spec["attention"]["kind"] == "projection" else TransformerAttention
            self.attention[name] = kind(self.spec, out)

    def run(self, name, h, e):
        block = self.blocks[name]
        h = block(h) if isinstance(block, DoubleConv) else block(h, e)
        return self.attention[name](h) if name in self.attention else h

    def down(self, h):
        return F.avg_pool2d(h, 2) if self.spec["downsample"] == "average" else F.max_pool2d(h, 2)

    def up(self, h):
        if self.spec["upsample"] == "nearest":
            return F.interpolate(h, scale_factor=2)
        return F.interpolate(h, scale_factor=2, mode="bilinear", align_corners=True)

    def forward(self, x, t, label):
        spec = self.spec
        e = self.encoding(t, label)
        h = self.stem(x)
        skips = [] if self.residual else [h]
        for i in range(len(spec["widths"])):
            if self.residual:
                h = self.run(f"down{i + 1}", h, e)
                skips.append(h)
                h = self.down(h)
            else:
                h = self.run(f"down{i + 1}", self.down(h), e)
                if i + 1 < len(spec["widths"]):
                    skips.append(h)
        for i in range(len(spec["bottleneck"])):
            h = self.run(f"bottleneck{i + 1}", h, e)
        for i in range(len(spec["up"])):
            pair = [self.up(h), skips.pop()] if self.residual else [skips.pop(), self.up(h)]
            h = self.run(f"up{i + 1}", torch.cat(pair, 1), e)
        if self.residual:
            h = ACTIVATIONS[spec["activation"]](self.out_norm(h))
        return self.out(h)


def alpha_bar(diffusion):
    steps, schedule = diffusion["timesteps"], diffusion["schedule"]
    t = torch.arange(steps + 1, dtype=torch.float64)
    if schedule["kind"] == "linear":
        beta = torch.linspace(schedule["betaStart"], schedule["betaEnd"], steps, dtype=torch.float64)
    else:
        f = torch.cos((t / steps + schedule["s"]) / (1 + schedule["s"]) * math.pi / 2) ** 2
        beta = (1 - f[1:] / f[:-1]).clamp(max=schedule["maxBeta"])
    return torch.cumprod(1 - beta, 0)


class Twin:
    """One model with its optimizer."""

    def __init__(self, request):
        started = time.perf_counter()
        torch.set_num_threads(request["threads"])
        torch.manual_seed(request.get("seed", 0))
        mode = request["mode"]
        if mode not in ("eager", "channels_last", "compile", "compile_channels_last"):
            raise ValueError(f"mode: got {mode}, expected eager, channels_last, compile or compile_channels_last")
        self.batch, self.size = request["batch"], request["space"]["size"]
        self.clip, self.ema_decay = request.get("clipNorm"), request.get("emaDecay")
        self.prediction = request["diffusion"]["prediction"]
        self.alpha_bar = alpha_bar(request["diffusion"])
        self.format = torch.channels_last if mode.endswith("channels_last") else torch.contiguous_format
        self.model = UNet(request["spec"], request["space"]).to(memory_format=self.format)
        self.net = torch.compile(self.model) if mode.startswith("compile") else self.model
        self.parameters = list(self.model.parameters())
        self.optimizer = torch.optim.AdamW(self.parameters, 1e-4, fused=True)
        self.ema = [p.detach().clone() for p in self.parameters]
        for _ in range(request.get("warmup", 3)):
            self.step()
        self.setup_seconds = time.perf_counter() - started

    def render(self, label):
        """Bumps of sigma 1: labels (B, 2) to images (B, 1, N, N) in [-1, 1]."""
        g = torch.exp(-((torch.arange(self.size) - label[:, :, None]) ** 2) / 2)
        return (2 * g[:, 1, :, None] * g[:, 0, None, :] - 1)[:, None]

    def step(self):
        label = torch.randint(self.size, (self.batch, 2)).float()
        x0 = self.render(label)
        t = torch.randint(len(self.alpha_bar), (self.batch,))
        a = self.alpha_bar[t].float()[:, None, None, None]
        noise = torch.randn_like(x0)
        x = (a.sqrt() * x0 + (1 - a).sqrt() * noise).contiguous(memory_format=self.format)
        target = noise if self.prediction == "epsilon" else a.sqrt() * noise - (1 - a).sqrt() * x0
        loss = F.mse_loss(self.net(x, t, label), target)
        self.optimizer.zero_grad()
        loss.backward()
        if self.clip is not None:
            nn.utils.clip_grad_norm_(self.parameters, self.clip)
        self.optimizer.step()
        if self.ema_decay is not None:
            with torch.no_grad():
                torch._foreach_lerp_(self.ema, self.parameters, 1 - self.ema_decay)
        return loss

    def train(self, seconds):
        steps, started = 0, time.perf_counter()
        while True:
            loss = self.step()
            steps += 1
            elapsed = time.perf_counter() - started
            if elapsed >= seconds:
                break
        return {
            "imagesPerSecond": steps * self.batch / elapsed,
            "stepMs": 1000 * elapsed / steps,
            "steps": steps,
            "loss": loss.item(),
        }

    def sample(self, steps, batch, guidance):
        """Deterministic DDIM with clipping; guidance doubles the calls."""
        timesteps = torch.linspace(len(self.alpha_bar) - 1, 0, steps).round().long().tolist()
        # The first calls of a compiled network compile it for this batch and for the strides that x takes on.
        self.denoise(timesteps[:3], batch, guidance)
        started = time.perf_counter()
        self.denoise(timesteps, batch, guidance)
        seconds = time.perf_counter() - started
        return {"imagesPerSecond": batch / seconds, "seconds": seconds}

    @torch.inference_mode()
    def denoise(self, timesteps, batch, guidance):
        label = torch.randint(self.size, (batch, 2)).float()
        x = torch.randn(batch, 1, self.size, self.size).contiguous(memory_format=self.format)
        for t, following in zip(timesteps, [*timesteps[1:], None]):
            a = self.alpha_bar[t].item()
            b = 1.0 if following is None else self.alpha_bar[following].item()
            for _ in range(2 if guidance else 1):
                out = self.net(x, torch.full((batch,), t), label)
            epsilon = out if self.prediction == "epsilon" else a**0.5 * out + (1 - a) ** 0.5 * x
            x0 = ((x - (1 - a) ** 0.5 * epsilon) / a**0.5).clamp(-1, 1)
            epsilon = (x - a**0.5 * x0) / (1 - a) ** 0.5
            x = b**0.5 * x0 + (1 - b) ** 0.5 * epsilon
        return x


def cpu_name():
    try:
        with open("/proc/cpuinfo") as f:
            return next(line.split(":", 1)[1].strip() for line in f if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor()


def peak_mib():
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


def main():
    # Libraries (the compiler above all) may print: only answers go to the real stdout.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    twin = None
    for line in sys.stdin:
        try:
            request = json.loads(line)
            cmd = request["cmd"]
            if cmd == "quit":
                return
            if cmd == "info":
                answer = {
                    "torch": torch.__version__,
                    "python": platform.python_version(),
                    "threads": torch.get_num_threads(),
                    "cpu": cpu_name(),
                }
            elif cmd == "setup":
                twin = None  # frees the previous model first
                torch.compiler.reset()
                twin = Twin(request)
                count = sum(p.numel() for p in twin.parameters)
                answer = {"parameters": count, "seconds": twin.setup_seconds}
            elif twin is None:
                raise ValueError(f"{cmd}: expected a setup first")
            elif cmd == "train":
                answer = twin.train(request["seconds"])
            elif cmd == "sample":
                answer = twin.sample(request["steps"], request["batch"], request.get("guidance", False))
            else:
                raise ValueError(f"cmd: got {cmd}, expected setup, train, sample, info or quit")
            answer["peakMiB"] = peak_mib()
        except Exception as error:  # answered, so that one bad mode does not end the measurement
            traceback.print_exc()
            answer = {"error": f"{type(error).__name__}: {error}".splitlines()[0][:500]}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()

"""What a worker does not import on its way to the first picture of the shipped model."""

import subprocess
import sys
from pathlib import Path

from PIL import Image

from inference.api import Done, Img2ImgRequest
from inference.worker.engine import ProcessEngine

NOT_NEEDED = {
    "diffusers.models.controlnets.controlnet",
    "diffusers.models.transformers.transformer_flux",
    "diffusers.models.autoencoders.autoencoder_kl_wan",
    "diffusers.models.unets.unet_3d_condition",
    "diffusers.pipelines.auto_pipeline",
    "diffusers.pipelines.flux.pipeline_flux",
    "peft",
    "requests",
    "scipy.integrate",
    "scipy.stats",
    "sympy",
    "torch._dynamo.eval_frame",  # the compiler's heart
    "torch._inductor",
    "torch.distributed.tensor",
    "torchvision",
}
"""Each costs between a twentieth of a second and two seconds."""


async def test_a_picture_is_made_without_what_it_does_not_need(tmp_path: Path) -> None:
    source, output = tmp_path / "source.png", tmp_path / "result.png"
    Image.linear_gradient("L").resize((64, 64)).convert("RGB").save(source)
    request = Img2ImgRequest(
        id="one",
        source=source,
        output=output,
        prompt="an oil painting",
        strength=0.5,
        steps=4,
        guidance_scale=1.5,
        seed=7,
        model="pocket",
    )
    async with ProcessEngine(model="pocket", backend="tests.fakes.imports:Importing", device="cpu") as engine:
        events = [event async for event in engine.run(request)]
    assert isinstance(events[-1], Done), events
    imported = set(output.with_suffix(".modules").read_text().split())
    assert "diffusers.models.unets.unet_2d_condition" in imported
    assert imported & NOT_NEEDED == set()


def test_what_was_deferred_is_there_when_it_is_used() -> None:
    code = (
        "import torch, scipy\n"
        "from inference.processes.deferred import StandIn, defer\n"
        "defer()\n"
        "import scipy.stats, torch._dynamo, sys\n"
        "from scipy import integrate\n"
        "from scipy.optimize import linear_sum_assignment\n"
        "import diffusers, requests, sympy\n"
        "from torch._dynamo import allow_in_graph, disable\n"
        "from diffusers.loaders import lora_base\n"  # defined while stand-ins answer for peft
        "from diffusers.models import FluxTransformer2DModel, AutoencoderKLWan, UNet3DConditionModel\n"
        "from diffusers.hooks import FirstBlockCacheConfig\n"
        "assert diffusers.models.transformers.transformer_2d.Transformer2DModel\n"
        "plain = torch.nn.Linear(2, 2)\n"
        "assert not isinstance(plain, lora_base.BaseTunerLayer)\n"
        "assert 'peft.tuners.lora' not in sys.modules\n"
        "from peft import LoraConfig, PeftModel, inject_adapter_in_model\n"
        "layers = torch.nn.Sequential(plain)\n"
        "inject_adapter_in_model(LoraConfig(target_modules=['0']), layers)\n"
        "assert isinstance(layers[0], lora_base.BaseTunerLayer)\n"
        "assert not isinstance(plain, lora_base.BaseTunerLayer)\n"
        "assert requests.exceptions.Timeout and str(sympy.Symbol('x') + 1) == 'x + 1'\n"
        "with torch.device('meta'):\n"
        "    assert torch.nn.Embedding(3, 2).weight.is_meta\n"
        "assert torch.nn.Embedding(30, 2).weight.std() > 0\n"
        "marked = disable(recursive=False)(allow_in_graph(len))\n"
        "assert marked is len or torch.cuda.is_available()\n"
        "assert linear_sum_assignment([[2, 1], [1, 2]])[1].tolist() == [1, 0]\n"
        "assert round(scipy.stats.norm.cdf(0), 3) == 0.5\n"
        "assert round(integrate.quad(lambda x: x, 0, 2)[0], 3) == 2\n"
        "from scipy.optimize import minimize_scalar\n"
        "assert round(minimize_scalar(lambda x: (x - 3) ** 2).x, 3) == 3\n"
        "assert torch.compile(lambda x: x + 1, backend='eager')(torch.zeros(2)).tolist() == [1, 1]\n"
        "assert not [name for name, module in sys.modules.items() if isinstance(module, StandIn)]\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=240)
    assert ended.returncode == 0, ended.stderr

"""The colours that latents stand for, so that a trace of the wrong colour counts.

A tint over a whole picture is what an eye sees first, and next to nothing in an error over 24 channels: colours take
three directions of them. Decoding is nearly linear in colours (of the variance of 8x8 blocks 97 % is explained), so
the error of a prediction tells how far the picture's colours will be off, without a decoder.
"""

import torch
from torch import Tensor
from torch.nn import functional

from training.autoencoder import SCALE


def fit_colours(latents: Tensor, pictures: Tensor) -> Tensor:
    """The matrix (3, channels) that turns a change of a cell's latents into one of its mean RGB in [0, 1].

    Least squares over latents (N, channels, h, w) and the pictures (N, 3, H, W), bytes, that they were encoded from.
    """
    inputs = latents.double().movedim(1, -1).flatten(0, -2)
    means = functional.avg_pool2d(pictures.float() / 255, SCALE).double().movedim(1, -1).flatten(0, -2)
    inputs = inputs - inputs.mean(0)
    solution: Tensor = torch.linalg.solve(inputs.T @ inputs, inputs.T @ means)
    return solution.T.float()


def tint(colours: Tensor, error: Tensor, cells: int = 4) -> Tensor:
    """Mean squared error (B,) of RGB over blocks of `cells` x `cells` cells, of an error of latents (B, C, h, w).

    An error of v-prediction is one of latents too, in units of the noise's deviation.
    """
    rgb = torch.einsum("kc,bchw->bkhw", colours, error)
    return (functional.avg_pool2d(rgb, cells) ** 2).mean((1, 2, 3))

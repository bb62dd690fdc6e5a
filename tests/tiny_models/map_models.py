"""Models of transformers that draw depth and poses, with random weights and a few kilobytes each."""

from pathlib import Path
from typing import Any

import torch
import transformers

from inference.control_maps.openpose import COCO_JOINTS


def save_depth(folder: Path) -> Path:
    """Depth Anything V2, small."""
    backbone = transformers.Dinov2Config(
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        mlp_ratio=2,
        image_size=28,
        patch_size=14,
        out_indices=[1, 2],
        apply_layernorm=True,
        reshape_hidden_states=False,
    )
    config = transformers.DepthAnythingConfig(
        backbone_config=backbone,
        reassemble_hidden_size=16,
        reassemble_factors=[1, 0.5],
        neck_hidden_sizes=[8, 8],
        fusion_hidden_size=8,
        head_hidden_size=4,
        patch_size=14,
    )
    model = _random(transformers.DepthAnythingForDepthEstimation(config))
    with torch.no_grad():
        model.head.conv3.bias.fill_(50.0)  # what is behind its last rectifier is no depth
    model.save_pretrained(folder)
    transformers.DPTImageProcessorPil(
        size={"height": 56, "width": 56}, ensure_multiple_of=14, keep_aspect_ratio=True
    ).save_pretrained(folder)
    return folder


def save_pose(folder: Path, *, joints: int = COCO_JOINTS, sees: bool = True) -> Path:
    """ViTPose, which sees every joint of everybody, or none."""
    backbone = transformers.VitPoseBackboneConfig(
        image_size=[64, 48],
        patch_size=[16, 16],
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_experts=1,
        mlp_ratio=2,
    )
    config = transformers.VitPoseConfig(
        backbone_config=backbone, num_labels=joints, use_simple_decoder=True, scale_factor=4
    )
    model = _random(transformers.VitPoseForPoseEstimation(config))
    with torch.no_grad():
        model.head.conv.bias.fill_(20.0 if sees else -20.0)
    model.save_pretrained(folder)
    transformers.VitPoseImageProcessorPil(size={"height": 64, "width": 48}).save_pretrained(folder)
    return folder


def save_person(folder: Path, *, label: str = "person") -> Path:
    """YOLOS, which is sure of three things of a kind somewhere in each picture."""
    config = transformers.YolosConfig(
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        image_size=[32, 32],
        patch_size=16,
        num_detection_tokens=3,
        id2label={0: label},
        label2id={label: 0},
    )
    model = _random(transformers.YolosForObjectDetection(config))
    with torch.no_grad():
        model.class_labels_classifier.layers[-1].bias.copy_(torch.tensor([50.0, -50.0]))
    model.save_pretrained(folder)
    transformers.YolosImageProcessorPil(size={"shortest_edge": 32, "longest_edge": 48}).save_pretrained(folder)
    return folder


def _random(model: Any) -> Any:
    """Weights so large that another picture gives another answer."""
    torch.manual_seed(7)
    with torch.no_grad():
        for weights in model.parameters():
            weights.normal_(std=0.3)
    return model.eval()

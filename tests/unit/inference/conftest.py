"""Models here are tiny: a second thread costs them more than it gives, all the more if tests share the machine."""

import torch

torch.set_num_threads(1)

"""Control maps from pictures: lines, depth, poses."""

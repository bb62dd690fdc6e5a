"""Devices on several machines: a pool whose members are actors on a Ray cluster."""

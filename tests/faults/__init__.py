"""The machine fails: killed, full, broken, out of descriptors, with a clock that jumps. The promises hold."""

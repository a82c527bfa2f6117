"""The parts of bench/peers.py: networks in the formats of other engines, those engines, and a race between them."""

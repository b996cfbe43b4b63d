"""How entities are kept as bytes: MessagePack arrays, compressed with a dictionary that was trained on their like."""

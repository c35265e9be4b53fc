"""Small model bundles made by others' tools, and bundles that must be refused.

The worker takes any graph that keeps its task's contract, whatever made it. To prove that, the good cases come from PyTorch, ONNX Runtime's
quantizer, the fp16 converter and scikit-learn; to prove the refusals, each `bad-…` case is right but for the one thing it is named after.
"""

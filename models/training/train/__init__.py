"""Training of Countersign's own models: noise, data, networks, calibration, export."""

"""Calibration on published rows, and how wrong the model is."""

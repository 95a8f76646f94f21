"""How often detectors are right: measured on recorded runs that nothing stopped, against how each of them ended."""

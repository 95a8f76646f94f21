"""Contract suites and fakes that plug-in authors use too."""
